// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string>

#include "report/answers/message_answer.h"
#include "report/render/result_table.h"

namespace dmarcq {

void write_message_text(std::ostream&, const MessageAnswer&, const TableStyle&);
/// SPF, each signature and DMARC: what the receiver said, what comes out here, and what is aligned.
ResultTable message_table(const MessageAnswer&);
/// One object "dmarcq.message/1". `file`: as the user named it. `one_line`: where several mails are
/// answered (NDJSON).
void write_message_json(std::ostream&, const MessageAnswer&, const std::string& file,
                        bool one_line);

}  // namespace dmarcq

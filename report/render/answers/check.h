// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <ostream>
#include <string>

#include "report/answers/check_answer.h"
#include "report/render/json.h"
#include "report/render/result_table.h"

namespace dmarcq {

// `check` in its forms. What was told before is shown only where `all` is asked for.

void write_check_text(std::ostream&, const CheckAnswer&, bool all);
/// "dmarcq.check/1"
void write_check_json(std::ostream&, const CheckAnswer&, bool all,
                      JsonWriter::Style = JsonWriter::Style::pretty);
/// A row for each alert.
ResultTable check_table(const CheckAnswer&, bool all);

/// All open alerts as gauges, told or not: by client, domain, code and severity.
void write_check_metrics(std::ostream&, const CheckAnswer&, EpochSeconds now);

/// For a mail; nothing where there is nothing to show.
struct CheckMail {
  std::string subject, body;
};
std::optional<CheckMail> check_mail(const CheckAnswer&, bool all);

/// What to say where nothing is shown: "no news; 3 alerts are open: dmarcq check --all"
std::string no_news_words(const CheckAnswer&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string>
#include <string_view>

#include "report/answers/explain_answer.h"
#include "report/render/json.h"
#include "report/render/result_table.h"

namespace dmarcq {

// The answer of `explain` for programs, and the words for single facts that people read too.

/// "dmarcq.explain/1". `subject`: what was asked about, as the user wrote it.
void write_explain_json(std::ostream&, const ExplainAnswer&, const std::string& subject,
                        JsonWriter::Style = JsonWriter::Style::pretty);
/// Every row that is explained, with what its part says of it.
ResultTable explain_table(const ExplainAnswer&);

/// "a.example pass, helo b.example none", or "none".
std::string spf_words(const Identity&);
/// "a.example s=s1 pass", or "none".
std::string dkim_words(const Identity&);
/// "forwarded (a comment), local_policy", or "".
std::string reason_words(const PolicyEvaluated&);
/// What is known of the address.
std::string_view place_words(Place);

}  // namespace dmarcq

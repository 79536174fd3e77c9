// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "report/answers/explain_answer.h"
#include "report/render/result_table.h"

namespace dmarcq {

/// Sentences on what the shipped data says of the address or the name.
std::vector<std::string> catalogue_words(const ExplainQuestion&, const CatalogueFacts&);
/// Sentences on what DNS says of the address; none where it was not asked.
std::vector<std::string> name_words(const ExplainAnswer&);

/// `subject`: what was asked about, as the user wrote it.
void write_explain_text(std::ostream&, const ExplainAnswer&, const std::string& subject,
                        const TableStyle&);

}  // namespace dmarcq

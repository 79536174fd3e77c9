// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string>

#include "report/answers/compare_answer.h"
#include "report/render/json.h"
#include "report/render/result_table.h"

namespace dmarcq {

void write_compare_text(std::ostream&, const CompareAnswer&, const TableStyle&);
/// "dmarcq.compare/1"
void write_compare_json(std::ostream&, const CompareAnswer&,
                        JsonWriter::Style = JsonWriter::Style::pretty);
/// A row for each sender.
ResultTable compare_table(const CompareAnswer&);

/// Why there is no answer, and what there is instead.
std::string no_comparison_words(const NothingToCompare&, const std::string& domain);
std::string no_comparison_hint(const NothingToCompare&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>

#include "report/answers/bounce_list.h"
#include "report/answers/refusals_answer.h"
#include "report/render/json.h"
#include "report/render/result_table.h"

namespace dmarcq {

/// What was refused, by whom, why, and what to do. No recipient's address is in it.
void write_refusals_text(std::ostream&, const RefusalsAnswer&, RefusalsQuestion::By,
                         const TableStyle&);
/// The groups as a table, for the data formats.
ResultTable refusals_table(const RefusalsAnswer&);
/// "dmarcq.refusals/1"
void write_refusals_json(std::ostream&, const RefusalsAnswer&, RefusalsQuestion::By,
                         JsonWriter::Style = JsonWriter::Style::pretty);

/// For Salesforce Data Loader: CSV in UTF-8 with API names in its first line.
void write_bounce_list(std::ostream&, const BounceList&, BounceListQuestion::List);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/render/json.h"
#include "report/render/result_table.h"
#include "store/import/import.h"

namespace dmarcq {

/// "812 items = 790 stored + 15 duplicate + 4 not a report + 3 problems; 801 reports, 9,120
/// records, 120,334 messages" What an earlier run read and this one passed over is named at the
/// end: it is not among the items.
std::string ingest_line(const IngestSummary&);
/// The object "dmarcq.ingest/1".
void write_ingest_json(JsonWriter&, const IngestSummary&, double seconds);
/// One row, for CSV and Markdown.
ResultTable ingest_table(const IngestSummary&, double seconds);

}  // namespace dmarcq

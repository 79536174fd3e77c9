// SPDX-License-Identifier: MIT
#pragma once
#include <functional>

#include "report/render/json.h"
#include "store/queries.h"

namespace dmarcq {

/// One stored report as the object "dmarcq.report/1": what `db export` prints a line of and `reports show` prints alone.
/// `records` is called once and passes on each record of the report.
void write_report_json(JsonWriter&, const ReportInfo&, const std::function<void(const std::function<void(const Record&)>&)>& records);

/// {"p","sp","np","pct","adkim","aspf","fo","testing","discovery_method"}
void write_policy_json(JsonWriter&, const PolicyPublished&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <functional>

#include "report/render/json.h"
#include "store/declarations.h"
#include "store/model.h"

namespace dmarcq {

/// One stored report as the object "dmarcq.report/1": what `db export` prints a line of and
/// `reports show` prints alone. `records` is called once and passes on each record of the report.
void write_report_json(
    JsonWriter&, const ReportInfo&,
    const std::function<void(const std::function<void(const Record&)>&)>& records);

/// {"p","sp","np","pct","adkim","aspf","fo","testing","discovery_method"}
void write_policy_json(JsonWriter&, const PolicyPublished&);

/// {"id","day","domain","text"}; domain is null in a note on all of them.
void write_note_json(JsonWriter&, const Note&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "ingest/base/function_ref.h"
#include "report/analysis/suspicion.h"
#include "report/answers/base/selection.h"

namespace dmarcq {

struct ReportsQuestion {
  Selection selection;  ///< `limit` is left to those who show the list
  Which which = Which::counted;
  bool suspicious = false;  ///< only those that are
  Day today = 0;
};

/// A stored report, and what was asked of it.
struct ListedReport {
  ReportInfo report;
  /// Of the rows asked for: all of the report, unless the selection names an address or a domain
  /// below the policy domain.
  Totals totals;
  std::vector<Suspicion> suspicions;  ///< only where they were asked for
};

/// The reports asked for, newest first, in one order whatever that of arrival. Those of one day
/// come by domain. Of each, nothing is held but its id: there may be hundreds of thousands.
void each_listed_report(Snapshot&, const ReportsQuestion&, FunctionRef<void(ListedReport)>);

/// The same as they are stored, each read once: by domain, then day.
void each_listed_report_as_stored(Snapshot&, const ReportsQuestion&,
                                  FunctionRef<void(ListedReport)>);

/// The same as a list, as the selection sorts it.
std::vector<ListedReport> listed_reports(Snapshot&, const ReportsQuestion&);

}  // namespace dmarcq

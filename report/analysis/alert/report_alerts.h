// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <vector>

#include "report/analysis/alerts.h"

namespace dmarcq {

/// When somebody who reports was heard last, and whether the silence since is out of rhythm.
struct ReportRhythm {
  Day last = 0;
  bool regular = false;  ///< on at least three of five days, over two weeks or more
  bool silent = false;
};
/// `seen`: days with reports, at least one; those before `oldest` and after `now` are not known.
ReportRhythm report_rhythm(const std::set<Day>& seen, Day oldest, Day now);

/// Reports on a domain, or of one reporter, that stopped. Each domain is held against the clock,
/// each of its reporters against the domain's others: what is said of one domain does not depend on
/// another. Only when more than a few say the same, one alert says it for all.
std::vector<Alert> stopped_reports(const Timeline&, const RowLookup&, const AlertQuestion&);

/// One alert for all open problems; a later problem makes it another one.
std::vector<Alert> new_problems(const AlertQuestion&);

}  // namespace dmarcq

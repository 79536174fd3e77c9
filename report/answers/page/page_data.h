// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/readiness/readiness.h"
#include "report/answers/page/stakeholder_page.h"
#include "store/queries.h"

namespace dmarcq {

/// What a stakeholders' page is asked for.
struct PageQuestion {
  std::vector<std::string> domains;  ///< these and those below; empty: all
  /// Without either: the 30 days up to the last one that has a report. `since` alone: up to
  /// yesterday, so that silence shows.
  std::optional<Day> since, until;
  std::string title;     ///< "": made from the domains
  std::size_t top = 25;  ///< sources listed
  ReadinessLimits limits;
};

/// Reads and judges the window in one pass over its rows, and what the page says of the window
/// before it in another.
StakeholderPage page_data(Snapshot&, const PageQuestion&, Day today);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "report/analysis/readiness/readiness.h"
#include "report/answers/page/stakeholder_page.h"
#include "store/queries.h"

namespace dmarcq {

/// What the verdicts of a page rest on, besides the store.
struct VerdictInput {
  const std::vector<DomainSummary>& summaries;        ///< of the page's window
  const std::map<std::string, SeenPolicy>& policies;  ///< in force at its end
  const ReadinessLimits& limits;
  Day as_of = 0;  ///< the day of judging: days before it count
};

/// So many complete days each verdict looks at.
inline constexpr unsigned verdict_days = 30;

/// A verdict for each policy domain, by name. Readiness looks at the 30 days before `as_of` and, to
/// compare, at those before them, whatever the page's window is. Of many domains those with most
/// mail are judged; the rest say that they were not.
std::vector<DomainVerdict> page_verdicts(Snapshot&, const VerdictInput&);

}  // namespace dmarcq

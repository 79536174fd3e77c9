// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "report/analysis/alert/alert.h"

namespace dmarcq {

/// An alert that was told and has not cleared: it is harder to clear than to raise, or it would
/// flap.
struct ToldAlert {
  std::string key;
  Day since = 0;
};

struct AlertQuestion {
  Day today = 0;
  std::vector<std::string> domains;  ///< policy domains to look at; empty: all of the timeline
  std::vector<ToldAlert> told;
  struct Problem {
    std::int64_t id = 0;
    std::string reason;
  };
  std::vector<Problem> problems;  ///< open ones
};

/// How many days before today a timeline must reach.
inline constexpr Day alert_days = 130;

/// What the mail of single policy domains gives cause for. Each domain is judged alone, as of its
/// own last complete day, so that a timeline of one organizational domain is enough. In no order.
std::vector<Alert> domain_alerts(const Timeline&, const RowLookup&, const Owner&,
                                 const AlertQuestion&);

/// By domain, then code, then source; those that say the same are one.
std::vector<Alert> in_order(std::vector<Alert>);

/// Every alert that holds on this day, told or not: in_order(). Pure: same facts, same alerts.
std::vector<Alert> find_alerts(const Timeline&, const RowLookup&, const Owner&,
                               const AlertQuestion&);

}  // namespace dmarcq

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

/// Every alert that holds on this day, told or not: by domain, then code, then source. Pure: same
/// facts, same alerts.
std::vector<Alert> find_alerts(const Timeline&, const RowLookup&, const Owner&,
                               const AlertQuestion&);

}  // namespace dmarcq

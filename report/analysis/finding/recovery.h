// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>

#include "report/analysis/finding/diagnose.h"

namespace dmarcq {

/// How often a fault was seen, and what came after it was seen last.
struct FaultRecord {
  Day first_day = 0, last_day = 0;  ///< of the fault; 0: never seen
  Day end = 0;                      ///< the last day with mail of the same kind
  std::uint64_t hits = 0;           ///< messages with the fault
  std::uint64_t during = 0;         ///< all messages of its kind from its first day to its last
  std::uint64_t since = 0;          ///< and after its last day
};

/// The one rule for "cured": the mail goes on for days without the fault, and at its former share
/// so much mail would have shown it several times. Then nothing is left to repair but to wait until
/// the window has passed. `salesforce`, `explain` and `readiness` ask here.
bool is_over(const FaultRecord&);

/// Of a finding's code on its route line, by day.
FaultRecord fault_record(const Finding&, const std::map<Day, DaySeries::Cell>& days);

}  // namespace dmarcq

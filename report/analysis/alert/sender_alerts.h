// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "report/analysis/alert/day_facts.h"

namespace dmarcq {

// What is news of single senders, each rule on its own.

/// A sender that is or may be the owner's and was not there before, or that keeps coming
/// unexplained: new_source, new_route.
std::vector<Alert> new_senders(const DayFacts&);
/// An own sender that fails in the last days as it did not in the weeks before.
std::vector<Alert> failing_senders(const DayFacts&);
/// An own sender that is silent for longer than it ever was.
std::vector<Alert> vanished_senders(const DayFacts&);

}  // namespace dmarcq

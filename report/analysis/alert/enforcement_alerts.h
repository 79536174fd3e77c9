// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "report/analysis/alert/day_facts.h"

namespace dmarcq {

// What a policy does to mail that somebody may want.

/// Mail of a sender that is or may be the owner's is quarantined or rejected.
std::vector<Alert> enforcement_hits(const DayFacts&);
/// Mail of a sender that nobody claimed, and that came before, is quarantined or rejected since the
/// policy became stricter, in the last four weeks. It may be a sender that the owner forgot; later
/// it is how things are, and a question of `readiness`.
std::vector<Alert> unproven_hits(const DayFacts&);

}  // namespace dmarcq

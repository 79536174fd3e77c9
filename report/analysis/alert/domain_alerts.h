// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "report/analysis/alert/day_facts.h"

namespace dmarcq {

/// A day among the last ones with far more mail that looks like spoofing than usual.
std::vector<Alert> spoofing_bursts(const DayFacts&);
/// The published policy changed in the last days; the latest change only.
std::vector<Alert> policy_changes(const DayFacts&);

}  // namespace dmarcq

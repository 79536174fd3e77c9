// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/readiness/readiness.h"

namespace dmarcq {

/// The steps that remove a blocker: its own, then those of its finding.
std::vector<std::string> fix_of(const Blocker&);
/// How reports will show that it is removed; "" where its finding is not known.
std::string verify_of(const Blocker&);
/// What is the matter, and the first step.
std::string first_repair(const Blocker&);

}  // namespace dmarcq

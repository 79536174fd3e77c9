// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "store/snapshot.h"

namespace dmarcq {

/// Proves conservation (DESIGN section 2): every statement that does not hold, in words; empty when
/// all is well. Ends early when there are more than fifty.
std::vector<std::string> check_integrity(Snapshot&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <vector>

#include "report/analysis/stream/placement.h"

namespace dmarcq {

/// Persistence is looked for over so many days: three months show a monthly run three times.
inline constexpr Day persistence_days = 90;

/// Decides strangers and accounts that are open, by sender: spoofers come and go; what keeps coming
/// is somebody's mail system, and a question. The placements are those of the rows. Mail that
/// stopped before `window_first` raises no question any more.
std::vector<Placement> decide_unexplained(std::vector<Placement>, std::span<const SourceRow>,
                                          const RowCounts&, Day first, Day window_first, Day last,
                                          Words&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <vector>

#include "report/analysis/stream/placement.h"

namespace dmarcq {

/// A burst is of few days; what takes longer is how mail comes now.
inline constexpr std::size_t most_burst_days = 7;

/// Decides mail whose own signatures are broken at strangers. Gateways break a small, even share of
/// what passes through them. Thousands of broken signatures within days, from places that never
/// delivered a good one, were copied from real mail.
std::vector<Placement> decide_copied_signatures(std::vector<Placement>, const RowCounts&, Day first,
                                                Day window_first, Day last, Words&);

}  // namespace dmarcq

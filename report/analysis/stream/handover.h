// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "report/analysis/stream/stream.h"

namespace dmarcq {

/// When a sender was seen, and how much.
struct SenderLife {
  Day first_day = 0, last_day = 0;
  std::uint64_t messages = 0;
};
/// Did one sender take over from another, as far as days up to `end` and volumes tell: the one
/// began when the other stopped, at a similar pace? Whether both use the same From by the same
/// route is for the caller to know.
bool is_hand_over(const SenderLife& before, const SenderLife& fresh, Day end);

/// The proven sender that a sender of unproven origin took over from, if it looks like that: the
/// same service, route and From, it stopped when this one began, and their volumes are alike.
/// Probably a new org of the owner's, not abuse. Null otherwise.
const Stream* handed_over_from(const Stream&, const Streams&);

/// Fills in `continues` and `continued`: the same key by another path, a relay between Salesforce
/// and the world, or a server of the owner's. Other services that share a selector (Marketing Cloud
/// and Account Engagement both use 200608) are different senders.
std::vector<Stream> with_continuity(std::vector<Stream>);

}  // namespace dmarcq

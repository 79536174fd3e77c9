// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <vector>

#include "report/analysis/stream/placement.h"

namespace dmarcq {

/// Decides whose account sends mail under a service's default identity, by the mail that the same
/// service authenticates for the owner. An account that is authenticated for a From signs all its
/// mail of that From: unsigned mail beside it is of another account, which may be anybody's.
/// Unsigned mail that ends where signed mail begins, or the other way round, is of one account that
/// was given its authentication or lost it. And where the service never authenticated this From but
/// another of the owner's, it is his account, not yet set up for this one.
std::vector<Placement> decide_identities(std::vector<Placement>, const Judgement&, const RowCounts&,
                                         Day first, Day last, Words&);

}  // namespace dmarcq

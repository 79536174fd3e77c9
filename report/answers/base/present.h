// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>

#include "report/analysis/readiness/timeline.h"
#include "store/queries.h"

namespace dmarcq {

// What holds at present. One rule each for all commands, so that no single report, let alone one
// from the future, answers for a domain.

/// The policies of the filter's domains as of its last day, at most `today`: policy_in_force().
/// Domains of which no report tells one are absent.
std::map<std::string, SeenPolicy> policies_in_force(Snapshot&, const Filter&, Day today);
/// The policy of one of them; an empty one when it is not known.
const PolicyPublished& policy_of(const std::map<std::string, SeenPolicy>&,
                                 const std::string& domain);

/// Where the data of each of the filter's policy domains ends: last_vouched_day() up to the
/// filter's last day and `today`.
std::map<std::string, Day> data_ends(Snapshot&, const Filter&, Day today);

/// On which days which alignment modes were published, as reports tell.
AlignmentHistory alignment_history(Snapshot&, const Filter&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "report/analysis/readiness/timeline.h"
#include "report/analysis/sender/identifier.h"

namespace dmarcq {

/// The policies of the domains that a question concerns, as of its last day, not of today.
struct PublishedPolicies {
  std::map<std::string, PolicyPublished> in_force;  ///< by policy domain
  AlignmentHistory alignment;
};
/// Of all domains above, at and below `domain`; of all where it is "".
PublishedPolicies published_policies(const Timeline&, const std::string& domain, Day first,
                                     Day last);
/// The policies must outlive the lookup.
RowLookup with_policies(RowLookup, const PublishedPolicies&);

/// Which rows a question about one policy domain takes in.
struct StreamScope {
  std::string domain;  ///< "": all rows
  /// Policy domains below it that its record governs: their mail is answered for with it.
  std::set<std::string> governed = {};
  std::optional<std::int64_t> key = {};  ///< of `domain`, where some row has it

  /// The policy domain, by key, that a row of this one counts for.
  std::int64_t domain_of(std::int64_t row_domain, const RowLookup&) const;
};
StreamScope scope_of(const Timeline&, std::span<const SourceRow>, Identifier&,
                     const std::string& domain, Day first, Day last);

/// The window without the rows out of scope.
Timeline::Window within(const StreamScope&, Timeline::Window, Identifier&);

}  // namespace dmarcq

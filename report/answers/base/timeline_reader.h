// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/analysis/readiness/timeline.h"
#include "report/analysis/sender/identifier.h"
#include "store/queries.h"

namespace dmarcq {

/// What the owner declared (`dmarcq senders`), in the words of the analysis, and his domains: all
/// that have reports in the database, told apart by client where the configuration names clients.
/// Entries of a kind that is not known are left out.
Owner owner_of(Snapshot&);

/// A timeline with all that is needed to judge it: of the whole organizational domains of the
/// filter, since what is known of a subdomain's senders must not depend on the question. Stays
/// where it is made: the lookup points into it.
class StoredTimeline {
 public:
  StoredTimeline(Snapshot&, const Filter&);
  StoredTimeline(const StoredTimeline&) = delete;
  StoredTimeline& operator=(const StoredTimeline&) = delete;

  const Timeline& timeline() const { return timeline_; }
  const RowLookup& lookup() const { return lookup_; }
  const Owner& owner() const { return owner_; }

 private:
  Dictionary& dictionary_;
  std::vector<AccountName> accounts_;
  Timeline timeline_;
  RowLookup lookup_;
  Owner owner_;
};

}  // namespace dmarcq

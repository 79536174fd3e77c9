// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "store/snapshot.h"

namespace dmarcq {

/// The last day that a report may be of: 2149-06-06.
inline constexpr Day last_possible_day = 65'535;

/// How far a policy domain's rows are asked for.
enum class Reach { none, all, by_header_from };

/// What a filter's domains and days come to in a snapshot.
struct Scope {
  struct Domain {
    std::int64_t key;
    std::string name;
    Reach reach;
  };
  std::vector<Domain> domains;  ///< by key
  Day since = 0, until = 0;
  bool any_by_header_from = false;
  std::vector<std::string> wanted;  ///< Filter::domains, in lower case

  DomainDays days_of(const Domain& domain) const { return {domain.key, since, until}; }
  /// Of all domains; none when the days hold none.
  std::vector<DomainDays> days() const;
};

Scope scope_of(Snapshot&, const Filter&);

/// The rows in so many parts, one after another, each of about as many rows.
std::vector<std::vector<DomainDays>> parts_of(const std::vector<RowsOfDay>&, std::int64_t parts);
std::int64_t sum_of(const std::vector<RowsOfDay>&);

}  // namespace dmarcq

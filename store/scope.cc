// SPDX-License-Identifier: MIT
#include "store/scope.h"

#include <algorithm>
#include <numeric>

#include "ingest/base/text.h"

namespace dmarcq {

std::vector<DomainDays> Scope::days() const {
  std::vector<DomainDays> list;
  if (since > until) return list;
  list.reserve(domains.size());
  for (const Domain& domain : domains) list.push_back(days_of(domain));
  return list;
}

Scope scope_of(Snapshot& snapshot, const Filter& filter) {
  Scope scope;
  scope.since = std::max(filter.since.value_or(0), 0);
  scope.until = std::min(filter.until.value_or(last_possible_day), last_possible_day);
  for (const std::string& domain : filter.domains) scope.wanted.push_back(lower(domain));
  for (StoredDomain& stored : snapshot.domains()) {
    Reach reach = scope.wanted.empty() ? Reach::all : Reach::none;
    for (const std::string& name : scope.wanted) {
      if (at_or_below(stored.name, name)) reach = Reach::all;
      // Reports on the organizational domain hold the rows of its subdomains too.
      else if (reach == Reach::none && at_or_below(name, stored.name))
        reach = Reach::by_header_from;
    }
    if (reach == Reach::none) continue;
    scope.any_by_header_from |= reach == Reach::by_header_from;
    scope.domains.push_back({stored.key, std::move(stored.name), reach});
  }
  return scope;
}

std::int64_t sum_of(const std::vector<RowsOfDay>& days) {
  return std::accumulate(days.begin(), days.end(), std::int64_t{0},
                         [](std::int64_t sum, const RowsOfDay& day) { return sum + day.rows; });
}

std::vector<std::vector<DomainDays>> parts_of(const std::vector<RowsOfDay>& days,
                                              std::int64_t parts) {
  const std::int64_t rows = sum_of(days);
  std::vector<std::vector<DomainDays>> cut(1);
  std::int64_t seen = 0;
  for (const RowsOfDay& day : days) {
    if (seen * parts >= rows * static_cast<std::int64_t>(cut.size())) cut.emplace_back();
    seen += day.rows;
    std::vector<DomainDays>& part = cut.back();
    if (!part.empty() && part.back().domain == day.domain)
      part.back().until = day.day;
    else
      part.push_back({day.domain, day.day, day.day});
  }
  return cut;
}

}  // namespace dmarcq

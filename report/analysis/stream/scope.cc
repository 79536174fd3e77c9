// SPDX-License-Identifier: MIT
#include "report/analysis/stream/scope.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

bool takes_in(const StreamScope& scope, const std::string& policy_domain, const std::string& from) {
  if (policy_domain == scope.domain) return true;
  if (!at_or_below(from, scope.domain)) return false;
  // A subdomain with reports of its own has a record of its own, and is asked about by its own
  // name.
  return !at_or_below(policy_domain, scope.domain) || scope.governed.contains(policy_domain);
}

}  // namespace

PublishedPolicies published_policies(const Timeline& timeline, const std::string& domain, Day first,
                                     Day last) {
  PublishedPolicies policies;
  std::map<std::string, std::vector<ReportSeen>> reports;
  for (const ReportSeen& report : timeline.reports(first, last)) {
    const bool related = domain.empty() || at_or_below(report.domain, domain) ||
                         at_or_below(domain, report.domain);
    if (!related) continue;
    policies.alignment.add(report);
    reports[report.domain].push_back(report);
  }
  for (const auto& [name, list] : reports)
    if (const auto policy = policy_in_force(list, name, last))
      policies.in_force[name] = policy->published;
  return policies;
}

RowLookup with_policies(RowLookup lookup, const PublishedPolicies& policies) {
  lookup.asked_for = [&policies, domain = lookup.domain](std::int64_t key, Alignment mode,
                                                         Day first, Day last, bool dkim) {
    return policies.alignment.asked_for(mode, domain(key), first, last, dkim);
  };
  lookup.policy = [&policies, domain = lookup.domain](std::int64_t key) -> const PolicyPublished* {
    const auto found = policies.in_force.find(domain(key));
    return found == policies.in_force.end() ? nullptr : &found->second;
  };
  return lookup;
}

std::int64_t StreamScope::domain_of(std::int64_t row_domain, const RowLookup& lookup) const {
  return key && !governed.empty() && governed.contains(lookup.domain(row_domain)) ? *key
                                                                                  : row_domain;
}

StreamScope scope_of(const Timeline& timeline, std::span<const SourceRow> rows, Identifier& who,
                     const std::string& domain, Day first, Day last) {
  StreamScope scope{.domain = domain};
  if (domain.empty()) return scope;
  const RowLookup& lookup = who.lookup();
  const auto reports = timeline.reports(first, last);
  std::set<std::string> below;
  for (const ReportSeen& report : reports)
    if (report.domain != domain && at_or_below(report.domain, domain)) below.insert(report.domain);
  for (const std::string& name : below) {
    const bool also_above = std::ranges::any_of(rows, [&](const SourceRow& row) {
      return lookup.domain(row.domain) == domain && at_or_below(who.names(row).from(), name);
    });
    if (is_governed_by(reports, name, domain, also_above, last)) scope.governed.insert(name);
  }
  for (const SourceRow& row : rows)
    if (lookup.domain(row.domain) == domain) scope.key = row.domain;
  return scope;
}

Timeline::Window within(const StreamScope& scope, Timeline::Window window, Identifier& who) {
  if (scope.domain.empty()) return window;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < window.rows.size(); ++i) {
    const SourceRow& row = window.rows[i];
    if (!takes_in(scope, who.lookup().domain(row.domain), who.names(row).from())) continue;
    if (kept != i) {
      window.rows[kept] = std::move(window.rows[i]);
      window.key_of_row[kept] = window.key_of_row[i];
    }
    ++kept;
  }
  window.rows.resize(kept);
  window.key_of_row.resize(kept);
  return window;
}

}  // namespace dmarcq

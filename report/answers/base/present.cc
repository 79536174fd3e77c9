// SPDX-License-Identifier: MIT
#include "report/answers/base/present.h"

#include <algorithm>

namespace dmarcq {
namespace {

/// The last complete day is looked for within a month; so many days of reports tell it.
constexpr Day policy_days = 45;
/// "Busy" is judged against the last year.
constexpr Day busy_days = 366;

Filter up_to(Filter filter, Day today) {
  filter.until = std::min(filter.until.value_or(today), today);
  return filter;
}

}  // namespace

std::map<std::string, SeenPolicy> policies_in_force(Snapshot& snapshot, const Filter& filter,
                                                    Day today) {
  std::map<std::string, std::vector<ReportSeen>> reports;
  const Filter present = up_to(filter, today);
  each_recent_head(snapshot, present, policy_days,
                   [&](const ReportHead& head) { reports[head.domain].push_back(head); });
  std::map<std::string, SeenPolicy> policies;
  for (const auto& [domain, list] : reports)
    if (auto policy = policy_in_force(list, domain, *present.until))
      policies.emplace(domain, std::move(*policy));
  return policies;
}

const PolicyPublished& policy_of(const std::map<std::string, SeenPolicy>& policies,
                                 const std::string& domain) {
  static const PolicyPublished unknown;
  const auto found = policies.find(domain);
  return found == policies.end() ? unknown : found->second.published;
}

std::map<std::string, Day> data_ends(Snapshot& snapshot, const Filter& filter, Day today) {
  Filter present = up_to(filter, today);
  present.since = std::max(present.since.value_or(0), *present.until - busy_days);
  std::map<std::string, std::map<Day, std::set<std::uint32_t>>> days;
  const auto collect = [&] {
    each_reporting_day(snapshot, present,
                       [&](const std::string& domain, Day day, std::uint32_t reporter) {
                         days[domain][day].insert(reporter);
                       });
  };
  collect();
  if (days.empty() && !filter.since) {  // all of it is older than a year
    present.since.reset();
    collect();
  }
  std::map<std::string, Day> ends;
  for (const auto& [domain, reporters] : days)
    if (const Day end = last_vouched_day(reporters, *present.until); end > 0)
      ends.emplace(domain, end);
  return ends;
}

AlignmentHistory alignment_history(Snapshot& snapshot, const Filter& filter) {
  AlignmentHistory history;
  each_report_head(snapshot,
                   {.domains = filter.domains, .since = filter.since, .until = filter.until},
                   [&](const ReportHead& head) { history.add(head); });
  return history;
}

}  // namespace dmarcq

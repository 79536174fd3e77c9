// SPDX-License-Identifier: MIT
#include "report/analysis/alert/day_facts.h"

#include <algorithm>

namespace dmarcq {

std::optional<Day> DayFacts::told_since(AlertCode code, std::string_view source) const {
  const std::string key =
      Alert{.code = code, .domain = domain, .source = std::string(source)}.key();
  const auto found = std::ranges::find(told, key, &ToldAlert::key);
  return found == told.end() ? std::nullopt : std::optional(found->since);
}

std::optional<DayFacts> day_facts(const Timeline& timeline, const RowLookup& lookup,
                                  const Owner& owner, const AlertQuestion& question,
                                  const std::string& domain) {
  const Day end = last_complete_day(timeline, domain, question.today - 1);
  if (end == 0 || end < question.today - alert_days) return std::nullopt;
  const Day first = end - alert_lookback_days + 1;
  const auto reports = timeline.reports(first, end);
  const auto oldest = std::ranges::find(reports, domain, &ReportSeen::domain);
  return DayFacts{.domain = domain,
                  .begin = oldest == reports.end() ? end : oldest->day,
                  .end = end,
                  .streams = find_streams(
                      timeline, lookup, owner,
                      {.first = first, .last = end, .window_first = end - 29, .domain = domain}),
                  .policies = seen_policies(timeline, domain, first, end),
                  .timeline = timeline,
                  .told = question.told};
}

}  // namespace dmarcq

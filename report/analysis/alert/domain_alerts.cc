// SPDX-License-Identifier: MIT
#include "report/analysis/alert/domain_alerts.h"

#include <map>

namespace dmarcq {
namespace {

constexpr std::uint64_t burst_messages = 100;
constexpr std::uint64_t burst_factor = 4;

std::map<Day, std::uint64_t> spoofed_by_day(const Streams& streams) {
  std::map<Day, std::uint64_t> days;
  for (const Stream& stream : streams.list)
    if (stream.standing == Standing::spoofed)
      for (const StreamCount& count : stream.counts) days[count.day] += count.messages();
  return days;
}

std::uint64_t sum_of(const std::map<Day, std::uint64_t>& days, Day first, Day last) {
  std::uint64_t sum = 0;
  for (const auto& [day, messages] : days)
    if (day >= first && day <= last) sum += messages;
  return sum;
}

}  // namespace

std::vector<Alert> spoofing_bursts(const DayFacts& day) {
  const auto told = day.told_since(AlertCode::spoofing_burst, "");
  const auto days = spoofed_by_day(day.streams);
  const Day base_end = told ? *told - 1 : day.end - recent_days;
  const std::uint64_t base = sum_of(days, base_end - baseline_days + 1, base_end);
  // A day above four times the mean of the four weeks before.
  const auto is_burst = [&](Day one) {
    const auto found = days.find(one);
    return found != days.end() && found->second >= burst_messages &&
           found->second * static_cast<std::uint64_t>(baseline_days) > burst_factor * base;
  };
  Day since = 0;
  for (Day one = day.end; one > day.end - recent_days; --one)
    if (is_burst(one)) since = one;
  if (since == 0) return {};
  Alert alert{.code = AlertCode::spoofing_burst, .domain = day.domain};
  alert.since = told.value_or(since);
  alert.messages = sum_of(days, alert.since, day.end);
  alert.facts = SpoofingFacts{.messages = alert.messages,
                              .usual_a_day = base / static_cast<std::uint64_t>(baseline_days),
                              .enforced = day.holds_failing_mail()};
  return {alert};
}

std::vector<Alert> policy_changes(const DayFacts& day) {
  for (std::size_t i = day.policies.size(); i-- > 1;) {
    const SeenPolicy &now = day.policies[i], &before = day.policies[i - 1];
    if (now.day <= day.end - news_days) break;
    if (now.same_policy(before)) continue;
    return {Alert{.code = AlertCode::policy_changed,
                  .domain = day.domain,
                  .source = now.text(),
                  .since = now.day,
                  .facts = PolicyChangeFacts{
                      .now = now.text(), .before = before.text(), .move = move_of(before, now)}}};
  }
  return {};
}

}  // namespace dmarcq

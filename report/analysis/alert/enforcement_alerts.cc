// SPDX-License-Identifier: MIT
#include "report/analysis/alert/enforcement_alerts.h"

#include <algorithm>
#include <optional>
#include <ranges>

#include "report/analysis/readiness/policy_record.h"

namespace dmarcq {
namespace {

constexpr std::uint64_t least_hits = 5;
constexpr double hit_share = 0.01;
/// A sender of a mail a day is looked at for as long as takes it to `least_hits`.
constexpr Day small_sender_days = 14;

bool is_hit(const Stream& stream, Day end) {
  const StreamCount recent = stream.total(end - recent_days + 1, end);
  if (recent.hits() >= least_hits)
    return static_cast<double>(recent.hits()) >= hit_share * static_cast<double>(recent.messages());
  if (recent.hits() == 0) return false;
  const StreamCount longer = stream.total(end - small_sender_days + 1, end);
  return longer.hits() >= least_hits && 2 * longer.hits() >= longer.messages();
}

/// Told, it clears once mail comes through again.
bool holds(const DayFacts& day, const Stream& stream, std::optional<Day> told) {
  if (!told) return is_hit(stream, day.end);
  const StreamCount recent = stream.total(day.end - recent_days + 1, day.end);
  return recent.hits() > 0 || recent.messages() == 0;
}

/// The first day from which on some of it is held on every day with mail up to `end`.
Day held_since(const Stream& stream, Day end) {
  Day since = end;
  const auto days = stream.by_day(end - recent_days - baseline_days, end);
  for (const auto& [day, count] : days | std::views::reverse) {
    if (count.hits() == 0) break;
    since = day;
  }
  return since;
}

/// An org that nobody proved, beside one of the same route that is proven: the policy is there to
/// stop such mail. Where it is the only one that the domain ever had, it is the owner's as far as
/// anybody can know.
bool is_other_tenant(const Stream& stream, const Streams& streams) {
  return !stream.org_id.empty() && std::ranges::any_of(streams.list, [&](const Stream& other) {
    return other.standing == Standing::own && other.domain == stream.domain &&
           other.service == stream.service && other.route == stream.route;
  });
}

int held_by(const SeenPolicy& policy) { return std::max(strength(policy.p), strength(policy.sp)); }

/// Since when more is asked for than before, within the last weeks.
const SeenPolicy* stricter_since(const DayFacts& day) {
  for (std::size_t i = day.policies.size(); i-- > 1;) {
    const SeenPolicy& now = day.policies[i];
    if (now.day <= day.end - baseline_days) break;
    if (move_of(day.policies[i - 1], now) == PolicyMove::stricter && held_by(now) > 0) return &now;
  }
  return nullptr;
}

}  // namespace

std::vector<Alert> enforcement_hits(const DayFacts& day) {
  constexpr AlertCode code = AlertCode::enforcement_hit_own_mail;
  std::vector<Alert> alerts;
  if (day.policies.empty() || held_by(day.policies.back()) <= 0) return alerts;
  for (const Stream& stream : day.streams.list) {
    if (!is_followed(day, stream, code) &&
        (!stream.is_ours() || is_other_tenant(stream, day.streams)))
      continue;
    const auto told = day.told_since(code, stream.label());
    if (!holds(day, stream, told)) continue;
    Alert alert = alert_of(code, day, stream);
    alert.since = told ? *told : held_since(stream, day.end);
    const StreamCount count = stream.total(alert.since, day.end);
    alert.messages = count.hits();
    alert.facts = EnforcementFacts{.quarantined = count.quarantined,
                                   .rejected = count.rejected,
                                   .proven = stream.standing == Standing::own};
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

std::vector<Alert> unproven_hits(const DayFacts& day) {
  constexpr AlertCode code = AlertCode::enforcement_hit_unproven;
  std::vector<Alert> alerts;
  const SeenPolicy* const stricter = stricter_since(day);
  if (stricter == nullptr) return alerts;
  for (const Stream& stream : day.streams.list) {
    const bool unproven =
        stream.standing == Standing::unidentified ||
        (stream.standing == Standing::possible && is_other_tenant(stream, day.streams));
    const bool came_before = !stream.counts.empty() && stream.counts.front().day < stricter->day;
    if (!unproven || !came_before) continue;
    if (!holds(day, stream, day.told_since(code, stream.label()))) continue;
    Alert alert = alert_of(code, day, stream);
    alert.since = stricter->day;
    const StreamCount count = stream.total(alert.since, day.end);
    alert.messages = count.hits();
    alert.facts = UnprovenHitFacts{.quarantined = count.quarantined,
                                   .rejected = count.rejected,
                                   .policy = stricter->text(),
                                   .stricter_on = stricter->day,
                                   .why = stream.why,
                                   .org_id = stream.org_id};
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

}  // namespace dmarcq

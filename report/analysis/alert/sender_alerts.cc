// SPDX-License-Identifier: MIT
#include "report/analysis/alert/sender_alerts.h"

#include <algorithm>
#include <map>
#include <ranges>

#include "report/analysis/change.h"
#include "report/analysis/readiness/readiness_question.h"
#include "report/analysis/readiness/silence.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

constexpr std::uint64_t least_failing = 5;
constexpr double failing_share = 0.05;
constexpr double start_significance = 0.01;

double failing(const StreamCount& count) {
  return count.judged() == 0
             ? 0
             : static_cast<double>(count.fail) / static_cast<double>(count.judged());
}

bool is_failing(const StreamCount& count) { return failing(count) > failing_share; }

/// First days of Salesforce routes.
std::map<std::string, Day> beginnings_of_routes(const Streams& streams) {
  std::map<std::string, Day> begin;
  for (const Stream& stream : streams.list) {
    if (!stream.is_ours() || stream.service != salesforce_service || stream.counts.empty())
      continue;
    const Day first = stream.counts.front().day;
    const auto [entry, added] = begin.try_emplace(stream.route, first);
    if (!added) entry->second = std::min(entry->second, first);
  }
  return begin;
}

/// Fails now, and did not fail before: not one reporter's word, not over again, and no chance.
bool has_started_failing(const Stream& stream, Day end) {
  const Day first = end - recent_days + 1;
  const StreamCount recent = stream.total(first, end);
  if (!is_failing(recent) || recent.fail < least_failing) return false;
  const auto latest = stream.by_day(first, end) | std::views::reverse | std::views::values;
  const auto last =
      std::ranges::find_if(latest, [](const StreamCount& count) { return count.judged() > 0; });
  if (last != latest.end() && !is_failing(*last)) return false;
  const auto reporters = stream.by_reporter(first, end);
  const auto witnesses =
      std::ranges::count_if(reporters, [](const auto& r) { return r.second.fail > 0; });
  if (witnesses < 2 && reporters.size() > 1) return false;  // RFC 9990 section 8
  const StreamCount base = stream.total(first - baseline_days, first - 1);
  const ZTest test = two_proportions(base.pass(), base.judged(), recent.pass(), recent.judged());
  return base.judged() >= 20 && 2 * failing(base) <= failing(recent) && test.p < start_significance;
}

/// The first day from which on it fails on every day with mail up to `end`.
Day failing_since(const Stream& stream, Day end) {
  Day since = end;
  const auto days = stream.by_day(end - recent_days - baseline_days, end);
  for (const auto& [day, count] : days | std::views::reverse) {
    if (count.judged() == 0) continue;
    if (!is_failing(count)) break;
    since = day;
  }
  return since;
}

/// The fault that most messages of the stream show.
std::optional<FindingCode> main_fault(const Stream& stream) {
  std::optional<FindingCode> main;
  std::uint64_t most = 0;
  for (const auto& [code, messages] : stream.failing_codes)
    if (traits_of(code).severity == Severity::fault && messages > most) {
      main = code;
      most = messages;
    }
  return main;
}

}  // namespace

std::vector<Alert> new_senders(const DayFacts& day) {
  std::vector<Alert> alerts;
  const auto begin_of_route = beginnings_of_routes(day.streams);
  for (const Stream& stream : day.streams.list) {
    const bool unidentified = stream.standing == Standing::unidentified;
    if (stream.counts.empty() || stream.continues || (!stream.is_ours() && !unidentified)) continue;
    const Day since = stream.counts.front().day;
    // What may be somebody's business mail shows its rhythm only after weeks.
    const Day news = unidentified ? 30 : news_days;
    if (since <= day.end - news || since <= day.begin + settled_days) continue;
    const StreamCount count = stream.total(since, day.end);
    const bool route = stream.is_ours() && stream.service == salesforce_service &&
                       begin_of_route.at(stream.route) == since;
    Alert alert = alert_of(route ? AlertCode::new_route : AlertCode::new_source, day, stream);
    alert.messages = count.messages();
    alert.since = since;
    alert.facts = NewSenderFacts{.sender = stream.sender,
                                 .from = stream.from.empty() ? day.domain : stream.from,
                                 .messages = count.messages(),
                                 .passing = count.pass(),
                                 .failing = count.fail,
                                 .standing = stream.standing,
                                 .why = stream.why,
                                 .org_id = stream.org_id,
                                 .handed_over = handed_over_from(stream, day.streams) != nullptr};
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

std::vector<Alert> failing_senders(const DayFacts& day) {
  constexpr AlertCode code = AlertCode::sender_started_failing;
  std::vector<Alert> alerts;
  for (const Stream& stream : day.streams.list) {
    if (!is_followed(day, stream, code)) continue;
    const auto told = day.told_since(code, stream.label());
    if (told) {
      // Without mail nothing new is known: what failed last is still failing.
      const StreamCount recent = stream.total(day.end - recent_days + 1, day.end);
      if (recent.judged() > 0 && !is_failing(recent)) continue;
    } else if (!has_started_failing(stream, day.end)) {
      continue;
    }
    Alert alert = alert_of(code, day, stream);
    alert.since = told ? *told : failing_since(stream, day.end);
    const StreamCount count = stream.total(alert.since, day.end);
    alert.messages = count.fail;
    alert.facts = FailingSenderFacts{
        .failing = count.fail,
        .judged = count.judged(),
        .code = main_fault(stream),
        .policy_domain = stream.domain,
        .enforced = count.quarantined + count.rejected > 0 || day.holds_failing_mail()};
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

std::vector<Alert> vanished_senders(const DayFacts& day) {
  constexpr AlertCode code = AlertCode::sender_vanished;
  std::vector<Alert> alerts;
  for (const Stream& stream : day.streams.list) {
    if (!is_followed(day, stream, code) || stream.continued) continue;
    const auto silence = silence_of(stream, day.timeline, day.end, ReadinessLimits{}.silence_days);
    if (!silence) continue;
    Alert alert = alert_of(code, day, stream);
    alert.messages = silence->messages;
    alert.since = silence->last_seen + 1;
    alert.facts =
        VanishedSenderFacts{.last_seen = silence->last_seen, .longest_silence = silence->longest};
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

}  // namespace dmarcq

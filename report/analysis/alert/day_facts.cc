// SPDX-License-Identifier: MIT
#include "report/analysis/alert/day_facts.h"

#include <algorithm>
#include <map>
#include <set>

#include "report/analysis/readiness/policy_record.h"

namespace dmarcq {
namespace {

/// Of reporters that are known on the domain.
std::vector<ReportSeen> known_reports(const Timeline& timeline, const std::string& domain,
                                      Day first, Day last) {
  std::map<std::uint32_t, std::set<Day>> days;
  const auto reports = timeline.reports(first, last);
  for (const ReportSeen& report : reports)
    if (report.domain == domain) days[report.reporter].insert(report.day);
  std::vector<ReportSeen> known;
  for (const ReportSeen& report : reports)
    if (report.domain == domain && days[report.reporter].size() >= known_days)
      known.push_back(report);
  return known;
}

void keep_known(Streams& streams, const std::vector<ReportSeen>& reports) {
  std::set<std::uint32_t> known;
  for (const ReportSeen& report : reports) known.insert(report.reporter);
  for (Stream& stream : streams.list)
    std::erase_if(stream.counts,
                  [&](const StreamCount& count) { return !known.contains(count.reporter); });
}

}  // namespace

std::optional<Day> DayFacts::told_since(AlertCode code, std::string_view source) const {
  const std::string key =
      Alert{.code = code, .domain = domain, .source = std::string(source)}.key();
  const auto found = std::ranges::find(told, key, &ToldAlert::key);
  return found == told.end() ? std::nullopt : std::optional(found->since);
}

bool DayFacts::holds_failing_mail() const {
  return !policies.empty() && policies.back().effect() != "none";
}

std::optional<DayFacts> day_facts(const Timeline& timeline, const RowLookup& lookup,
                                  const Owner& owner, const AlertQuestion& question,
                                  const std::string& domain) {
  const auto all = known_reports(timeline, domain, question.today - alert_days, question.today - 1);
  const Day end = last_complete_day(all, domain, question.today - 1);
  if (end == 0) return std::nullopt;
  const Day first = end - alert_lookback_days + 1;
  const auto reports = known_reports(timeline, domain, first, end);
  if (reports.empty()) return std::nullopt;
  DayFacts facts{.domain = domain,
                 .begin = reports.front().day,
                 .end = end,
                 .streams = find_streams(
                     timeline, lookup, owner,
                     {.first = first, .last = end, .window_first = end - 29, .domain = domain}),
                 .policies = seen_policies(reports, domain, first, end),
                 .timeline = timeline,
                 .told = question.told};
  keep_known(facts.streams, reports);
  return facts;
}

bool is_followed(const DayFacts& day, const Stream& stream, AlertCode code) {
  return stream.is_ours() &&
         (stream.standing == Standing::own || day.told_since(code, stream.label()));
}

Alert alert_of(AlertCode code, const DayFacts& day, const Stream& stream) {
  Alert alert;
  alert.code = code;
  alert.domain = day.domain;
  alert.source = stream.label();
  return alert;
}

PolicyMove move_of(std::string_view before, std::string_view now) {
  const int was = strength(before), is = strength(now);
  if (is == was) return PolicyMove::other;
  if (is > was) return PolicyMove::stricter;
  return is <= 0 ? PolicyMove::gone : PolicyMove::weaker;
}

PolicyMove move_of(const SeenPolicy& before, const SeenPolicy& now) {
  const auto in_effect = [](const SeenPolicy& policy, const std::string& value) {
    return policy.held_back() ? weaker(value) : std::string_view(value);
  };
  const PolicyMove p = move_of(in_effect(before, before.p), in_effect(now, now.p)),
                   sp = now.subdomain
                            ? PolicyMove::other
                            : move_of(in_effect(before, before.sp), in_effect(now, now.sp));
  const auto became_strict = [](const std::string& was, const std::string& is) {
    return was != "s" && is == "s";
  };
  const bool strict = became_strict(before.adkim, now.adkim) ||
                      became_strict(before.aspf, now.aspf);
  // No mail of the owner's comes from names that do not exist: without np no protection is gone.
  const PolicyMove np = now.subdomain || before.np.empty() || now.np.empty()
                            ? PolicyMove::other
                            : std::max(PolicyMove::weaker, move_of(in_effect(before, before.np),
                                                                   in_effect(now, now.np)));
  return std::min({p, sp, np, strict ? PolicyMove::stricter : PolicyMove::other});
}

}  // namespace dmarcq

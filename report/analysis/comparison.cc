// SPDX-License-Identifier: MIT
#include "report/analysis/comparison.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace dmarcq {
namespace {

constexpr EpochSeconds day_seconds = 86'400;
/// Reporters cut their day by their own clock; so much of a window may lie outside a span, but not
/// on the side of the change.
constexpr EpochSeconds slack = 14 * 3600;
constexpr EpochSeconds no_slack = 60;

PassedOf passed_of(const StreamCount& count) { return {count.pass(), count.judged()}; }

/// Whether a report's window mixes days of the span with days outside of it. After the change a day
/// is left out anyway.
bool straddles(const ReportSeen& report, DaySpan span, bool is_after) {
  return report.begin < span.first * day_seconds - slack ||
         report.end > (span.last + 1) * day_seconds + (is_after ? slack : no_slack);
}

/// The part of the timeline that lies within one of the spans.
struct CleanTimeline {
  Timeline timeline;
  std::uint64_t straddling = 0;  ///< reports left out
};
CleanTimeline without_straddling(const Timeline& timeline, DaySpan before, DaySpan after) {
  CleanTimeline clean;
  std::unordered_set<std::int64_t> kept;
  for (const ReportSeen& report : timeline.reports()) {
    const bool in_before = report.day >= before.first && report.day <= before.last,
               in_after = report.day >= after.first && report.day <= after.last;
    if ((in_before && straddles(report, before, false)) ||
        (in_after && straddles(report, after, true))) {
      ++clean.straddling;
      continue;
    }
    kept.insert(report.id);
    clean.timeline.add(report);
  }
  for (const auto& count : timeline.counts()) {
    if (!kept.contains(count.report)) continue;
    const SourceRow& key = timeline.keys()[count.key];
    clean.timeline.add(DayRow{key.domain, key.identity, key.evaluation, count.report,
                              count.reporter, key.source_ip, count.day, count.messages});
  }
  clean.timeline.finish();
  return clean;
}

Change change_of(const StreamCount& before, const StreamCount& after) {
  if (after.messages() == 0) return Change::gone;
  if (before.messages() == 0) return Change::appeared;
  return change_between(passed_of(before), passed_of(after));
}

ZTest test_of(const StreamCount& before, const StreamCount& after) {
  return two_proportions(before.pass(), before.judged(), after.pass(), after.judged());
}

/// Without those that have no mail in either span.
std::vector<ComparedSender> compared_senders(const Streams& streams, DaySpan before,
                                             DaySpan after) {
  std::vector<ComparedSender> senders;
  for (const Stream& stream : streams.list) {
    ComparedSender s;
    s.sender = stream.sender;
    s.from = stream.from;
    s.standing = stream.standing;
    s.before = stream.total(before.first, before.last);
    s.after = stream.total(after.first, after.last);
    if (s.before.messages() + s.after.messages() == 0) continue;
    s.days_before = static_cast<unsigned>(stream.by_day(before.first, before.last).size());
    s.days_after = static_cast<unsigned>(stream.by_day(after.first, after.last).size());
    s.test = test_of(s.before, s.after);
    s.change = change_of(s.before, s.after);
    senders.push_back(std::move(s));
  }
  return senders;
}

/// Messages of findings with mail, by code, service and route.
using FindingKey = std::tuple<FindingCode, std::string, std::string>;
std::map<FindingKey, std::uint64_t> finding_messages(const Judgement& judgement) {
  std::map<FindingKey, std::uint64_t> messages;
  for (const Finding& finding : judgement.findings) {
    if (finding.messages == 0) continue;
    const RouteLine& line = judgement.routes[finding.route_line];
    messages[{finding.code, line.service, line.route}] += finding.messages;
  }
  return messages;
}

/// Sorts the findings of both spans into gone, appeared and still.
void compare_findings(Comparison& c, const std::map<FindingKey, std::uint64_t>& before,
                      const std::map<FindingKey, std::uint64_t>& after) {
  std::map<FindingKey, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const auto& [key, messages] : before) both[key].first = messages;
  for (const auto& [key, messages] : after) both[key].second = messages;
  for (const auto& [key, messages] : both) {
    const auto& [code, service, route] = key;
    (messages.second == 0  ? c.gone
     : messages.first == 0 ? c.appeared
                           : c.still)
        .push_back({code, service, route, messages.first, messages.second});
  }
}

}  // namespace

Comparison compare(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
                   const std::string& domain, DaySpan before, DaySpan after) {
  const CleanTimeline clean = without_straddling(timeline, before, after);
  const auto counts = clean.timeline.counts();
  const Day first = counts.empty() ? before.first : std::min(before.first, counts.front().day);
  const auto streams_of = [&](Day window_first, Day last) {
    return find_streams(
        clean.timeline, lookup, owner,
        {.first = first, .last = last, .window_first = window_first, .domain = domain});
  };
  Comparison c;
  c.before = before;
  c.after = after;
  c.straddling = clean.straddling;
  c.senders = compared_senders(streams_of(first, std::max(before.last, after.last)), before, after);
  for (const ComparedSender& s : c.senders) {
    if (s.standing != Standing::own) continue;
    c.all_before.add(s.before);
    c.all_after.add(s.after);
  }
  c.test = test_of(c.all_before, c.all_after);
  c.change = change_between(passed_of(c.all_before), passed_of(c.all_after));
  // Findings of each span on its own: a code marks a cause, and causes change with what is seen.
  compare_findings(c, finding_messages(streams_of(before.first, before.last).judgement),
                   finding_messages(streams_of(after.first, after.last).judgement));
  return c;
}

}  // namespace dmarcq

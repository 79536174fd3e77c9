// SPDX-License-Identifier: MIT
#include "report/analysis/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_set>

#include "report/analysis/percent.h"

namespace dmarcq {
namespace {

constexpr EpochSeconds day_seconds = 86'400;
/// Reporters cut their day by their own clock; so much of a window may lie outside a span, but not
/// on the side of the change.
constexpr EpochSeconds slack = 14 * 3600;
constexpr EpochSeconds no_slack = 60;

std::string rate(const StreamCount& count) {
  if (count.judged() == 0) return "nothing";
  if (count.fail == 0) return "no failure";
  return percent(count.pass(), count.judged());
}

PassedOf passed_of(const StreamCount& count) { return {count.pass(), count.judged()}; }

std::string words_of(const ComparedSender& s) {
  switch (s.change) {
    case Change::gone: return "not seen any more";
    case Change::appeared:
      return s.after.fail == 0     ? "new, no failure"
             : s.after.pass() == 0 ? "new, all fail"
                                   : fmt::format("new, {} pass", rate(s.after));
    case Change::better: return "better: more than noise";
    case Change::worse: return "worse: more than noise";
    case Change::too_few: return "too few messages or failures to tell";
    case Change::noise: break;
  }
  if (s.before.fail == 0 && s.after.fail == 0) return "no failure before or after";
  if (s.before.pass() == 0 && s.after.pass() == 0) return "all fail, before and after";
  return "no more than noise";
}

/// Whether a report's window mixes days of the span with days outside of it. After the change a day
/// is left out anyway.
bool straddles(const ReportSeen& report, DaySpan span, bool is_after) {
  return report.begin < span.first * day_seconds - slack ||
         report.end > (span.last + 1) * day_seconds + (is_after ? slack : no_slack);
}

}  // namespace

Comparison compare(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
                   const std::string& domain, DaySpan before, DaySpan after) {
  Comparison c;
  c.before = before;
  c.after = after;

  // The reports that lie within one of the spans.
  Timeline clean;
  std::unordered_set<std::int64_t> taken;
  for (const ReportSeen& report : timeline.reports()) {
    const bool in_before = report.day >= before.first && report.day <= before.last,
               in_after = report.day >= after.first && report.day <= after.last;
    if ((in_before && straddles(report, before, false)) ||
        (in_after && straddles(report, after, true))) {
      ++c.straddling;
      continue;
    }
    taken.insert(report.id);
    clean.add(report);
  }
  for (const auto& count : timeline.counts()) {
    if (!taken.contains(count.report)) continue;
    const SourceRow& key = timeline.keys()[count.key];
    clean.add(DayRow{key.domain, key.identity, key.evaluation, count.report, count.reporter,
                     key.source_ip, count.day, count.messages});
  }
  clean.finish();

  const Day first = clean.counts().empty() ? before.first
                                           : std::min(before.first, clean.counts().front().day);
  const Day last = std::max(before.last, after.last);
  const Streams streams =
      find_streams(clean, lookup, owner,
                   {.first = first, .last = last, .window_first = first, .domain = domain});
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
    s.test = two_proportions(s.before.pass(), s.before.judged(), s.after.pass(), s.after.judged());
    if (stream.standing == Standing::own) {
      c.all_before.add(s.before);
      c.all_after.add(s.after);
    }
    s.change = s.after.messages() == 0    ? Change::gone
               : s.before.messages() == 0 ? Change::appeared
                                          : change_between(passed_of(s.before), passed_of(s.after));
    s.says = words_of(s);
    c.senders.push_back(std::move(s));
  }
  c.test = two_proportions(c.all_before.pass(), c.all_before.judged(), c.all_after.pass(),
                           c.all_after.judged());
  c.change = change_between(passed_of(c.all_before), passed_of(c.all_after));

  // Findings of each span on its own: a code marks a cause, and causes change with what is seen.
  using Key = std::tuple<FindingCode, std::string, std::string>;
  std::map<Key, std::pair<std::uint64_t, std::uint64_t>> findings;
  for (const bool is_after : {false, true}) {
    const DaySpan span = is_after ? after : before;
    const Streams part = find_streams(clean, lookup, owner,
                                      {.first = is_after ? first : std::min(first, span.first),
                                       .last = span.last,
                                       .window_first = span.first,
                                       .domain = domain});
    for (const Finding& finding : part.judgement.findings) {
      if (finding.messages == 0) continue;
      const RouteLine& line = part.judgement.routes[finding.route_line];
      auto& messages = findings[{finding.code, line.service, line.route}];
      (is_after ? messages.second : messages.first) += finding.messages;
    }
  }
  for (const auto& [key, messages] : findings) {
    ComparedFinding finding{std::get<0>(key), std::get<1>(key), std::get<2>(key), messages.first,
                            messages.second};
    (messages.second == 0  ? c.gone
     : messages.first == 0 ? c.appeared
                           : c.still)
        .push_back(std::move(finding));
  }
  return c;
}

}  // namespace dmarcq

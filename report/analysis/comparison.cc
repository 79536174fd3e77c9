// SPDX-License-Identifier: MIT
#include "report/analysis/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_set>

#include "report/analysis/percent.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, 6> change_words{"better", "worse", "noise", "too_few", "gone", "new"};

constexpr EpochSeconds day_seconds = 86'400;
/// Reporters cut their day by their own clock; so much of a window may lie outside a span, but not on the side of the change.
constexpr EpochSeconds slack = 14 * 3600;
constexpr EpochSeconds no_slack = 60;

std::string rate(const StreamCount& count) {
  if (count.judged() == 0) return "nothing";
  if (count.fail == 0) return "no failure";
  return percent(count.pass(), count.judged());
}

/// Whether a report's window mixes days of the span with days outside of it. After the change a day is left out anyway.
bool straddles(const ReportSeen& report, DaySpan span, bool is_after) {
  return report.begin < span.first * day_seconds - slack || report.end > (span.last + 1) * day_seconds + (is_after ? slack : no_slack);
}

}  // namespace

std::string_view to_text(Change change) noexcept { return change_words[static_cast<std::size_t>(change)]; }

ZTest two_proportions(std::uint64_t passed_before, std::uint64_t before, std::uint64_t passed_after, std::uint64_t after) {
  ZTest test;
  if (before == 0 || after == 0) return test;
  const double n1 = static_cast<double>(before), n2 = static_cast<double>(after);
  const double p1 = static_cast<double>(passed_before) / n1, p2 = static_cast<double>(passed_after) / n2;
  const double pooled = static_cast<double>(passed_before + passed_after) / (n1 + n2);
  // The normal approximation needs five expected of each kind in each window.
  test.usable = std::min(n1, n2) * std::min(pooled, 1 - pooled) >= 5;
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  if (error <= 0) return test;
  test.z = (p2 - p1) / error;
  test.p = std::erfc(std::abs(test.z) / std::sqrt(2.0));
  return test;
}

Comparison compare(const Timeline& timeline, const Facts& facts, const Owner& owner, const std::string& domain, DaySpan before, DaySpan after) {
  Comparison c;
  c.before = before;
  c.after = after;

  // The reports that lie within one of the spans.
  Timeline clean;
  std::unordered_set<std::int64_t> taken;
  for (const ReportSeen& report : timeline.reports()) {
    const bool in_before = report.day >= before.first && report.day <= before.last, in_after = report.day >= after.first && report.day <= after.last;
    if ((in_before && straddles(report, before, false)) || (in_after && straddles(report, after, true))) {
      ++c.straddling;
      continue;
    }
    taken.insert(report.id);
    clean.add(report);
  }
  for (const auto& count : timeline.counts()) {
    if (!taken.contains(count.report)) continue;
    const SourceRow& key = timeline.keys()[count.key];
    clean.add(DayRow{key.domain, key.identity, key.evaluation, count.report, count.reporter, key.source_ip, count.day, count.messages});
  }
  clean.finish();

  const Day first = clean.counts().empty() ? before.first : std::min(before.first, clean.counts().front().day);
  const Day last = std::max(before.last, after.last);
  const Streams streams = find_streams(clean, facts, owner, {.first = first, .last = last, .window_first = first, .domain = domain});
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
    if (s.after.messages() == 0) {
      s.change = Change::gone;
      s.says = "not seen any more";
    } else if (s.before.messages() == 0) {
      s.change = Change::appeared;
      s.says = s.after.fail == 0 ? "new, no failure" : s.after.pass() == 0 ? "new, all fail" : fmt::format("new, {} pass", rate(s.after));
    } else if (s.before.fail == 0 && s.after.fail == 0) {
      s.change = Change::noise;
      s.says = "no failure before or after";
    } else if (s.before.pass() == 0 && s.after.pass() == 0) {
      s.change = Change::noise;
      s.says = "all fail, before and after";
    } else if (!s.test.usable) {
      s.change = Change::too_few;
      s.says = "too few messages or failures to tell";
    } else if (s.test.p < significance) {
      s.change = s.test.z > 0 ? Change::better : Change::worse;
      s.says = fmt::format("{}: more than noise", s.test.z > 0 ? "better" : "worse");
    } else {
      s.change = Change::noise;
      s.says = "no more than noise";
    }
    c.senders.push_back(std::move(s));
  }
  c.test = two_proportions(c.all_before.pass(), c.all_before.judged(), c.all_after.pass(), c.all_after.judged());
  c.change = c.all_before.fail + c.all_after.fail == 0 ? Change::noise
             : !c.test.usable                          ? Change::too_few
             : c.test.p >= significance                ? Change::noise
             : c.test.z > 0                            ? Change::better
                                                       : Change::worse;

  // Findings of each span on its own: a code marks a cause, and causes change with what is seen.
  using Key = std::tuple<FindingCode, std::string, std::string>;
  std::map<Key, std::pair<std::uint64_t, std::uint64_t>> findings;
  for (const bool is_after : {false, true}) {
    const DaySpan span = is_after ? after : before;
    const Streams part = find_streams(
        clean, facts, owner,
        {.first = is_after ? first : std::min(first, span.first), .last = span.last, .window_first = span.first, .domain = domain});
    for (const Finding& finding : part.judgement.findings) {
      if (finding.messages == 0) continue;
      const RouteLine& line = part.judgement.routes[finding.route_line];
      auto& messages = findings[{finding.code, line.service, line.route}];
      (is_after ? messages.second : messages.first) += finding.messages;
    }
  }
  for (const auto& [key, messages] : findings) {
    ComparedFinding finding{std::get<0>(key), std::get<1>(key), std::get<2>(key), messages.first, messages.second};
    (messages.second == 0 ? c.gone : messages.first == 0 ? c.appeared : c.still).push_back(std::move(finding));
  }
  return c;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/analysis/stream/copied_signatures.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace dmarcq {
namespace {

/// A day with more broken signatures than this, five times the usual, and a fifth of the mail that
/// passes, is no gateway's work: somebody sends mail with copied signatures.
constexpr std::uint64_t burst_messages = 100, burst_factor = 5, burst_part_of_passing = 5;

struct DayOfDomain {
  std::uint64_t broken = 0, passing = 0;
};
using Bursts = std::set<std::pair<std::int64_t, Day>>;  // policy domain, day

/// None where they are too many.
std::vector<Day> burst_days(const std::map<Day, DayOfDomain>& days, Day first, Day last) {
  std::vector<std::uint64_t> usual;
  for (Day day = first; day <= last; ++day) {
    const auto found = days.find(day);
    usual.push_back(found == days.end() ? 0 : found->second.broken);
  }
  std::ranges::sort(usual);
  const std::uint64_t median = usual.empty() ? 0 : usual[usual.size() / 2];
  std::vector<Day> bursts;
  for (const auto& [day, of_day] : days)
    if (of_day.broken > burst_messages && of_day.broken > burst_factor * median &&
        burst_part_of_passing * of_day.broken > of_day.passing)
      bursts.push_back(day);
  if (bursts.size() > most_burst_days) bursts.clear();
  return bursts;
}

Bursts find_bursts(std::span<const Placement> placements, const RowCounts& counts, Day first,
                   Day last) {
  std::map<std::int64_t, std::map<Day, DayOfDomain>> domains;
  counts.each(first, last, [&](std::uint32_t row, const Timeline::Count& count) {
    DayOfDomain& day = domains[placements[row].domain][count.day];
    if (placements[row].open == OpenStanding::broken)
      day.broken += count.messages;
    else if (placements[row].standing == Standing::own)
      day.passing += count.messages;
  });
  Bursts bursts;
  for (const auto& [domain, days] : domains)
    for (const Day day : burst_days(days, first, last)) bursts.emplace(domain, day);
  return bursts;
}

}  // namespace

std::vector<Placement> decide_copied_signatures(std::vector<Placement> placements,
                                                const RowCounts& counts, Day first,
                                                Day window_first, Day last, Words& words) {
  const Bursts bursts = find_bursts(placements, counts, window_first, last);
  if (bursts.empty()) return placements;
  std::vector<bool> on_other_days(placements.size(), false);
  counts.each(first, last, [&](std::uint32_t row, const Timeline::Count& count) {
    if (!bursts.contains({placements[row].domain, count.day})) on_other_days[row] = true;
  });
  for (std::size_t i = 0; i < placements.size(); ++i) {
    Placement& p = placements[i];
    if (p.open != OpenStanding::broken || on_other_days[i]) continue;
    p.standing = Standing::spoofed;
    p.why.reason = StandingReason::copied_signatures;
    p.sender = words[spoofing_sender];
  }
  return placements;
}

}  // namespace dmarcq

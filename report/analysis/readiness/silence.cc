// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/silence.h"

#include <algorithm>
#include <set>

namespace dmarcq {

std::optional<Silence> silence_of(const Stream& stream, const Timeline& timeline, Day last,
                                  unsigned silence_days) {
  constexpr std::uint64_t least_messages = 10;
  constexpr std::size_t least_days = 7;
  const auto days = stream.by_day(0, last);
  if (days.size() < least_days) return std::nullopt;
  Silence silence;
  silence.last_seen = days.rbegin()->first;
  silence.days = last - silence.last_seen;
  if (silence.days < static_cast<Day>(silence_days)) return std::nullopt;
  Day before = days.begin()->first;
  std::set<std::uint32_t> witnesses;
  for (const auto& [day, count] : days) {
    silence.messages += count.messages();
    silence.longest = std::max(silence.longest, day - before);
    before = day;
  }
  if (silence.messages < least_messages || silence.days < 2 * silence.longest) return std::nullopt;
  for (const StreamCount& count : stream.counts)
    if (count.day > silence.last_seen - 14 && count.day <= silence.last_seen)
      witnesses.insert(count.reporter);
  // It is the sender that is silent only where those who used to see it still report on the domain.
  std::set<Day> watched;
  for (const ReportSeen& report : timeline.reports(silence.last_seen + 1, last))
    if (report.domain == stream.domain && witnesses.contains(report.reporter))
      watched.insert(report.day);
  if (watched.size() < silence_days) return std::nullopt;
  return silence;
}

}  // namespace dmarcq

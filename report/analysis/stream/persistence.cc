// SPDX-License-Identifier: MIT
#include "report/analysis/stream/persistence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>
#include <vector>

namespace dmarcq {
namespace {

constexpr std::size_t least_days = 5;
constexpr Day least_span = 14;  ///< two weeks show weekends twice
constexpr Day least_dense_span = 8;
constexpr std::uint64_t least_messages = 20;
constexpr double most_days = 0.6;  ///< daily: on so large a share of the days between the first and
                                   ///< the last
constexpr std::uint64_t burst_factor = 8;  ///< a day above so many times the median is a burst
constexpr Day least_periodic_span = 21;
constexpr std::size_t least_occasions = 4, least_named_occasions = 3;

/// 1970-01-01 was a Thursday.
bool is_weekend(Day day) { return (day + 4) % 7 == 0 || (day + 4) % 7 == 6; }

template <class Number>
Number median_of(std::vector<Number> numbers) {
  std::ranges::sort(numbers);
  return numbers[numbers.size() / 2];
}

bool keeps_a_pace(const std::map<Day, std::uint64_t>& days) {
  std::vector<std::uint64_t> volumes;
  for (const auto& [day, messages] : days) volumes.push_back(messages);
  return std::ranges::max(volumes) <= burst_factor * median_of(volumes);
}

bool keeps_office_hours(const std::map<Day, std::uint64_t>& days, Day first, Day last) {
  std::uint64_t work = 0, rest = 0, active = 0, work_days = 0, rest_days = 0;
  for (const auto& [day, messages] : days) {
    (is_weekend(day) ? rest : work) += messages;
    active += !is_weekend(day);
  }
  for (Day day = first; day <= last; ++day) ++(is_weekend(day) ? rest_days : work_days);
  // rest / rest_days < half of work / work_days, on most working days, and so far from an even
  // spread that chance makes it in one of a hundred hosts: a botnet has many.
  constexpr double one_in_a_hundred = 2.33;
  const double all = static_cast<double>(work + rest),
               share = static_cast<double>(rest_days) / static_cast<double>(work_days + rest_days);
  const bool by_chance = static_cast<double>(rest) >
                         all * share - one_in_a_hundred * std::sqrt(all * share * (1 - share));
  return 2 * active >= work_days && 2 * rest * work_days < work * rest_days && !by_chance;
}

/// Two or more days of the week that hardly miss a week, and hardly any mail on the others.
bool keeps_weekdays(const std::map<Day, std::uint64_t>& days) {
  const Day first = days.begin()->first, last = days.rbegin()->first;
  if (last - first < least_periodic_span) return false;
  std::array<unsigned, 7> hits{}, chances{};
  for (const auto& [day, messages] : days) ++hits[static_cast<std::size_t>(day % 7)];
  for (Day day = first; day <= last; ++day) ++chances[static_cast<std::size_t>(day % 7)];
  unsigned regular = 0, on_regular = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (4 * hits[i] < 3 * chances[i]) continue;
    ++regular;
    on_regular += hits[i];
  }
  return regular >= 2 && regular <= 5 && 5 * on_regular >= 4 * days.size();
}

/// Occasions (runs of adjacent days) at equal intervals, give or take a day or 15 %; one may be
/// missed now and then. Three occasions do where they are weeks apart and alike in size: a monthly
/// run shows no more in three months.
bool is_periodic(const std::map<Day, std::uint64_t>& days, std::size_t occasions_needed) {
  std::vector<Day> starts;
  Day before = 0;
  for (const auto& [day, messages] : days) {
    if (starts.empty() || day > before + 1) starts.push_back(day);
    before = day;
  }
  if (starts.size() < 3 || before - starts.front() < least_periodic_span) return false;
  std::vector<Day> intervals;
  for (std::size_t i = 1; i < starts.size(); ++i) intervals.push_back(starts[i] - starts[i - 1]);
  const Day usual = median_of(intervals);
  if (usual < 5) return false;  // closer occasions fit any interval
  const auto [least, most] = std::ranges::minmax(days | std::views::values);
  const bool monthly = usual >= 25 && most <= 3 * least;
  if (starts.size() < (monthly ? 3 : occasions_needed)) return false;
  const Day give = std::max<Day>(1, usual * 15 / 100);
  const auto near = [&](Day interval, Day wanted) {
    return interval >= wanted - give && interval <= wanted + give;
  };
  const auto regular =
      std::ranges::count_if(intervals, [&](Day interval) { return near(interval, usual); });
  return std::ranges::all_of(
             intervals,
             [&](Day interval) { return near(interval, usual) || near(interval, 2 * usual); }) &&
         2 * static_cast<std::size_t>(regular) > intervals.size();
}

}  // namespace

Persistence persistence_of(const std::map<Day, std::uint64_t>& days, bool good_name) {
  Persistence p;
  if (days.empty()) return p;
  p.days = static_cast<unsigned>(days.size());
  p.first_day = days.begin()->first;
  p.last_day = days.rbegin()->first;
  for (const auto& [day, messages] : days) p.messages += messages;
  const Day span = p.last_day - p.first_day + 1;
  if (p.messages < (good_name ? least_messages / 2 : least_messages)) return p;
  const bool long_enough = days.size() >= least_days && span >= least_span;
  const bool dense = span >= least_dense_span &&
                     10 * static_cast<Day>(days.size()) >= 9 * span;  // a shorter time does where
                                                                      // no day is missed
  if (long_enough && keeps_office_hours(days, p.first_day, p.last_day))
    p.rhythm = Rhythm::working_days;
  else if ((dense || (long_enough &&
                      static_cast<double>(days.size()) >= most_days * static_cast<double>(span))) &&
           keeps_a_pace(days))
    p.rhythm = Rhythm::daily;
  else if (keeps_weekdays(days))
    p.rhythm = Rhythm::weekdays;
  else if (is_periodic(days, good_name ? least_named_occasions : least_occasions))
    p.rhythm = Rhythm::periodic;
  else if (long_enough && good_name)
    p.rhythm = Rhythm::named;
  return p;
}

}  // namespace dmarcq

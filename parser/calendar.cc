// SPDX-License-Identifier: MIT
#include "parser/calendar.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::int64_t seconds_a_day = 86'400;
// What std::chrono::year can hold is less than what 64 bits of seconds reach; beyond, times are
// shown as the nearest end.
constexpr std::int64_t first_day = -719'528;  // 0000-01-01
constexpr std::int64_t last_day = 2'932'896;  // 9999-12-31

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

std::string date_text(std::int64_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{std::clamp(day, first_day, last_day)}}};
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}"), static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

Day day_of_window(EpochSeconds begin, EpochSeconds end) {
  // The sum of two times may overflow, their halves do not; the odd seconds matter only when both
  // are odd.
  const EpochSeconds middle = floor_div(begin, 2) + floor_div(end, 2) + ((begin & 1) & (end & 1));
  return static_cast<Day>(
      std::clamp<std::int64_t>(floor_div(middle, seconds_a_day), -2'000'000'000, 2'000'000'000));
}

std::string rfc3339(EpochSeconds time) {
  time = std::clamp(time, first_day * seconds_a_day, last_day * seconds_a_day + seconds_a_day - 1);
  const std::int64_t day = floor_div(time, seconds_a_day), second = time - day * seconds_a_day;
  return fmt::format("{}T{:02}:{:02}:{:02}Z", date_text(day), second / 3600, second / 60 % 60,
                     second % 60);
}

std::string iso_date(Day day) { return date_text(day); }

std::optional<Day> day_from_text(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(from, length)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return static_cast<Day>(std::chrono::sys_days{date}.time_since_epoch().count());
}

std::optional<int> month_from_word(std::string_view word) {
  static constexpr std::array<std::string_view, 12> names{
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  if (word.size() < 3) return std::nullopt;
  const std::string folded = lower(word);
  const auto found =
      std::ranges::find_if(names, [&](std::string_view name) { return name.starts_with(folded); });
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin()) + 1;
}

std::optional<int> zone_from_word(std::string_view word) {
  using Zone = std::pair<std::string_view, int>;
  static constexpr std::array<Zone, 15> zones{{{"z", 0},
                                               {"utc", 0},
                                               {"gmt", 0},
                                               {"ut", 0},
                                               {"est", -5},
                                               {"edt", -4},
                                               {"cst", -6},
                                               {"cdt", -5},
                                               {"mst", -7},
                                               {"mdt", -6},
                                               {"pst", -8},
                                               {"pdt", -7},
                                               {"cet", 1},
                                               {"cest", 2},
                                               {"jst", 9}}};
  const auto found = std::ranges::find(zones, lower(word), &Zone::first);
  return found == zones.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dmarcq

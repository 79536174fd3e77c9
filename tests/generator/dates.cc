// SPDX-License-Identifier: MIT
#include "tests/generator/dates.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>

namespace dmarcq::generator {
namespace {

constexpr std::array<const char*, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Civil {
  int year;
  unsigned month, day, hour, minute, second, weekday;
  const char* month_name() const { return months[month - 1]; }
  const char* weekday_name() const { return weekdays[weekday]; }
};

std::chrono::year_month_day calendar(Day day) {
  return std::chrono::sys_days{std::chrono::days{day}};
}

Civil civil(Seconds time) {
  const Day day = static_cast<Day>(time / seconds_per_day);
  const auto rest = static_cast<unsigned>(time % seconds_per_day);
  const auto date = calendar(day);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          rest / 3600,
          rest / 60 % 60,
          rest % 60,
          weekday(day)};
}

}  // namespace

Day day_of(int year, unsigned month, unsigned day) {
  const std::chrono::sys_days date{std::chrono::year{year} / std::chrono::month{month} /
                                   std::chrono::day{day}};
  return static_cast<Day>(date.time_since_epoch().count());
}

unsigned weekday(Day day) {
  return static_cast<unsigned>((day + 4) % 7);
}  // 1970-01-01 was a Thursday

std::string iso_date(Day day) {
  const Civil c = civil(midnight(day));
  return fmt::format("{:04}-{:02}-{:02}", c.year, c.month, c.day);
}

std::string compact_date(Day day) {
  const Civil c = civil(midnight(day));
  return fmt::format("{:04}{:02}{:02}", c.year, c.month, c.day);
}

std::string rfc5322_date(Seconds time, int zone_hours) {
  const Civil c = civil(time + zone_hours * 3600);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} {}{:02}00", c.weekday_name(), c.day,
                     c.month_name(), c.year, c.hour, c.minute, c.second, zone_hours < 0 ? '-' : '+',
                     std::abs(zone_hours));
}

std::string mbox_date(Seconds time) {
  const Civil c = civil(time);
  return fmt::format("{} {} {:2} {:02}:{:02}:{:02} {}", c.weekday_name(), c.month_name(), c.day,
                     c.hour, c.minute, c.second, c.year);
}

std::uint32_t dos_date_time(Seconds time) {
  const Civil c = civil(time);
  const std::uint32_t date = static_cast<std::uint32_t>(c.year - 1980) << 9 | c.month << 5 | c.day;
  return date << 16 | c.hour << 11 | c.minute << 5 | c.second / 2;
}

}  // namespace dmarcq::generator

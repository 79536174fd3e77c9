// SPDX-License-Identifier: MIT
#include "report/cli/args/dates.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>

#include "report/cli/command.h"

namespace dmarcq {
namespace {

Day months_before(Day day, int months) {
  using namespace std::chrono;
  const year_month_day date{sys_days{days{day}}};
  const year_month month = year_month{date.year(), date.month()} - std::chrono::months{months};
  const year_month_day_last last{month.year(), month_day_last{month.month()}};
  const auto kept = date.day() <= last.day()
                        ? year_month_day{month.year(), month.month(), date.day()}
                        : year_month_day{last};
  return static_cast<Day>(sys_days{kept}.time_since_epoch().count());
}

}  // namespace

Day today() {
  if (const char* text = std::getenv("DMARCQ_TODAY"); text != nullptr && *text != '\0') {
    if (const auto day = day_from_text(text)) return *day;
    throw UsageError(fmt::format("DMARCQ_TODAY: invalid date '{}'", text), "expected YYYY-MM-DD");
  }
  const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<Day>(now.time_since_epoch().count());
}

EpochSeconds unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

EpochSeconds now_seconds(Day today) {
  if (std::getenv("DMARCQ_TODAY") != nullptr) return EpochSeconds{today} * 86'400 + 43'200;
  return unix_now();
}

Day day_argument(std::string_view flag, std::string_view text, Day today) {
  if (const auto day = day_from_text(text)) return *day;
  if (text == "today") return today;
  if (text == "yesterday") return today - 1;
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  // 60 years are more than DMARC has existed, and keep the arithmetic far from its ends.
  constexpr int most_years = 60;
  if (fault == std::errc() && number >= 0 && !text.starts_with('-')) {
    if (unit == "d" && number <= most_years * 366) return today - number;
    if (unit == "w" && number <= most_years * 53) return today - 7 * number;
    if (unit == "mo" && number <= most_years * 12) return months_before(today, number);
    if (unit == "y" && number <= most_years) return months_before(today, 12 * number);
  }
  throw UsageError(fmt::format("{}: invalid date '{}'", flag, text),
                   "expected YYYY-MM-DD, or an age such as 30d, 12w, 6mo or 1y");
}

}  // namespace dmarcq

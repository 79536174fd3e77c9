// SPDX-License-Identifier: MIT
// Dates, times and counts: what is taken is in range and is read back as it is written.
#include "parser/aggregate/field_text.h"
#include "parser/calendar.h"
#include "report/cli/args/dates.h"
#include "report/cli/command.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  if (const auto day = day_from_text(input))
    require(iso_date(*day) == input, "a date is written as it was read");
  constexpr Day today = 20'700;
  try {
    const Day day = day_argument("--since", input, today);
    require(day_from_text(input) || (day <= today && day > today - 61 * 366),
            "days before today are not far");
    require(day_from_text(iso_date(day)) == day, "a day is a date");
  } catch (const UsageError&) {
  }
  if (const auto time = epoch_from(input))
    require(*time >= 0 && rfc3339(*time).size() == 20, "a time is positive");
  if (const auto count = count_from(input))
    require(*count <= 1ull << 53 && count_from(std::to_string(*count)) == count,
            "a count is in range");
  if (const auto count = grouped_count_from(input))
    require(*count <= 1ull << 53, "a grouped count is in range");
  if (input.size() >= 16) {
    EpochSeconds times[2];
    std::memcpy(times, input.data(), sizeof times);
    require(rfc3339(times[0]).size() == 20, "any time has a text");
    const Day day = day_of_window(times[0], times[1]);
    require(day == day_of_window(times[1], times[0]) && iso_date(day).size() == 10,
            "any window has a day");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  return {"2026-11-21",
          "1970-01-01",
          "0000-01-01",
          "9999-12-31",
          "30d",
          "12w",
          "6mo",
          "1y",
          "yesterday",
          "1337270400.0",
          "12.0",
          "1,234,567",
          "9007199254740992",
          std::string(16, '\x7f'),
          std::string(16, '\x80')};
}

std::vector<std::string_view> words() {
  return {"-", "02-29", "d", "w", "mo", "y", "today", ".", ",", "000", "9223372036854775807",
          "+", "e9"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}

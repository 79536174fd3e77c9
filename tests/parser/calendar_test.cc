// SPDX-License-Identifier: MIT
#include "parser/calendar.h"

#include <doctest/doctest.h>

#include <limits>

using namespace dmarcq;

TEST_CASE("calendar: days and their text") {
  struct Row {
    Day day;
    std::string_view text;
  };
  for (const auto& [day, text] :
       {Row{0, "1970-01-01"}, Row{59, "1970-03-01"}, Row{10'957, "2000-01-01"},
        Row{11'016, "2000-02-29"}, Row{20'605, "2026-06-01"}, Row{65'535, "2149-06-06"},
        Row{-1, "1969-12-31"}}) {
    CAPTURE(text);
    CHECK(iso_date(day) == text);
    CHECK(day_from_text(text) == day);
  }
  for (Day day = 0; day <= 65'535; ++day) REQUIRE(day_from_text(iso_date(day)) == day);
  for (const std::string_view bad :
       {"", "2026-6-1", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026/01/01",
        "26-01-0001", "2026-01-01 ", " 2026-01-01", "2026-01-0x", "+026-01-01", "2026-04-31"}) {
    CAPTURE(bad);
    CHECK_FALSE(day_from_text(bad).has_value());
  }
}

TEST_CASE("calendar: times") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(rfc3339(1'780'272'000) == "2026-06-01T00:00:00Z");
  CHECK(rfc3339(1'780'358'399) == "2026-06-01T23:59:59Z");
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59Z");
  CHECK(rfc3339(std::numeric_limits<EpochSeconds>::max()) == "9999-12-31T23:59:59Z");
  CHECK(rfc3339(std::numeric_limits<EpochSeconds>::min()) == "0000-01-01T00:00:00Z");
  CHECK(iso_date(std::numeric_limits<Day>::max()) == "9999-12-31");
}

TEST_CASE("calendar: a row counts under the day of the middle of its window") {
  constexpr EpochSeconds june_1 = 1'780'272'000, day = 86'400;
  constexpr Day june_1_day = 20'605;
  CHECK(day_of_window(june_1, june_1 + day - 1) == june_1_day);
  CHECK(day_of_window(june_1, june_1) == june_1_day);
  CHECK(day_of_window(june_1 + day - 1, june_1 + day - 1) == june_1_day);
  CHECK(day_of_window(june_1, june_1 + 2 * day - 1) == june_1_day);  // middle: the last second of
                                                                     // the first day
  CHECK(day_of_window(june_1, june_1 + 2 * day) == june_1_day + 1);
  CHECK(day_of_window(june_1 - 7'200, june_1 + day - 7'201) == june_1_day);  // a reporter's local
                                                                             // day
  CHECK(day_of_window(june_1 + 18'003, june_1 + 18'003 + 86'418) == june_1_day + 0);
  CHECK(day_of_window(-1, -1) == -1);
  CHECK(day_of_window(std::numeric_limits<EpochSeconds>::max(),
                      std::numeric_limits<EpochSeconds>::max()) > 65'535);
}

TEST_CASE("calendar: months and zones as words") {
  CHECK(month_from_word("Jan") == 1);
  CHECK(month_from_word("sept") == 9);
  CHECK(month_from_word("DECEMBER") == 12);
  for (const char* none : {"", "ja", "Janx", "decembers", "Tue"}) {
    CAPTURE(none);
    CHECK_FALSE(month_from_word(none));
  }
  CHECK(zone_from_word("GMT") == 0);
  CHECK(zone_from_word("pdt") == -7);
  CHECK(zone_from_word("CEST") == 2);
  for (const char* none : {"", "gm", "A", "IST"}) {
    CAPTURE(none);
    CHECK_FALSE(zone_from_word(none));
  }
}

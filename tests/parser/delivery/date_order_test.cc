// SPDX-License-Identifier: MIT
// Times in all the forms that logs write, and which number of a date is the day.
#include "parser/delivery/date_order.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

using namespace dmarcq;

namespace {

std::string time_of(const char* text, DateOrder order = DateOrder::day_first,
                    EpochSeconds offset = 0) {
  const auto time = time_from_text(text, order, offset);
  return time ? rfc3339(*time) : "none";
}

}  // namespace

TEST_CASE("times: forms that occur") {
  struct Row {
    const char *text, *expected;
  };
  for (const Row& row : {
           Row{"2026-11-24 07:40:00", "2026-11-24T07:40:00Z"},
           Row{"2026-11-24T07:40:00.000Z", "2026-11-24T07:40:00Z"},
           Row{"2026-11-24T07:40:00+01:00", "2026-11-24T06:40:00Z"},
           Row{"2026-11-24T07:40:00-0530", "2026-11-24T13:10:00Z"},
           Row{"2026-11-24 07:40 UTC", "2026-11-24T07:40:00Z"},
           Row{" 2026-11-24 ", "2026-11-24T00:00:00Z"},
           Row{"2026/1/4 7:05", "2026-01-04T07:05:00Z"},
           Row{"3/06/2009 13:37", "2009-06-03T13:37:00Z"},
           Row{"03.06.2009 1:37:05 PM", "2009-06-03T13:37:05Z"},
           Row{"3-6-09 12:00am", "2009-06-03T00:00:00Z"},
           Row{"Tue, 24 Nov 2026 07:40:00 +0100", "2026-11-24T06:40:00Z"},
           Row{"24 Nov 2026 07:40:00 +0000 (UTC)", "2026-11-24T07:40:00Z"},
           Row{"Tue Nov 24 2026", "2026-11-24T00:00:00Z"},
           Row{"Nov 24 2026  7:40AM", "2026-11-24T07:40:00Z"},
           Row{"November 24, 2026, 7:40 pm EST", "2026-11-25T00:40:00Z"},
           Row{"1790233200", "2026-09-24T07:00:00Z"},
           Row{"1790233200.25", "2026-09-24T07:00:00Z"},
           Row{"1790233200123", "2026-09-24T07:00:00Z"},
           Row{"31/12/1969", "none"},
           Row{"30/02/2026", "none"},
           Row{"13/13/2026", "none"},
           Row{"2026-11-24T25:00:00", "none"},
           Row{"2026-11-24 07:40:00 Mars", "none"},
           Row{"2026-11-24 07:40:00 x", "none"},
           Row{"2026-11-24 07", "none"},
           Row{"20261124", "none"},
           Row{"1790233200.1.2", "none"},
           Row{"9999-01-01", "none"},
           Row{"yesterday", "none"},
           Row{"", "none"},
       }) {
    CAPTURE(row.text);
    CHECK(time_of(row.text) == row.expected);
  }
  CHECK(time_of("3/06/2009", DateOrder::month_first) == "2009-03-06T00:00:00Z");
  CHECK(time_of("13/06/2009", DateOrder::month_first) == "none");
  // Marketing Cloud: UTC−6 all year; an offset in the text wins.
  CHECK(time_of("1/10/2024 1:00", DateOrder::day_first, -6 * 3600) == "2024-10-01T07:00:00Z");
  CHECK(time_of("2024-10-01T01:00:00Z", DateOrder::day_first, -6 * 3600) == "2024-10-01T01:00:00Z");
}

TEST_CASE("times: one that is the same in both orders") {
  const auto times = [](std::string_view text, EpochSeconds offset) {
    std::vector<std::string> found;
    for (const DateOrder order : {DateOrder::day_first, DateOrder::month_first})
      if (const auto time = time_from_text(text, order, offset))
        found.push_back(rfc3339(order_free_time(*time, offset)));
    return found;
  };
  using Times = std::vector<std::string>;
  constexpr EpochSeconds west = -6 * 3600;
  CHECK(times("3/06/2026 13:37", 0) == Times{"2026-03-06T13:37:00Z", "2026-03-06T13:37:00Z"});
  CHECK(times("6/03/2026 13:37", 0) == Times{"2026-03-06T13:37:00Z", "2026-03-06T13:37:00Z"});
  CHECK(times("2026-06-03 13:37", 0) == Times{"2026-03-06T13:37:00Z", "2026-03-06T13:37:00Z"});
  CHECK(times("12/1/2026", 0) == Times{"2026-01-12T00:00:00Z", "2026-01-12T00:00:00Z"});
  // It is the day of the file that may be swapped, not that of UTC.
  CHECK(times("3/06/2026 20:00", west) == Times{"2026-03-07T02:00:00Z", "2026-03-07T02:00:00Z"});
  CHECK(times("2026-06-03 20:00", west) == Times{"2026-03-07T02:00:00Z", "2026-03-07T02:00:00Z"});
  // Near misses.
  CHECK(times("13/06/2026 13:37", 0) == Times{"2026-06-13T13:37:00Z"});
  CHECK(times("2026-12-13", 0) == Times{"2026-12-13T00:00:00Z", "2026-12-13T00:00:00Z"});
  CHECK(times("5/05/2026", 0) == Times{"2026-05-05T00:00:00Z", "2026-05-05T00:00:00Z"});
}

TEST_CASE("date order: what decides") {
  using enum DateOrder;
  struct Row {
    const char* name;
    std::initializer_list<const char*> dates;
    DateOrder order;
    bool guessed;
    const char* reference = "";
  };
  for (const Row& row : {
           Row{"nothing", {}, day_first, false},
           Row{"ISO dates", {"2026-01-02", "x", ""}, day_first, false},
           Row{"a day above 12", {"1/2/2026", "13/2/2026"}, day_first, false},
           Row{"a month above 12", {"1/2/2026", "2/13/2026"}, month_first, false},
           Row{"both: most decide", {"13/2/2026", "14/2/2026", "2/13/2026"}, day_first, true},
           Row{"the same either way", {"5/5/2026"}, day_first, false},
           Row{"one month by day first",
               {"1/6/2026 10:00", "2/6/2026", "9/6/2026"},
               day_first,
               false},
           Row{"one month by month first",
               {"6/1/2026", "6/2/2026", "6/9/2026"},
               month_first,
               false},
           Row{"neither is short", {"1/2/2026", "11/12/2026"}, day_first, true},
           Row{"one date", {"1/10/2024"}, day_first, true},
           Row{"one date, the day is known", {"1/10/2024"}, month_first, true, "2024-01-12"},
           Row{"both lie before", {"1/10/2024"}, day_first, true, "2024-10-02"},
           Row{"the nearer one", {"10/1/2024"}, month_first, true, "2024-10-02"},
       }) {
    CAPTURE(row.name);
    DateOrderEvidence whole, first, second;
    bool odd = false;
    for (const char* date : row.dates) {
      whole.add(date);
      (odd ? first : second).add(date);
      odd = !odd;
    }
    first.merge(second);
    const auto reference = day_from_text(row.reference);
    CHECK(whole.decide(reference).order == row.order);
    CHECK(whole.decide(reference).guessed == row.guessed);
    CHECK(first.decide(reference).order == row.order);
    CHECK(first.decide(reference).guessed == row.guessed);
  }
  for (const DateOrder order : {day_first, month_first})
    CHECK(date_order_from(to_text(order)) == order);
  CHECK(!date_order_from("year-first"));
}

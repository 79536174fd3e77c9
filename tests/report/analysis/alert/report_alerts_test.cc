// SPDX-License-Identifier: MIT
#include "report/analysis/alert/report_alerts.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("report rhythm: who is regular, and whose silence is out of rhythm") {
  constexpr Day oldest = 20'000;
  struct Row {
    const char* name;
    Day last, every;  ///< days with reports: from `oldest` to `last`, so many days apart
    Day now;
    bool regular, silent;
  };
  for (const Row& row : {
           Row{"every day, up to now", oldest + 40, 1, oldest + 40, true, false},
           Row{"near miss: silent for two days", oldest + 40, 1, oldest + 42, true, false},
           Row{"silent for three days", oldest + 40, 1, oldest + 43, true, true},
           Row{"near miss: for less than two weeks", oldest + 12, 1, oldest + 15, false, true},
           Row{"for two weeks", oldest + 13, 1, oldest + 16, true, true},
           Row{"every other day", oldest + 40, 2, oldest + 43, false, false},
           Row{"every other day, silent for longer than twice that", oldest + 40, 2, oldest + 44,
               false, true},
       }) {
    CAPTURE(row.name);
    std::set<Day> seen;
    for (Day day = oldest; day <= row.last; day += row.every) seen.insert(day);
    const ReportRhythm r = report_rhythm(seen, oldest, row.now);
    CHECK(r.last == row.last);
    CHECK(r.regular == row.regular);
    CHECK(r.silent == row.silent);
  }
}

TEST_CASE("problems: one alert for all, another one after a later problem") {
  CHECK(new_problems({}).empty());
  const auto alerts =
      new_problems({.today = 20'000, .problems = {{7, "truncated"}, {9, "conflict"}}});
  REQUIRE(alerts.size() == 1);
  CHECK(alerts.front().key() == "problems-new\t\tup to 9");
  CHECK(alerts.front().since == 20'000);
}

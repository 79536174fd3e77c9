// SPDX-License-Identifier: MIT
#include "report/cli/args/dates.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "report/cli/command.h"

using namespace dmarcq;

namespace {
Day on(const char* text) { return day_from_text(text).value(); }
}  // namespace

TEST_CASE("day_argument: days as people name them") {
  const Day today = on("2026-11-21");
  struct Row {
    const char* text;
    const char* expected;
  };
  const Row rows[] = {
      {"2026-10-01", "2026-10-01"}, {"today", "2026-11-21"}, {"yesterday", "2026-11-20"},
      {"0d", "2026-11-21"},         {"30d", "2026-10-22"},   {"12w", "2026-08-29"},
      {"1mo", "2026-10-21"},        {"6mo", "2026-05-21"},   {"24mo", "2024-11-21"},
      {"1y", "2025-11-21"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(iso_date(day_argument("--since", row.text, today)) == row.expected);
  }
  CHECK(iso_date(day_argument("--since", "1mo", on("2026-03-31"))) == "2026-02-28");
  CHECK(iso_date(day_argument("--since", "1mo", on("2024-03-30"))) == "2024-02-29");
  CHECK(iso_date(day_argument("--since", "1y", on("2024-02-29"))) == "2023-02-28");
  CHECK(iso_date(day_argument("--since", "1mo", on("2026-01-15"))) == "2025-12-15");
}

TEST_CASE("day_argument: anything else is refused, with the flag's name") {
  for (const char* text :
       {"", "30", "d", "-30d", "30 d", "1h", "5m", "3q", "2026-13-01", "2026-02-30", "2026-1-1",
        "tomorrow", "99999999999d", "1e3d", "30dd", "+3d"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(day_argument("--until", text, 20000), UsageError);
    try {
      day_argument("--until", text, 20000);
    } catch (const UsageError& error) {
      CHECK(std::string(error.what()).starts_with("--until: invalid date '"));
    }
  }
}

TEST_CASE("today: DMARCQ_TODAY stands in for the clock") {
  setenv("DMARCQ_TODAY", "2026-11-21", 1);
  CHECK(iso_date(today()) == "2026-11-21");
  setenv("DMARCQ_TODAY", "soon", 1);
  CHECK_THROWS_AS(today(), UsageError);
  unsetenv("DMARCQ_TODAY");
  CHECK(today() > on("2024-01-01"));
}

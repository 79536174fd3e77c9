// SPDX-License-Identifier: MIT
#include "report/render/numbers.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("with_thousands") {
  CHECK(with_thousands(0) == "0");
  CHECK(with_thousands(999) == "999");
  CHECK(with_thousands(1000) == "1,000");
  CHECK(with_thousands(120334) == "120,334");
  CHECK(with_thousands(UINT64_MAX) == "18,446,744,073,709,551,615");
}

TEST_CASE("pass_rate: never more certain than the count") {
  struct Row {
    std::uint64_t passed, messages;
    const char* expected;
  };
  const Row rows[] = {
      {0, 0, "–"},
      {3, 3, "no failure in 3"},
      {120334, 120334, "no failure in 120,334"},
      {0, 35, "none of 35"},
      {1, 2, "50.0 %"},
      {999'999, 1'000'000, "99.9 %"},
      {1, 1'000'000, "<0.1 %"},
      {2, 3, "66.7 %"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.passed);
    CHECK(pass_rate(row.passed, row.messages) == row.expected);
  }
}

TEST_CASE("bytes_text, duration_text, counted") {
  CHECK(bytes_text(1) == "1 byte");
  CHECK(bytes_text(812) == "812 bytes");
  CHECK(bytes_text(1000) == "1.0 kB");
  CHECK(bytes_text(999'999) == "1.0 MB");
  CHECK(bytes_text(1'900'000'000) == "1.9 GB");
  CHECK(duration_text(0) == "0:00");
  CHECK(duration_text(6.2) == "0:07");
  CHECK(duration_text(760) == "12:40");
  CHECK(duration_text(3723) == "1:02:03");
  CHECK(duration_text(-5) == "0:00");
  CHECK(counted(1, "problem") == "1 problem");
  CHECK(counted(0, "problem") == "0 problems");
  CHECK(counted(9120, "address", "addresses") == "9,120 addresses");
}

TEST_CASE("days_text") {
  CHECK(days_text(day_from_text("2026-08-24").value(), day_from_text("2026-11-21").value()) ==
        "2026-08-24 to 2026-11-21 (UTC days)");
  CHECK(days_text(day_from_text("2026-11-21").value(), day_from_text("2026-11-21").value()) ==
        "2026-11-21 (UTC)");
}

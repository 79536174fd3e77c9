// SPDX-License-Identifier: MIT
#include "report/analysis/change.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("better or worse: what is more than chance") {
  struct Row {
    const char* name;
    PassedOf before, after;
    Change expected;
  };
  constexpr Row rows[] = {
      {"nothing at all", {0, 0}, {0, 0}, Change::noise},
      {"no failure before or after", {100, 100}, {70, 70}, Change::noise},
      {"all fail, before and after", {0, 100}, {0, 70}, Change::noise},
      {"half of it fails now", {100, 100}, {50, 100}, Change::worse},
      {"and the other way round", {50, 100}, {100, 100}, Change::better},
      {"a little, of much mail", {99'900, 100'000}, {99'500, 100'000}, Change::worse},
      {"the same, of little", {999, 1'000}, {995, 1'000}, Change::too_few},
      {"ten points, of little", {18, 20}, {16, 20}, Change::too_few},
      {"ten points, of somewhat more", {90, 100}, {80, 100}, Change::worse},
      {"five points, of as much", {90, 100}, {85, 100}, Change::noise},
      {"one failure", {100, 100}, {99, 100}, Change::too_few},
      {"nothing before", {0, 0}, {50, 100}, Change::too_few},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(to_text(change_between(row.before, row.after)) == to_text(row.expected));
  }
}

TEST_CASE("change: the z-test by a table of known values") {
  // 90 of 100 against 80 of 100: z = -1.9803, p = 0.0477 (pooled, two-sided).
  const ZTest test = two_proportions(90, 100, 80, 100);
  CHECK(test.usable);
  CHECK(test.z == doctest::Approx(-1.98030));
  CHECK(test.p == doctest::Approx(0.047673).epsilon(0.001));
  CHECK_FALSE(two_proportions(10, 10, 9, 10).usable);
  CHECK(two_proportions(50, 50, 70, 70).p == 1);
  CHECK(two_proportions(0, 0, 70, 70).p == 1);
}

// SPDX-License-Identifier: MIT
// Whose word counts.
#include <doctest/doctest.h>

#include "report/analysis/sender/learned/witnesses.h"

using namespace dmarcq;

namespace {

SourceRow row_of(std::initializer_list<std::uint32_t> reporters, Day first, Day last) {
  SourceRow row;
  for (const std::uint32_t reporter : reporters) row.reporters.add(reporter);
  row.first_day = first;
  row.last_day = last;
  return row;
}

Witnesses of(std::initializer_list<std::uint32_t> reporters) {
  Witnesses witnesses;
  for (const std::uint32_t reporter : reporters) witnesses.add(reporter);
  return witnesses;
}

}  // namespace

TEST_CASE("witnesses: two reporters, or one with a history, or the only one") {
  ReporterHistory history;
  history.add(row_of({1}, 100, 101));
  CHECK(history.trusts(of({1})));  // nobody else reports at all
  history.add(row_of({2}, 100, 114));
  CHECK_FALSE(history.trusts(of({1})));
  CHECK(history.trusts(of({2})));
  CHECK(history.trusts(of({1, 2})));
  CHECK_FALSE(history.trusts(of({1, 1})));
  CHECK_FALSE(history.trusts(of({3})));  // never seen
  history.add(row_of({3}, 100, 113));
  CHECK_FALSE(history.trusts(of({3})));  // a day too short
  history.add(row_of({3}, 120, 120));
  CHECK(history.trusts(of({3})));
}

TEST_CASE("witnesses: a row that reporters share gives none of them a history") {
  ReporterHistory history;
  history.add(row_of({1, 2}, 100, 200));
  CHECK_FALSE(history.trusts(of({1})));
  CHECK_FALSE(history.trusts(of({2})));
  CHECK(history.trusts(of({1, 2})));
}

TEST_CASE("witnesses: one who is not trusted speaks for his own rows") {
  ReporterHistory history;
  history.add(row_of({1, 2}, 100, 200));
  CHECK(history.speaks_for(of({1}), row_of({1}, 100, 100)));
  CHECK_FALSE(history.speaks_for(of({1}), row_of({2}, 100, 100)));
  CHECK_FALSE(history.speaks_for(of({1}), row_of({1, 2}, 100, 100)));
  CHECK(history.speaks_for(of({1, 2}), row_of({3}, 100, 100)));
}

TEST_CASE("witnesses: those of two things together") {
  Witnesses both = of({1});
  both.add(of({}));
  CHECK_FALSE(both.several());
  both.add(of({1}));
  CHECK_FALSE(both.several());
  both.add(of({2}));
  CHECK(both.several());
  Witnesses empty;
  empty.add(of({1, 2}));
  CHECK(empty.several());
}

TEST_CASE("witnesses: what was learned counts for 30 days before and after") {
  CHECK(is_near(100, 110, row_of({}, 140, 150)));
  CHECK_FALSE(is_near(100, 110, row_of({}, 141, 150)));
  CHECK(is_near(100, 110, row_of({}, 60, 70)));
  CHECK_FALSE(is_near(100, 110, row_of({}, 60, 69)));
  CHECK(is_near(100, 110, row_of({}, 105, 105)));
}

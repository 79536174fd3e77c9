// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "report/analysis/readiness/weigh.h"

using namespace dmarcq;

namespace {

StreamCount seen(std::uint32_t reporter, std::uint64_t passed, std::uint64_t failed) {
  return {.reporter = reporter, .both = passed, .fail = failed};
}

}  // namespace

TEST_CASE("weigh: one reporter's word neither makes a fault nor hides one") {
  struct Row {
    const char* name;
    std::vector<StreamCount> reporters;
    bool fault;
    std::optional<std::uint32_t> aside = {}, masked = {};
  };
  constexpr double limit = 0.05;
  const Row rows[] = {
      {"nobody reports", {}, false},
      {"all well", {seen(1, 100, 0), seen(2, 100, 1)}, false},
      {"exactly at the limit is within it", {seen(1, 95, 5)}, false},
      {"just above it", {seen(1, 94, 6)}, true},
      {"one alone sees failures", {seen(1, 100, 0), seen(2, 0, 100), seen(3, 100, 0)}, false, 2u},
      {"near miss: only one other saw the sender", {seen(1, 100, 0), seen(2, 0, 100)}, true},
      {"near miss: the third saw temporary errors only",
       {seen(1, 100, 0), seen(2, 0, 100), {.reporter = 3, .temporary = 50}},
       true},
      {"others at half the limit are well within it",
       {seen(1, 39, 1), seen(2, 0, 100), seen(3, 39, 1)},
       false,
       2u},
      {"near miss: the others are above half the limit",
       {seen(1, 38, 1), seen(2, 0, 100), seen(3, 38, 1)},
       true},
      {"two see failures", {seen(1, 100, 0), seen(2, 0, 50), seen(3, 0, 50)}, true},
      {"a flood of passes hides what three others see",
       {seen(1, 50, 50), seen(2, 50, 50), seen(3, 50, 50), seen(9, 1'000'000, 0)},
       true,
       {},
       9u},
      {"near miss: only one other sees it", {seen(1, 100, 100), seen(9, 1'000'000, 0)}, false},
      {"near miss: one other carries the failures of all",
       {seen(1, 100, 0), seen(2, 0, 100), seen(3, 100, 0), seen(9, 1'000'000, 0)},
       false},
      {"near miss: too few messages without any one",
       {seen(1, 25, 24), seen(2, 25, 24), seen(3, 25, 25), seen(9, 1'000'000, 0)},
       false},
      {"near miss: not far above the limit",
       {seen(1, 92, 8), seen(2, 92, 8), seen(3, 92, 8), seen(9, 1'000'000, 0)},
       false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Weighed weighed = weigh(row.reporters, share_failing, limit);
    CHECK(weighed.fault == row.fault);
    CHECK(weighed.aside == row.aside);
    CHECK(weighed.masked == row.masked);
  }
}

TEST_CASE("weigh: with one reporter left out, the others are taken at their word") {
  const std::vector<StreamCount> reporters{seen(1, 100, 0), seen(2, 0, 100), seen(3, 100, 0)};
  struct Row {
    LeftOut without;
    bool fault;
  };
  for (const Row& row :
       {Row{{}, false}, Row{2u, false}, Row{1u, true}, Row{3u, true}, Row{4u, true}}) {
    CAPTURE(row.without.value_or(0));
    const Weighed weighed = weigh(reporters, share_failing, 0.05, row.without);
    CHECK(weighed.fault == row.fault);
    if (row.without) CHECK_FALSE((weighed.aside || weighed.masked));
  }
}

TEST_CASE("weigh: temporary errors are neither good nor bad") {
  const StreamCount count{.both = 6, .spf_only = 3, .fail = 1, .temporary = 90};
  CHECK(share_failing(count).share() == doctest::Approx(0.1));
  CHECK(share_by_spf_only(count).share() == doctest::Approx(0.3));
  CHECK(share_failing({.temporary = 5}).share() == 0);
}

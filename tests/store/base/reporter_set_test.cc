// SPDX-License-Identifier: MIT
#include "store/base/reporter_set.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

using namespace dmarcq;

namespace {

std::vector<std::uint32_t> listed(const ReporterSet& set) { return {set.begin(), set.end()}; }

}  // namespace

TEST_CASE("ReporterSet: a sorted set, however many there are") {
  std::minstd_rand random(11);
  for (const std::uint32_t most : {1u, 3u, 5u, 6u, 7u, 40u}) {
    CAPTURE(most);
    ReporterSet set;
    std::set<std::uint32_t> expected;
    for (int i = 0; i < 200; ++i) {
      const auto key = static_cast<std::uint32_t>(random() % most);
      set.add(key);
      expected.insert(key);
      REQUIRE(listed(set) == std::vector<std::uint32_t>(expected.begin(), expected.end()));
      REQUIRE(set.size() == expected.size());
      REQUIRE(set.front() == *expected.begin());
    }
  }
}

TEST_CASE("ReporterSet: copies are apart, what was moved from is empty, unions hold both") {
  for (const std::uint32_t count : {0u, 4u, 5u, 9u}) {
    CAPTURE(count);
    ReporterSet first;
    for (std::uint32_t key = 0; key < count; ++key) first.add(2 * key);
    const std::vector<std::uint32_t> before = listed(first);
    ReporterSet copy = first;
    copy.add(1);
    CHECK(listed(first) == before);
    CHECK(copy.size() == before.size() + 1);
    CHECK_FALSE(copy == first);
    ReporterSet moved = std::move(copy);
    CHECK(moved.size() == before.size() + 1);
    CHECK(copy.empty());  // NOLINT: that is what is tested
    copy = moved;
    CHECK(copy == moved);
    copy = std::move(first);
    CHECK(listed(copy) == before);
    CHECK(first.empty());  // NOLINT
    moved.add(copy);
    CHECK(moved.size() == before.size() + 1);
  }
}

// SPDX-License-Identifier: MIT
#include "store/base/flat_index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace dmarcq;

TEST_CASE("FlatIndex: finds what was added and nothing else, whatever the hash") {
  struct Row {
    const char* name;
    std::size_t (*hash)(int);
  };
  const Row rows[] = {
      {"good", [](int n) { return static_cast<std::size_t>(n) * 0x9E3779B97F4A7C15u; }},
      {"the number itself", [](int n) { return static_cast<std::size_t>(n); }},
      {"few values", [](int n) { return static_cast<std::size_t>(n % 3); }}};
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      FlatIndex index;
      REQUIRE(index.find(row.hash(1), [](std::uint32_t) { return true; }) == FlatIndex::none);
      std::vector<int> entries;
      std::map<int, std::uint32_t> expected;
      std::minstd_rand random(7);
      for (int i = 0; i < 6000; ++i) {
        const int n = static_cast<int>(random() % 2500);
        const auto [position, added] =
            index.find_or_add(row.hash(n), static_cast<std::uint32_t>(entries.size()),
                              [&](std::uint32_t at) { return entries[at] == n; });
        if (added) entries.push_back(n);
        const auto [known, is_new] = expected.emplace(n, position);
        REQUIRE(added == is_new);
        REQUIRE(known->second == position);
        const int other = static_cast<int>(random() % 2500);
        const auto there = expected.find(other);
        REQUIRE(index.find(row.hash(other), [&](std::uint32_t at) {
          return entries[at] == other;
        }) == (there == expected.end() ? FlatIndex::none : there->second));
      }
    }
  }
}

TEST_CASE("WaitingLookups: all are put, once, in their order") {
  for (const int size : {0, 1, 15, 16, 17, 1000}) {
    FlatIndex index;
    std::vector<int> entries, order, expected;
    WaitingLookups<int> waiting;
    std::minstd_rand random(3);
    const auto put = [&](int n, std::size_t hash) {
      order.push_back(n);
      if (index
              .find_or_add(hash, static_cast<std::uint32_t>(entries.size()),
                           [&](std::uint32_t at) { return entries[at] == n; })
              .second)
        entries.push_back(n);
    };
    for (int i = 0; i < size; ++i) {
      expected.push_back(static_cast<int>(random() % 100));
      waiting.add(expected.back(), static_cast<std::size_t>(expected.back()), index, entries, put);
    }
    waiting.put_all(index, entries, put);
    CHECK((order == expected));
    waiting.put_all(index, entries, put);
    CHECK(order.size() == expected.size());
    std::ranges::sort(expected);
    CHECK(entries.size() ==
          static_cast<std::size_t>(std::ranges::unique(expected).begin() - expected.begin()));
  }
}

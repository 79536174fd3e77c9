// SPDX-License-Identifier: MIT
#include "store/flat_index.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

using namespace dmarcq;

TEST_CASE("FlatIndex: finds what was added and nothing else, whatever the hash") {
  struct Row { const char* name; std::size_t (*hash)(int); };
  const Row rows[] = {{"good", [](int n) { return static_cast<std::size_t>(n) * 0x9E3779B97F4A7C15u; }},
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
        const auto [position, added] = index.find_or_add(row.hash(n), static_cast<std::uint32_t>(entries.size()), [&](std::uint32_t at) { return entries[at] == n; });
        if (added) entries.push_back(n);
        const auto [known, is_new] = expected.emplace(n, position);
        REQUIRE(added == is_new);
        REQUIRE(known->second == position);
        const int other = static_cast<int>(random() % 2500);
        const auto there = expected.find(other);
        REQUIRE(index.find(row.hash(other), [&](std::uint32_t at) { return entries[at] == other; }) == (there == expected.end() ? FlatIndex::none : there->second));
      }
    }
  }
}

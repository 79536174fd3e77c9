// SPDX-License-Identifier: MIT
#include "store/sqlite/row_key.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "store/scope.h"

using namespace dmarcq;

TEST_CASE("row key: domain and day come back out, keys of a domain lie together") {
  for (const auto& [domain, day] : std::initializer_list<std::pair<std::int64_t, Day>>{
           {1, 0}, {1, 65'535}, {7, 20'000}, {RowKey::max_domain, 65'535}}) {
    const std::int64_t key = RowKey::first(domain, day) + RowKey::max_rows - 1;
    CHECK(RowKey::domain_of(key) == domain);
    CHECK(RowKey::day_of(key) == day);
    CHECK(key > 0);
  }
  CHECK(RowKey::first(1, 65'535) + RowKey::max_rows == RowKey::first(2, 0));
  CHECK(RowKey::max_day == last_possible_day);
}

TEST_CASE("row key: ranges that touch are one") {
  struct Row {
    const char* name;
    std::vector<DomainDays> asked;
    std::string expected;
  };
  const Row rows[] = {
      {"none", {}, ""},
      {"no days", {{1, 9, 8}}, ""},
      {"one day", {{3, 7, 7}}, "3/7-3/7"},
      {"two domains whole", {{1, 0, 65'535}, {2, 0, 65'535}}, "1/0-2/65535"},
      {"with a gap between", {{1, 0, 65'535}, {3, 0, 65'535}}, "1/0-1/65535 3/0-3/65535"},
      {"not whole", {{1, 0, 9}, {2, 0, 9}}, "1/0-1/9 2/0-2/9"},
      {"from a day on, and the next whole", {{1, 5, 65'535}, {2, 0, 65'535}}, "1/5-2/65535"},
      {"one without days in the middle",
       {{1, 0, 65'535}, {2, 5, 4}, {3, 0, 65'535}},
       "1/0-1/65535 3/0-3/65535"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::vector<std::string> found;
    for (const KeyRange& range : ranges_of(row.asked))
      found.push_back(fmt::format("{}/{}-{}/{}", range.first >> 16, range.first & 65'535,
                                  range.last >> 16, range.last & 65'535));
    CHECK(fmt::format("{}", fmt::join(found, " ")) == row.expected);
  }
}

// SPDX-License-Identifier: MIT
#include "store/source_table.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

using namespace dmarcq;

namespace {

std::string bytes_of(const char* address) {
  return std::string(IpAddress::parse(address).value().bytes());
}

std::string text_of(const SourceRow& row) {
  std::vector<std::uint32_t> reporters(row.reporters.begin(), row.reporters.end());
  return fmt::format("{} {} {} {}: {} messages, {} rows, days {}-{}, by {}", row.domain,
                     row.source_ip.to_text(), row.identity, row.evaluation, row.messages, row.rows,
                     row.first_day, row.last_day, fmt::join(reporters, ","));
}

}  // namespace

TEST_CASE("source table: rows of one source become one, what differs in one thing does not") {
  SourceTable table(200, 10);
  const std::string v4 = bytes_of("192.0.2.1"), v6 = bytes_of("2001:db8::1");
  table.add(v4, 7, 1, 10, 20'001, 3);
  table.add(v4, 7, 1, 5, 20'000, 150);  // another day and reporter
  table.add(v4, 7, 2, 1, 20'000, 3);    // another evaluation
  table.add(v4, 8, 1, 2, 20'000, 3);    // another identity
  table.add(bytes_of("192.0.2.0"), 9, 1, 4, 20'002, 64);
  table.add(v6, 7, 1, 3, 20'000, 63);
  std::vector<SourceRow> rows;
  table.take(5, rows);
  std::vector<std::string> found;
  for (const SourceRow& row : rows) found.push_back(text_of(row));
  CHECK(found ==
        std::vector<std::string>{"5 192.0.2.0 9 1: 4 messages, 1 rows, days 20002-20002, by 64",
                                 "5 192.0.2.1 7 1: 15 messages, 2 rows, days 20000-20001, by 3,150",
                                 "5 192.0.2.1 7 2: 1 messages, 1 rows, days 20000-20000, by 3",
                                 "5 192.0.2.1 8 1: 2 messages, 1 rows, days 20000-20000, by 3",
                                 "5 2001:db8::1 7 1: 3 messages, 1 rows, days 20000-20000, by 63"});
  // It is empty then, and used again.
  table.add(v4, 7, 1, 1, 3, 1);
  table.take(6, rows);
  REQUIRE(rows.size() == 6);
  CHECK(text_of(rows.back()) == "6 192.0.2.1 7 1: 1 messages, 1 rows, days 3-3, by 1");
}

TEST_CASE("source table: any number of rows sums up as a map does") {
  std::mt19937 dice(20261130);
  SourceTable table(8, 0);
  std::map<std::tuple<IpAddress, std::int64_t, std::int64_t>, std::uint64_t> expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string ip{static_cast<char>(10), static_cast<char>(dice() % 7),
                         static_cast<char>(dice() % 5), static_cast<char>(dice() % 40)};
    const std::int64_t identity = dice() % 4 + 1, evaluation = dice() % 2 + 1;
    const std::uint64_t messages = dice() % 100 + 1;
    table.add(ip, identity, evaluation, messages, 1, dice() % 8);
    expected[{IpAddress::from_bytes(ip).value(), identity, evaluation}] += messages;
  }
  std::vector<SourceRow> rows;
  table.take(1, rows);
  REQUIRE(rows.size() == expected.size());
  auto next = expected.begin();
  for (const SourceRow& row : rows) {
    REQUIRE(std::tuple(row.source_ip, row.identity, row.evaluation) == next->first);
    REQUIRE(row.messages == next->second);
    ++next;
  }
}

TEST_CASE("source table: a sum of messages ends at its cap") {
  SourceTable table(4, 0);
  const std::string ip = bytes_of("192.0.2.1");
  for (int i = 0; i < 3; ++i) table.add(ip, 1, 1, most_messages - 1, 1, 1);
  std::vector<SourceRow> rows;
  table.take(1, rows);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].messages == most_messages);
}

TEST_CASE("source table: lists in order are joined, sources of the shared domain become one") {
  const auto row = [](std::int64_t domain, const char* ip, std::uint64_t messages, Day day) {
    SourceRow made{.source_ip = IpAddress::parse(ip).value(), .domain = domain};
    made.identity = made.evaluation = 1;
    made.messages = messages;
    made.rows = 1;
    made.first_day = made.last_day = day;
    made.reporters.add(static_cast<std::uint32_t>(day));
    return made;
  };
  std::vector<SourceRow> rows{row(1, "192.0.2.9", 1, 5), row(2, "192.0.2.1", 10, 5),
                              row(2, "192.0.2.3", 20, 5)};
  append(rows, {row(2, "192.0.2.1", 1, 6), row(2, "192.0.2.2", 2, 6), row(2, "192.0.2.4", 4, 6),
                row(3, "192.0.2.1", 8, 6)});
  std::vector<std::string> found;
  for (const SourceRow& each : rows) found.push_back(text_of(each));
  CHECK(found == std::vector<std::string>{"1 192.0.2.9 1 1: 1 messages, 1 rows, days 5-5, by 5",
                                          "2 192.0.2.1 1 1: 11 messages, 2 rows, days 5-6, by 5,6",
                                          "2 192.0.2.2 1 1: 2 messages, 1 rows, days 6-6, by 6",
                                          "2 192.0.2.3 1 1: 20 messages, 1 rows, days 5-5, by 5",
                                          "2 192.0.2.4 1 1: 4 messages, 1 rows, days 6-6, by 6",
                                          "3 192.0.2.1 1 1: 8 messages, 1 rows, days 6-6, by 6"});
  append(rows, {});
  CHECK(rows.size() == 6);
  append(rows, {row(4, "192.0.2.1", 1, 7)});
  CHECK(rows.size() == 7);
}

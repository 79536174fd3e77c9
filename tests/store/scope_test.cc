// SPDX-License-Identifier: MIT
#include "store/scope.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sample_reports.h"
#include "tests/support/memory_store.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("scope: a domain reaches what lies below it, and rows in its parents' reports") {
  const std::unique_ptr<Store> store = memory_store();
  int number = 0;
  for (const char* domain : {"example.com", "mail.example.com", "ample.com", "example.net"})
    save(*store, item(fmt::format("{}", ++number),
                      {{.domain = domain, .lines = {"192.0.2.1 1 pass pass"}}}));
  struct Row {
    const char* name;
    std::vector<std::string> asked;
    std::string expected;
  };
  const Row rows[] = {
      {"nothing: all", {}, "example.com=all mail.example.com=all ample.com=all example.net=all"},
      {"a domain and below", {"example.com"}, "example.com=all mail.example.com=all"},
      {"in capitals", {"EXAMPLE.com"}, "example.com=all mail.example.com=all"},
      {"a subdomain, and its parent's reports",
       {"mail.example.com"},
       "example.com=by-header mail.example.com=all"},
      {"one without reports of its own", {"news.example.net"}, "example.net=by-header"},
      {"a parent and its subdomain",
       {"news.example.com", "example.com"},
       "example.com=all mail.example.com=all"},
      {"not by ending", {"le.com"}, ""},
      {"a top-level domain", {"com"}, "example.com=all mail.example.com=all ample.com=all"},
      {"unknown", {"example.org"}, ""},
  };
  const std::unique_ptr<Snapshot> snapshot = store->snapshot();
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::vector<std::string> found;
    bool by_header_from = false;
    const Scope scope = scope_of(*snapshot, {.domains = row.asked});
    for (const Scope::Domain& domain : scope.domains) {
      by_header_from |= domain.reach == Reach::by_header_from;
      found.push_back(domain.name + (domain.reach == Reach::all ? "=all" : "=by-header"));
    }
    CHECK(fmt::format("{}", fmt::join(found, " ")) == row.expected);
    CHECK(scope.any_by_header_from == by_header_from);
  }
}

TEST_CASE("scope: days are those that a report can be of, or none") {
  const std::unique_ptr<Store> store = memory_store();
  save(*store, item("a", {{.lines = {"192.0.2.1 1 pass pass"}}}));
  const std::unique_ptr<Snapshot> snapshot = store->snapshot();
  struct Row {
    std::optional<Day> since, until;
    Day first, last;
    bool any;
  };
  for (const Row& row : {Row{{}, {}, 0, last_possible_day, true}, Row{-5, 70'000, 0, 65'535, true},
                         Row{7, 7, 7, 7, true}, Row{8, 7, 8, 7, false},
                         Row{70'000, {}, 70'000, 65'535, false}, Row{{}, -1, 0, -1, false}}) {
    const Scope scope = scope_of(*snapshot, {.since = row.since, .until = row.until});
    CHECK(scope.since == row.first);
    CHECK(scope.until == row.last);
    CHECK(scope.days().size() == (row.any ? 1 : 0));
  }
}

TEST_CASE("scope: parts hold every day once, in order, and about as many rows each") {
  std::vector<RowsOfDay> days;
  for (std::int64_t domain = 1; domain <= 3; ++domain)
    for (Day day = 10; day < 20; ++day) days.push_back({domain, day, domain * 100});
  CHECK(sum_of(days) == 6'000);
  for (const std::int64_t parts : {1, 2, 4, 7, 100}) {
    CAPTURE(parts);
    const auto cut = parts_of(days, parts);
    CHECK(std::ssize(cut) <= parts);
    std::size_t next = 0;
    for (const std::vector<DomainDays>& part : cut) {
      std::int64_t rows = 0;
      for (const DomainDays& range : part)
        for (Day day = range.since; day <= range.until; ++day, ++next) {
          REQUIRE(next < days.size());
          REQUIRE(days[next].domain == range.domain);
          REQUIRE(days[next].day == day);
          rows += days[next].rows;
        }
      CHECK(rows <= 6'000 / parts + 2 * 300);
    }
    CHECK(next == days.size());
  }
  CHECK(parts_of({}, 4).size() == 1);
  // Between two days of a part there may be days without rows.
  const auto sparse = parts_of({{1, 3, 5}, {1, 9, 5}}, 1);
  REQUIRE(sparse.size() == 1);
  REQUIRE(sparse[0].size() == 1);
  CHECK(sparse[0][0].until == 9);
}

// SPDX-License-Identifier: MIT
#include "report/cli/args/filters.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/answers/base/judged_window.h"
#include "report/cli/args/arguments.h"

using namespace dmarcq;

namespace {

Selection selected(std::vector<std::string> words) {
  words.insert(words.begin(), "sources");
  const Command& command = take_command(words);
  return selection_of(parse_arguments(command, std::move(words)),
                      day_from_text("2026-11-21").value());
}

}  // namespace

TEST_CASE("selection_of: every filter arrives") {
  const Selection s =
      selected({"--domain",  "Example.COM.",  "--domain",   "*.example.org", "--since", "30d",
                "--until",   "yesterday",     "--reporter", "google.com",    "--ip",    "192.0.2.7",
                "--ip",      "2001:db8::/32", "--service",  "SalesForce",    "--route", "core",
                "--failing", "--salesforce",  "--sort",     "-fail",         "--limit", "5"});
  CHECK(s.filter.domains == std::vector<std::string>{"example.com", "example.org"});
  CHECK(iso_date(*s.filter.since) == "2026-10-22");
  CHECK(iso_date(*s.filter.until) == "2026-11-20");
  CHECK(s.filter.reporters == std::vector<std::string>{"google.com"});
  REQUIRE(s.filter.networks.size() == 2);
  CHECK(s.filter.networks[0].to_text() == "192.0.2.7/32");
  CHECK(s.services == std::vector<std::string>{"salesforce"});
  CHECK(s.routes == std::vector<std::string>{"core"});
  CHECK(s.failing);
  CHECK_FALSE(s.passing);
  CHECK(s.salesforce);
  CHECK(s.sort == "fail");
  CHECK(s.descending);
  CHECK(s.limit == 5);
}

TEST_CASE("selection_of: nothing given restricts nothing") {
  const Selection s = selected({});
  CHECK(s.filter.domains.empty());
  CHECK_FALSE(s.filter.since);
  CHECK_FALSE(s.limit);
}

TEST_CASE("selection_of: contradictions and nonsense are refused") {
  const std::vector<std::vector<std::string>> bad{
      {"--ip", "1.2.3"},
      {"--ip", "192.0.2.0/33"},
      {"--ip", ""},
      {"--limit", "many"},
      {"--limit", "-1"},
      {"--limit", "3x"},
      {"--limit", ""},
      {"--since", "30"},
      {"--since", "2026-11-02", "--until", "2026-11-01"},
      {"--failing", "--passing"},
      {"--domain", "."}};
  for (const auto& words : bad) {
    CAPTURE(words.front());
    CHECK_THROWS_AS(selected(words), UsageError);
  }
}

TEST_CASE(
    "learned_from: all rows of the organizational domains, 30 days beyond the window on both sides, none read twice") {
  using Span = std::pair<std::optional<Day>, std::optional<Day>>;
  struct Row {
    const char* name;
    Filter filter;
    bool own_rows;
    std::vector<Span> others;
    std::vector<std::string> domains;
  };
  const IpNetwork network = *IpNetwork::parse("192.0.2.0/24");
  const Row table[] = {
      {"everything", {}, true, {}, {}},
      {"a domain, all days", {.domains = {"example.com"}}, true, {}, {"example.com"}},
      {"a window",
       {.domains = {"example.com"}, .since = 1000, .until = 1029},
       true,
       {{970, 999}, {1030, 1059}},
       {"example.com"}},
      {"an open end", {.since = 1000}, true, {{970, 999}}, {}},
      {"an open begin", {.until = 1029}, true, {{1030, 1059}}, {}},
      {"a subdomain",
       {.domains = {"mail.example.com"}, .since = 1000, .until = 1029},
       false,
       {{970, 999}, {1030, 1059}},
       {"example.com"}},
      {"a reporter",
       {.domains = {"example.com"}, .since = 1000, .reporters = {"google.com"}},
       false,
       {{970, 999}},
       {"example.com"}},
      {"a network", {.networks = {network}}, false, {}, {}},
  };
  for (const Row& row : table) {
    INFO(row.name);
    const LearnedFrom from = learned_from(row.filter);
    CHECK(from.own_rows == row.own_rows);
    CHECK(from.context.domains == row.domains);
    CHECK(from.context.since == row.filter.since);
    CHECK(from.context.until == row.filter.until);
    CHECK(from.context.reporters.empty());
    CHECK(from.context.networks.empty());
    std::vector<Span> others;
    for (const Filter& other : from.others) {
      others.emplace_back(other.since, other.until);
      CHECK(other.domains == row.domains);
      CHECK(other.reporters.empty());
      CHECK(other.networks.empty());
    }
    CHECK((others == row.others));
  }
}

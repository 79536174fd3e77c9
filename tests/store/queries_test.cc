// SPDX-License-Identifier: MIT
#include "store/queries.h"

#include <doctest/doctest.h>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// Two organizational domains, a subdomain with rows in its parent's reports, three days, two reporters.
struct Filled {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  Dictionary dictionary{store};
  Filled() {
    save(store, item("a", {{.day = 20'000, .lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail fail"}}}));
    save(store, item("b", {{.day = 20'001, .lines = {"192.0.2.1 20 pass pass"}}}));
    save(store, item("c", {{.org = "second.example", .day = 20'001, .lines = {"192.0.2.1 40 pass pass", "2001:db8::1 3 pass fail"}}}));
    save(store, item("d", {{.domain = "example.net", .day = 20'002, .lines = {"198.51.100.7 100 fail pass"}}}));
    Document mixed{.report_id = "sub", .day = 20'002};
    ProcessedItem subdomain = item("e", {mixed});
    ParsedReport report = parsed(mixed);
    report.report.records.push_back(record("192.0.2.50 1000 fail fail", "mail.example.com"));
    report.report.records.push_back(record("192.0.2.50 1 fail fail", "example.com"));
    subdomain.reports[0].report = pack(std::move(report), sha256("sub"));
    save(store, subdomain);
  }
  std::uint64_t messages(const Filter& filter) {
    std::uint64_t sum = 0;
    for (const SourceRow& row : sources(store, dictionary, filter)) sum += row.messages;
    return sum;
  }
};

}  // namespace

TEST_CASE("queries: filters select what they say, and every way of asking gives the same sum") {
  Filled filled;
  struct Row { const char* name; Filter filter; std::uint64_t messages; };
  const Row rows[] = {
      {"everything", {}, 1179},
      {"a domain and below", {.domains = {"example.com"}}, 1079},
      {"in capitals", {.domains = {"EXAMPLE.com"}}, 1079},
      {"a subdomain in its parent's reports", {.domains = {"mail.example.com"}}, 1000},
      {"two domains", {.domains = {"mail.example.com", "example.net"}}, 1100},
      {"not by ending", {.domains = {"ample.com"}}, 0},
      {"since", {.since = 20'001}, 1164},
      {"until, inclusive", {.until = 20'001}, 78},
      {"one day", {.since = 20'001, .until = 20'001}, 63},
      {"nothing", {.since = 20'002, .until = 20'001}, 0},
      {"a reporter, in any case", {.reporters = {"SECOND.example"}}, 43},
      {"an unknown reporter", {.reporters = {"nobody.example"}}, 0},
      {"a network", {.networks = {IpNetwork::parse("192.0.2.0/30").value()}}, 75},
      {"an IPv6 network", {.networks = {IpNetwork::parse("2001:db8::/32").value()}}, 3},
      {"all together", {.domains = {"example.com"}, .since = 20'001, .until = 20'001, .reporters = {"second.example"}, .networks = {IpNetwork::parse("192.0.2.1").value()}}, 40},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      CHECK(filled.messages(row.filter) == row.messages);
      std::uint64_t by_day = 0, by_domain = 0;
      each_source_day(filled.store, filled.dictionary, row.filter, [&](Day, const SourceRow& source) { by_day += source.messages; });
      CHECK(by_day == row.messages);
      for (const DomainSummary& summary : domain_summaries(filled.store, filled.dictionary, row.filter)) by_domain += summary.totals.messages;
      CHECK(by_domain == row.messages);
    }
  }
}

TEST_CASE("queries: a source is one line with its days and reporters") {
  Filled filled;
  const std::vector<SourceRow> rows = sources(filled.store, filled.dictionary, {.networks = {IpNetwork::parse("192.0.2.1").value()}});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].messages == 70);
  CHECK(rows[0].rows == 3);
  CHECK(rows[0].first_day == 20'000);
  CHECK(rows[0].last_day == 20'001);
  REQUIRE(rows[0].reporters.size() == 2);
  CHECK(filled.dictionary.reporter(rows[0].reporters.front()) == "reporter.example");
  CHECK(filled.dictionary.reporter(rows[0].reporters.begin()[1]) == "second.example");
  CHECK(filled.dictionary.identity(rows[0].identity).header_from == "example.com");
}

TEST_CASE("queries: the roll-up and the rows tell the same of a domain") {
  Filled filled;
  const auto from_roll_up = domain_summaries(filled.store, filled.dictionary, {});
  const auto from_reports = domain_summaries(filled.store, filled.dictionary, {.reporters = {"reporter.example", "second.example"}});
  const auto from_rows = domain_summaries(filled.store, filled.dictionary, {.networks = {IpNetwork::parse("0.0.0.0/0").value(), IpNetwork::parse("::/0").value()}});
  REQUIRE(from_roll_up.size() == 2);
  REQUIRE(from_reports.size() == 2);
  REQUIRE(from_rows.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    for (const DomainSummary* other : {&from_reports[i], &from_rows[i]}) {
      CHECK(other->domain == from_roll_up[i].domain);
      CHECK(other->totals == from_roll_up[i].totals);
      CHECK(other->reports == from_roll_up[i].reports);
      CHECK(other->reporters == from_roll_up[i].reporters);
      CHECK(other->first_day == from_roll_up[i].first_day);
      CHECK(other->last_day == from_roll_up[i].last_day);
    }
  }
  CHECK(from_roll_up[0].domain == "example.com");
  CHECK(from_roll_up[0].totals.messages == 1079);
  CHECK(from_roll_up[0].totals.both == 70);
  CHECK(from_roll_up[0].totals.dkim_only == 3);
  CHECK(from_roll_up[0].reporters == 2);
  CHECK(from_roll_up[0].policy.p.is(Policy::none));
}

TEST_CASE("queries: reports come in an order that does not depend on arrival") {
  Filled filled;
  std::vector<std::string> order;
  each_report(filled.store, {}, [&](const ReportInfo& info) { order.push_back(info.domain + " " + iso_date(info.day) + " " + info.org_name); });
  CHECK(order == std::vector<std::string>{"example.com 2024-10-04 reporter.example", "example.com 2024-10-05 reporter.example",
                                          "example.com 2024-10-05 second.example", "example.com 2024-10-06 reporter.example",
                                          "example.net 2024-10-06 reporter.example"});
}

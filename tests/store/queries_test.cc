// SPDX-License-Identifier: MIT
#include "store/queries.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "sample_reports.h"
#include "store/sqlite/database.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// Two organizational domains, a subdomain with rows in its parent's reports, three days, two
/// reporters.
struct Filled {
  TemporaryDatabase file;
  std::unique_ptr<Store> owner = open_store(file.where());
  Store& store = *owner;
  std::unique_ptr<Snapshot> snapshot;
  Filled() {
    save(
        store,
        item("a", {{.day = 20'000, .lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail fail"}}}));
    save(store, item("b", {{.day = 20'001, .lines = {"192.0.2.1 20 pass pass"}}}));
    save(store, item("c", {{.org = "second.example",
                            .day = 20'001,
                            .lines = {"192.0.2.1 40 pass pass", "2001:db8::1 3 pass fail"}}}));
    save(store,
         item("d",
              {{.domain = "example.net", .day = 20'002, .lines = {"198.51.100.7 100 fail pass"}}}));
    Document mixed{.report_id = "sub", .day = 20'002};
    ProcessedItem subdomain = item("e", {mixed});
    ParsedReport report = parsed(mixed);
    report.report.records.push_back(record("192.0.2.50 1000 fail fail", "mail.example.com"));
    report.report.records.push_back(record("192.0.2.50 1 fail fail", "example.com"));
    subdomain.reports[0].report = pack(std::move(report), sha256("sub"));
    save(store, subdomain);
    snapshot = store.snapshot();
  }
  std::uint64_t messages(const Filter& filter) {
    std::uint64_t sum = 0;
    for (const SourceRow& row : sources(*snapshot, filter)) sum += row.messages;
    return sum;
  }
};

}  // namespace

TEST_CASE("queries: filters select what they say, and every way of asking gives the same sum") {
  Filled filled;
  struct Row {
    const char* name;
    Filter filter;
    std::uint64_t messages;
  };
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
      {"all together",
       {.domains = {"example.com"},
        .since = 20'001,
        .until = 20'001,
        .reporters = {"second.example"},
        .networks = {IpNetwork::parse("192.0.2.1").value()}},
       40},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      CHECK(filled.messages(row.filter) == row.messages);
      std::uint64_t by_day = 0, by_domain = 0;
      each_source_day(*filled.snapshot, row.filter,
                      [&](Day, const SourceRow& source) { by_day += source.messages; });
      CHECK(by_day == row.messages);
      for (const DomainSummary& summary : domain_summaries(*filled.snapshot, row.filter))
        by_domain += summary.totals.messages;
      CHECK(by_domain == row.messages);
    }
  }
}

TEST_CASE("queries: a source is one line with its days and reporters") {
  Filled filled;
  const std::vector<SourceRow> rows =
      sources(*filled.snapshot, {.networks = {IpNetwork::parse("192.0.2.1").value()}});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].messages == 70);
  CHECK(rows[0].rows == 3);
  CHECK(rows[0].first_day == 20'000);
  CHECK(rows[0].last_day == 20'001);
  REQUIRE(rows[0].reporters.size() == 2);
  CHECK(filled.snapshot->dictionary().reporter(rows[0].reporters.front()) == "reporter.example");
  CHECK(filled.snapshot->dictionary().reporter(rows[0].reporters.begin()[1]) == "second.example");
  CHECK(filled.snapshot->dictionary().identity(rows[0].identity).header_from == "example.com");
}

TEST_CASE("queries: the roll-up and the rows tell the same of a domain") {
  Filled filled;
  const auto from_roll_up = domain_summaries(*filled.snapshot, {});
  const auto from_reports =
      domain_summaries(*filled.snapshot, {.reporters = {"reporter.example", "second.example"}});
  const auto from_rows = domain_summaries(
      *filled.snapshot,
      {.networks = {IpNetwork::parse("0.0.0.0/0").value(), IpNetwork::parse("::/0").value()}});
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
}

TEST_CASE("queries: reports come in an order that does not depend on arrival") {
  Filled filled;
  std::vector<std::string> order;
  each_report(*filled.snapshot, {}, [&](const ReportInfo& info) {
    order.push_back(info.domain + " " + iso_date(info.day) + " " + info.org_name);
  });
  CHECK(order == std::vector<std::string>{"example.com 2024-10-04 reporter.example",
                                          "example.com 2024-10-05 reporter.example",
                                          "example.com 2024-10-05 second.example",
                                          "example.com 2024-10-06 reporter.example",
                                          "example.net 2024-10-06 reporter.example"});
}

TEST_CASE("queries: identities of a file are the same one by one and all at once") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  constexpr int many = 1500;
  Document document{.report_id = "many"};
  ProcessedItem whole = item("many", {document});
  ParsedReport report = parsed(document);
  for (int i = 0; i < many; ++i) {
    Record one = record("192.0.2.1 1 pass pass",
                        i % 7 == 0 ? "" : "m" + std::to_string(i % 50) + ".example.com");
    one.envelope_from = i % 3 == 0 ? "" : "b" + std::to_string(i) + ".example";
    report.report.records.push_back(std::move(one));
  }
  whole.reports[0].report = pack(std::move(report), sha256("many"));
  save(store, whole);
  const std::unique_ptr<Snapshot> snapshot = store.snapshot(), told = store.snapshot();
  std::vector<std::int64_t> keys;
  const std::vector<SourceRow> rows = sources(*snapshot, {});
  for (const SourceRow& row : rows) keys.push_back(row.identity);
  REQUIRE(keys.size() > 1000);
  Dictionary &all = snapshot->dictionary(), &expected = told->dictionary();
  expected.expect(rows);
  std::vector<const Identity*> places;
  for (const std::int64_t key : keys) places.push_back(&all.identity(key));
  for (std::size_t i = 0; i < keys.size(); i += 7) {
    REQUIRE(&all.identity(keys[i]) == places[i]);  // references stay
    const std::unique_ptr<Snapshot> fresh = store.snapshot();
    const Identity& single = fresh->dictionary().identity(keys[i]);
    REQUIRE(places[i]->header_from == single.header_from);
    REQUIRE(places[i]->envelope_from == single.envelope_from);
    REQUIRE(std::ranges::equal(places[i]->spf, single.spf));
    REQUIRE(std::ranges::equal(places[i]->dkim, single.dkim));
    REQUIRE(expected.identity(keys[i]).envelope_from == single.envelope_from);
    REQUIRE(expected.identity(keys[i]).header_from == single.header_from);
  }
}

TEST_CASE("queries: a source that very many reporters saw has them all") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  constexpr int reporters = 200;
  for (int number = 0; number < reporters; ++number) {
    const std::string name = "r" + std::to_string(number) + ".example";
    std::vector<std::string> lines{"192.0.2.1 1 pass pass"};
    if (number % 3 == 0) lines.push_back("192.0.2.2 1 pass pass");
    save(store, item(name, {{.org = name, .report_id = name, .lines = lines}}));
  }
  const std::unique_ptr<Snapshot> snapshot = store.snapshot();
  const auto seen = [&](const SourceRow& row) {
    std::set<std::string> names;
    for (const std::uint32_t key : row.reporters)
      names.insert(snapshot->dictionary().reporter(key));
    for (const std::string& name : names)
      CHECK((row.source_ip.to_text() == "192.0.2.1" || std::stoi(name.substr(1)) % 3 == 0));
    return names.size();
  };
  std::size_t days = 0;
  each_source_day(*snapshot, {}, [&](Day, const SourceRow& row) {
    ++days;
    CHECK(seen(row) == row.rows);
  });
  CHECK(days == 2);
  const std::vector<SourceRow> rows = sources(*snapshot, {});
  REQUIRE(rows.size() == 2);
  CHECK(seen(rows[0]) == 200);
  CHECK(seen(rows[1]) == 67);
}

TEST_CASE("queries: several connections to a file read what one reads") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  for (int number = 0; number < 40; ++number) {
    Document document{.org = "r" + std::to_string(number % 8) + ".example",
                      .report_id = std::to_string(number),
                      .domain = number % 5 == 0 ? "example.net" : "example.com",
                      .day = 20'000 + number / 2};
    for (int line = 0; line < 30; ++line)
      document.lines.push_back("192.0.2." + std::to_string((number * 7 + line) % 50) + " " +
                               std::to_string(line + 1) +
                               (line % 4 == 0 ? " fail fail" : " pass pass"));
    save(store, item(std::to_string(number), {document}));
  }
  const std::unique_ptr<Snapshot> snapshot = store.snapshot();
  for (const Filter& filter :
       {Filter{}, Filter{.domains = {"example.com"}}, Filter{.since = 20'003, .until = 20'011},
        Filter{.domains = {"example.net"}, .since = 20'005}, Filter{.reporters = {"r3.example"}}}) {
    const std::vector<SourceRow> one = sources(*snapshot, filter),
                                 several = sources(*snapshot, filter, 20);
    REQUIRE(one.size() == several.size());
    REQUIRE(one.size() > 5);
    for (std::size_t i = 0; i < one.size(); ++i) {
      const SourceRow &a = one[i], &b = several[i];
      REQUIRE(std::tie(a.domain, a.source_ip, a.identity, a.evaluation, a.messages, a.rows,
                       a.first_day, a.last_day) == std::tie(b.domain, b.source_ip, b.identity,
                                                            b.evaluation, b.messages, b.rows,
                                                            b.first_day, b.last_day));
      REQUIRE(a.reporters == b.reporters);
    }
    using Row = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::uint32_t,
                           IpAddress, Day, std::uint64_t>;
    std::vector<Row> at_once, ahead;
    const auto into = [](std::vector<Row>& list) {
      return [&list](const DayRow& row) {
        list.emplace_back(row.domain, row.identity, row.evaluation, row.report, row.reporter,
                          row.source_ip, row.day, row.messages);
      };
    };
    each_day_row(*snapshot, filter, into(at_once));
    each_day_row(*snapshot, filter, into(ahead), 20);
    REQUIRE(at_once.size() > 20);
    REQUIRE((at_once == ahead));
  }
  SUBCASE("a run that ended meanwhile is not seen, so there is no fork and one reads alone") {
    const std::size_t rows = sources(*snapshot, {}, 20).size();
    CHECK(snapshot->fork() != nullptr);
    save(store, item("late", {{.report_id = "late", .lines = {"198.51.100.1 1 pass pass"}}}));
    CHECK(snapshot->fork() == nullptr);
    CHECK(sources(*snapshot, {}, 20).size() == rows);
    CHECK(sources(*store.snapshot(), {}, 20).size() == rows + 1);
  }
}

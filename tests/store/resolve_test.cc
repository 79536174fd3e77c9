// SPDX-License-Identifier: MIT
// Exactly once, whatever the order (DESIGN section 2).
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "sample_reports.h"
#include "store/sqlite/database.h"
#include "store/store.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const Document whole{
    .lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail pass", "192.0.2.3 1 fail fail"}};
const Document beginning{.lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail pass"}};
const Document other_part{.lines = {"192.0.2.9 7 pass fail"}};
const Document overlapping{.lines = {"192.0.2.1 10 pass pass", "192.0.2.8 2 fail fail"}};

std::string stored_in_order(const std::vector<ProcessedItem>& items) {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  for (const ProcessedItem& one : items) save(store, one);
  CHECK(check_integrity(*store.snapshot()) == std::vector<std::string>{});
  return canonical_dump(store);
}

}  // namespace

TEST_CASE("resolve: the same document in another mail is a duplicate") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  CHECK(save(store, item("a", {whole})).outcome == Outcome::stored);
  const Saved again = save(store, item("b", {whole}));
  CHECK(again.outcome == Outcome::duplicate);
  CHECK(again.duplicate == 1);
  CHECK(database_info(*store.snapshot()).messages == 16);
  CHECK(check_integrity(*store.snapshot()).empty());
}

TEST_CASE("resolve: the same item again changes nothing") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  save(store, item("a", {whole, other_part}));
  const std::string before = canonical_dump(store);
  CHECK(save(store, item("a", {whole, other_part})).outcome == Outcome::duplicate);
  CHECK(canonical_dump(store) == before);
}

TEST_CASE(
    "resolve: what a run tells of its items adds up when a report of an earlier run moves to one of them and is replaced") {
  TemporaryDatabase file;
  {
    const std::unique_ptr<Store> store_owner = open_store(file.where());
    Store& store = *store_owner;
    save(store, item("b", {beginning}));
  }
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  CHECK(save(store, item("a", {beginning})).outcome == Outcome::duplicate);  // the first place in
                                                                             // order, so the report
                                                                             // is its own now
  const Saved whole_one = save(store, item("c", {whole}));
  CHECK(whole_one.outcome == Outcome::stored);
  CHECK(whole_one.replaced == 1);
  CHECK(whole_one.changed.empty());  // "a" was told as a duplicate, and is one
}

TEST_CASE("resolve: a shorter copy is a duplicate, before and after the whole one") {
  for (const bool shorter_first : {true, false}) {
    CAPTURE(shorter_first);
    TemporaryDatabase file;
    const std::unique_ptr<Store> store_owner = open_store(file.where());
    Store& store = *store_owner;
    std::vector<ProcessedItem> items{item("a", {whole}), item("b", {beginning})};
    if (shorter_first) std::ranges::reverse(items);
    save(store, items[0]);
    const Saved second = save(store, items[1]);
    CHECK(second.replaced == (shorter_first ? 1 : 0));
    CHECK(database_info(*store.snapshot()).messages == 16);
    CHECK(database_info(*store.snapshot()).stored == 1);
    CHECK(database_info(*store.snapshot()).duplicate == 1);
    CHECK(check_integrity(*store.snapshot()).empty());
  }
}

TEST_CASE("resolve: documents that share no record are parts and add up") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  save(store, item("a", {whole}));
  CHECK(save(store, item("b", {other_part})).outcome == Outcome::stored);
  CHECK(database_info(*store.snapshot()).messages == 23);
}

TEST_CASE("resolve: documents that overlap in part are a conflict, kept aside") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  save(store, item("a", {whole}));
  const Saved saved = save(store, item("b", {overlapping}));
  CHECK(saved.outcome == Outcome::problem);
  REQUIRE(saved.refused.size() == 1);
  CHECK(saved.refused[0].error.fault == Fault::conflict);
  CHECK(database_info(*store.snapshot()).messages == 16);
  REQUIRE(store.snapshot()->problems(false).size() == 1);
  CHECK(store.snapshot()->problems(false)[0].reason == "conflict");
  CHECK(check_integrity(*store.snapshot()).empty());
}

TEST_CASE("resolve: an equal record twice in one document counts twice") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  save(store, item("a", {{.lines = {"192.0.2.1 10 pass pass", "192.0.2.1 10 pass pass"}}}));
  CHECK(database_info(*store.snapshot()).messages == 20);
  CHECK(save(store, item("b", {{.lines = {"192.0.2.1 10 pass pass"}}})).outcome ==
        Outcome::duplicate);
}

TEST_CASE("resolve: other window, domain or reporter is another report") {
  struct Row {
    const char* name;
    Document document;
    bool same;
  };
  const Row rows[] = {
      {"next day", {.day = 20'001, .lines = whole.lines}, false},
      {"other domain", {.domain = "example.net", .lines = whole.lines}, false},
      {"other reporter", {.org = "else.example", .lines = whole.lines}, false},
      {"other id", {.report_id = "r2", .lines = whole.lines}, false},
      {"reporter in capitals", {.org = "REPORTER.example", .lines = whole.lines}, true},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      TemporaryDatabase file;
      const std::unique_ptr<Store> store_owner = open_store(file.where());
      Store& store = *store_owner;
      save(store, item("a", {whole}));
      CHECK(save(store, item("b", {row.document})).outcome ==
            (row.same ? Outcome::duplicate : Outcome::stored));
      CHECK(check_integrity(*store.snapshot()).empty());
    }
  }
}

TEST_CASE("resolve: a document that is not well-formed to the end yields to one that is") {
  Document recovered = overlapping;
  recovered.lines.insert(recovered.lines.end(),
                         {"192.0.2.20 1 fail fail", "192.0.2.21 1 fail fail"});
  recovered.well_formed = false;
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  save(store, item("a", {recovered}));
  const Saved saved = save(store, item("b", {whole}));
  CHECK(saved.outcome == Outcome::stored);
  CHECK(saved.replaced == 1);
  REQUIRE(saved.changed.size() == 1);
  CHECK(saved.changed[0] == std::pair(Outcome::stored, Outcome::problem));
  CHECK(database_info(*store.snapshot()).messages == 16);
}

TEST_CASE("resolve: an empty report is taken alone and is a duplicate beside a fuller one") {
  for (const bool empty_first : {true, false}) {
    TemporaryDatabase file;
    const std::unique_ptr<Store> store_owner = open_store(file.where());
    Store& store = *store_owner;
    std::vector<ProcessedItem> items{item("a", {{}}), item("b", {whole})};
    if (!empty_first) std::ranges::reverse(items);
    for (const ProcessedItem& one : items) save(store, one);
    CHECK(database_info(*store.snapshot()).stored == 1);
    CHECK(database_info(*store.snapshot()).duplicate == 1);
    CHECK(check_integrity(*store.snapshot()).empty());
  }
}

TEST_CASE("resolve: any order of arrival, any repetition, gives the same database") {
  std::vector<ProcessedItem> items{
      item("a", {whole}),
      item("b", {beginning}),
      item("c", {other_part}),
      item("d", {overlapping}),
      item("e", {whole, other_part}),
      item("f", {{.lines = {"192.0.2.9 7 pass fail", "192.0.2.8 2 fail fail"}}}),
      item("g", {{.lines = {"192.0.2.3 1 fail fail", "192.0.2.9 7 pass fail",
                            "192.0.2.30 4 fail pass", "192.0.2.31 4 fail pass"}}}),
      item("h", {{.lines = {"192.0.2.2 5 fail pass"}, .well_formed = false}}),
      item("i", {{.day = 20'001, .lines = whole.lines}}),
      item("j", {overlapping}),
      item("k", {}),
      broken_item("l"),
      item("m", {{}}),
  };
  std::mt19937 random(7);
  const std::string expected = stored_in_order(items);
  CHECK(expected.find("conflict") != std::string::npos);
  for (int round = 0; round < 300; ++round) {
    std::vector<ProcessedItem> shuffled = items;
    for (int repeats = 0; repeats < round % 4; ++repeats)
      shuffled.push_back(items[random() % items.size()]);
    std::ranges::shuffle(shuffled, random);
    REQUIRE(stored_in_order(shuffled) == expected);
  }
}

namespace {

ProcessedItem sent(ProcessedItem item, Trust trust, const std::string& from_domain) {
  for (ProcessedItem::Report& report : item.reports)
    report.sender = {.mail = true, .from_domain = from_domain, .trust = trust};
  return item;
}

}  // namespace

TEST_CASE(
    "resolve: who is trusted more wins, in whatever order documents come, and a document is worth what its best mail is") {
  // The same bytes may come in two mails: "b" is a forwarded copy, and the bare file of it.
  std::vector<ProcessedItem> items{
      sent(item("a", {whole}), Trust::contradictory, "else.example"),
      sent(item("b", {overlapping}), Trust::verified, "reporter.example"),
      item("c", {overlapping}),
      sent(item("d", {other_part}), Trust::unverified, "third.example"),
      sent(item("e", {other_part}), Trust::verified, "reporter.example"),
      sent(item("f", {beginning}), Trust::unverified, "third.example")};
  const std::string expected = stored_in_order(items);
  CHECK(expected.find("192.0.2.8") != std::string::npos);
  CHECK(expected.find("192.0.2.9") != std::string::npos);
  CHECK(expected.find("192.0.2.3") == std::string::npos);
  std::mt19937 dice(20261129);
  for (int round = 0; round < 60; ++round) {
    std::ranges::shuffle(items, dice);
    CHECK(stored_in_order(items) == expected);
  }
}

TEST_CASE(
    "resolve: a distrusted report of a file is as if it had never come, and comes back as it was") {
  const std::vector<ProcessedItem> items{item("a", {whole}), item("b", {beginning}),
                                         item("c", {overlapping}), item("d", {other_part}),
                                         item("e", {{.report_id = "r2", .lines = whole.lines}})};
  for (std::size_t out = 0; out < items.size(); ++out) {
    CAPTURE(out);
    TemporaryDatabase file;
    const std::unique_ptr<Store> store_owner = open_store(file.where());
    Store& store = *store_owner;
    for (const ProcessedItem& one : items) save(store, one);
    const std::string before = canonical_dump(store);
    std::int64_t report = 0;
    Database database(file.path(), Database::Mode::read_write);
    Statement(
        database,
        "SELECT report.id FROM report JOIN item ON item.id=report.item JOIN text ON text.id=source WHERE value=?1")
        .each([&](const Statement& row) { report = row.integer(0); }, items[out].origin.source);
    REQUIRE(report > 0);

    std::vector<ProcessedItem> others = items;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(out));
    const auto reports_of = [](const std::string& dump) {
      return dump.substr(0, dump.find("\nitems "));
    };
    CHECK(store.distrust(report, true));
    CHECK_FALSE(store.distrust(report, true));
    CHECK(check_integrity(*store.snapshot()).empty());
    CHECK(reports_of(canonical_dump(store)) == reports_of(stored_in_order(others)));
    // It is known when it comes again.
    CHECK(save(store, items[out]).outcome == Outcome::duplicate);
    CHECK(reports_of(canonical_dump(store)) == reports_of(stored_in_order(others)));

    CHECK(store.distrust(report, false));
    CHECK_FALSE(store.distrust(report, false));
    CHECK(check_integrity(*store.snapshot()).empty());
    CHECK(canonical_dump(store) == before);

    CHECK(store.remove(report));
    CHECK_FALSE(store.remove(report));
    CHECK(check_integrity(*store.snapshot()).empty());
    CHECK(canonical_dump(store) == stored_in_order(others));
    CHECK(database_info(*store.snapshot()).items == others.size());
    save(store, items[out]);
    CHECK(check_integrity(*store.snapshot()).empty());
    CHECK(canonical_dump(store) == before);
  }
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  CHECK_FALSE(store.distrust(7, true));
  CHECK_FALSE(store.remove(7));
}

TEST_CASE("resolve: what was pruned of its rows can neither be taken out nor brought back") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  save(store, item("a", {whole}));
  store.prune(whole.day + 1, false);
  CHECK_THROWS_AS(store.distrust(1, true), StoreError);
  CHECK(check_integrity(*store.snapshot()).empty());
  // What comes after it counts as contained in it, also when it is taken out and brought back.
  save(store, item("b", {beginning}));
  CHECK(store.distrust(2, true));
  CHECK(check_integrity(*store.snapshot()).empty());
  CHECK(store.distrust(2, false));
  CHECK(check_integrity(*store.snapshot()).empty());
}

TEST_CASE("resolve: removing a report whose rows were pruned takes nobody else's") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  Document old = overlapping;
  old.report_id = "old";
  save(store, item("a", {old}));
  Document late = whole;
  late.day = old.day + 100;
  save(store, item("b", {late}));
  CHECK(store.distrust(1, true));
  CHECK(store.distrust(2, true));
  store.prune(old.day + 1, false);
  CHECK(store.remove(1));
  CHECK(check_integrity(*store.snapshot()).empty());
  CHECK(store.distrust(2, false));
  CHECK(database_info(*store.snapshot()).messages == 16);
  CHECK(check_integrity(*store.snapshot()).empty());
}

TEST_CASE("resolve: what a distrusted report taught goes, what forgotten ones taught stays") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  const auto learned = [&] { return store.snapshot()->account_names().size(); };
  const auto teaching = [](ProcessedItem item) {
    for (ProcessedItem::Report& report : item.reports)
      report.report.account_names = {{"contoso.onmicrosoft.com", "example.com"}};
    return item;
  };
  Document old = whole;
  old.org = "old.example";
  old.day = whole.day - 100;
  save(store, teaching(item("a", {old})));
  save(store, teaching(item("b", {whole})));
  store.prune(old.day + 1, true);
  CHECK(learned() == 2);
  CHECK(store.distrust(2, true));
  CHECK(learned() == 1);
  CHECK(store.distrust(2, false));
}

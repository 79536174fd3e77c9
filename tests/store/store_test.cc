// SPDX-License-Identifier: MIT
#include "store/store.h"

#include <doctest/doctest.h>

#include <fstream>

#include "sample_reports.h"
#include "store/sql_views.h"
#include "store/sqlite/database.h"
#include "store/sqlite/view_selects.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

StoreError::Kind kind_of_failure(const std::function<void()>& body) {
  try {
    body();
  } catch (const StoreError& error) {
    return error.kind;
  }
  FAIL("no StoreError");
  return StoreError::Kind::bug;
}

}  // namespace

TEST_CASE(
    "store: a batch that throws leaves nothing behind, and the ids it gave out are not used") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  const ProcessedItem a = item("a", {{.lines = {"192.0.2.1 10 pass pass"}}});
  CHECK_THROWS(store.save({&a, 1}, {.remember = power_cut}));
  CHECK(database_info(*store.snapshot()).items == 0);
  CHECK(save(store, a).outcome == Outcome::stored);
  CHECK(check_integrity(*store.snapshot()).empty());
  CHECK(database_info(*store.snapshot()).messages == 10);
}

TEST_CASE("store: a problem is kept with its bytes, once, until it is cured") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  ProcessedItem broken = broken_item("inbox");
  CHECK(save(store, broken).outcome == Outcome::problem);
  CHECK(save(store, broken).outcome == Outcome::problem);
  REQUIRE(store.snapshot()->problems(false).size() == 1);
  const Problem problem = store.snapshot()->problems(false)[0];
  CHECK(problem.reason == "truncated");
  CHECK(problem.text == "gzip stream ends after 812 bytes");
  CHECK(problem.kept);
  CHECK(store.snapshot()->problem_bytes(problem.id) == "inbox");
  CHECK_FALSE(known(store, broken.digest).has_value());

  SUBCASE("dismissed, it is no reason to read the item again") {
    CHECK(store.dismiss_problem(problem.id));
    CHECK_FALSE(store.dismiss_problem(problem.id));
    CHECK(store.snapshot()->problems(false).empty());
    CHECK(store.snapshot()->problems(true).size() == 1);
    REQUIRE(known(store, broken.digest).has_value());
    CHECK(known(store, broken.digest)->outcome == Outcome::duplicate);
  }
  SUBCASE("cured, it is gone, and so are its bytes") {
    ProcessedItem cured = item("inbox", {{.lines = {"192.0.2.1 10 pass pass"}}});
    cured.digest = broken.digest;
    CHECK(save(store, cured).outcome == Outcome::stored);
    CHECK(store.snapshot()->problems(true).empty());
    CHECK_FALSE(store.snapshot()->problem_bytes(problem.id).has_value());
    CHECK(check_integrity(*store.snapshot()).empty());
  }
}

TEST_CASE("store: a good report beside a broken one is stored, the item is a problem") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  ProcessedItem both = item("a", {{.lines = {"192.0.2.1 10 pass pass"}}});
  both.faults.push_back(
      {"b.zip", {Fault::limit, "archive with more than 100 entries", "archive_entries"}});
  const Saved saved = save(store, both);
  CHECK(saved.outcome == Outcome::problem);
  CHECK(saved.stored == 1);
  CHECK(store.snapshot()->problems(false)[0].reason == "limit:archive_entries");
  CHECK(check_integrity(*store.snapshot()).empty());
}

TEST_CASE("store: files that are not ours are refused") {
  TemporaryDatabase file;
  SUBCASE("not a database") {
    std::ofstream(file.path()) << std::string(5000, 'x');
    CHECK(kind_of_failure([&] { open_store(file.where()); }) == StoreError::Kind::damaged);
    CHECK(kind_of_failure([&] { open_snapshot(file.where()); }) == StoreError::Kind::damaged);
  }
  SUBCASE("somebody else's database") {
    {
      Database(file.path(), Database::Mode::read_write).execute("CREATE TABLE t(x)");
    }
    CHECK(kind_of_failure([&] { open_store(file.where()); }) == StoreError::Kind::damaged);
  }
  SUBCASE("of a newer program") {
    {
      open_store(file.where());
      Database(file.path(), Database::Mode::read_write).execute("PRAGMA user_version=999");
    }
    CHECK(kind_of_failure([&] { open_store(file.where()); }) == StoreError::Kind::newer);
  }
  SUBCASE("none there") {
    CHECK(kind_of_failure([&] { open_snapshot(file.where()); }) == StoreError::Kind::usage);
  }
}

TEST_CASE(
    "store: reading a file does not wait for a writer, a second writer is told that it is busy") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> writer = open_store(file.where()), second = open_store(file.where());
  save(*writer, item("a", {{.lines = {"192.0.2.1 10 pass pass"}}}));
  const ProcessedItem b = item("b", {{.report_id = "r2", .lines = {"192.0.2.2 7 pass pass"}}});
  const auto look_around = [&](std::span<const Saved>) {
    CHECK(database_info(*open_snapshot(file.where())).messages == 10);
    Database other(file.path(), Database::Mode::read_write);
    other.execute("PRAGMA busy_timeout=0");
    CHECK(kind_of_failure([&] { const Transaction transaction(other); }) == StoreError::Kind::busy);
    return ReadState();
  };
  writer->save({&b, 1}, {.remember = look_around});
  save(*second, item("c", {{.report_id = "r3", .lines = {"192.0.2.2 4 pass pass"}}}));
  CHECK(database_info(*writer->snapshot()).messages == 21);
}

TEST_CASE("store: a backup of a file is a whole database of its own") {
  TemporaryDatabase file, copy;
  const std::unique_ptr<Store> store = open_store(file.where());
  save(*store, item("a", {{.lines = {"192.0.2.1 10 pass pass"}}}));
  store->snapshot()->backup(copy.path());
  const std::unique_ptr<Snapshot> restored = open_snapshot(copy.path());
  CHECK(canonical_dump(*restored) == canonical_dump(*store));
  CHECK(check_integrity(*restored).empty());
}

TEST_CASE("store: the check sees what does not add up in a file") {
  for (
      const char* damage :
      {"UPDATE record SET count=count+1 WHERE id=(SELECT min(id) FROM record)",
       "DELETE FROM record WHERE id=(SELECT max(id) FROM record)",
       "UPDATE domain_day SET neither=neither+1", "UPDATE domain_day SET records=records-1",
       "UPDATE domain_day SET id=id+1",
       "INSERT INTO domain_day SELECT id+1,next_row,reports,0,0,0,0,0,0,0,0,0,0,0,0 FROM domain_day",
       "UPDATE item SET outcome=2", "UPDATE record SET identity=99999", "UPDATE report SET state=2",
       "UPDATE report SET unusable_records=1",
       "INSERT INTO record SELECT id+1000,report,source_ip,identity,evaluation,count,NULL,NULL FROM record LIMIT 1"}) {
    CAPTURE(damage);
    TemporaryDatabase file;
    const std::unique_ptr<Store> store = open_store(file.where());
    save(*store, item("a", {{.lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail fail"}}}));
    REQUIRE(check_integrity(*store->snapshot()).empty());
    Database(file.path(), Database::Mode::read_write).execute(damage);
    CHECK_FALSE(check_integrity(*store->snapshot()).empty());
  }
}

TEST_CASE("sql: each view that is promised stands for something, and has the columns it names") {
  REQUIRE(sql_views().size() == view_selects().size());
  TemporaryDatabase file;
  open_store(file.where());
  const std::unique_ptr<Snapshot> snapshot = open_snapshot(file.where());
  for (std::size_t i = 0; i < sql_views().size(); ++i) {
    const SqlView& view = sql_views()[i];
    CHECK(view.name == view_selects()[i].view);
    std::vector<std::string> promised, found;
    for (const SqlColumn& column : view.columns) promised.emplace_back(column.name);
    snapshot->ask(
        "SELECT * FROM " + std::string(view.name),
        [&](const std::vector<std::string>& columns) { found = columns; },
        [](const std::vector<SqlValue>&) {});
    CHECK(found == promised);
  }
}

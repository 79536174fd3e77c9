// SPDX-License-Identifier: MIT
#include "store/store.h"

#include <doctest/doctest.h>

#include <fstream>

#include "sample_reports.h"
#include "store/schema.h"
#include "store/sqlite.h"

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
  Store store = Store::open(file.path(), Store::Mode::read_write);
  const ProcessedItem a = item("a", {{.lines = {"192.0.2.1 10 pass pass"}}});
  CHECK_THROWS(store.batch([&] {
    store.save(a);
    throw std::runtime_error("power cut");
  }));
  CHECK(database_info(store).items == 0);
  CHECK(save(store, a).outcome == Outcome::stored);
  CHECK(check_database(store).empty());
  CHECK(database_info(store).messages == 10);
}

TEST_CASE("store: a problem is kept with its bytes, once, until it is cured") {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  ProcessedItem broken = broken_item("inbox");
  CHECK(save(store, broken).outcome == Outcome::problem);
  CHECK(save(store, broken).outcome == Outcome::problem);
  REQUIRE(problems(store, false).size() == 1);
  const Problem problem = problems(store, false)[0];
  CHECK(problem.reason == "truncated");
  CHECK(problem.text == "gzip stream ends after 812 bytes");
  CHECK(problem.kept);
  CHECK(problem_bytes(store, problem.id) == "inbox");
  CHECK_FALSE(store.known(broken.digest).has_value());

  SUBCASE("dismissed, it is settled") {
    CHECK(store.dismiss_problem(problem.id));
    CHECK_FALSE(store.dismiss_problem(problem.id));
    CHECK(problems(store, false).empty());
    CHECK(problems(store, true).size() == 1);
    REQUIRE(store.known(broken.digest).has_value());
    CHECK(store.known(broken.digest)->outcome == Outcome::duplicate);
  }
  SUBCASE("cured, it is gone, and so are its bytes") {
    ProcessedItem cured = item("inbox", {{.lines = {"192.0.2.1 10 pass pass"}}});
    cured.digest = broken.digest;
    CHECK(save(store, cured).outcome == Outcome::stored);
    CHECK(problems(store, true).empty());
    CHECK_FALSE(problem_bytes(store, problem.id).has_value());
    CHECK(check_database(store).empty());
  }
}

TEST_CASE("store: a good report beside a broken one is stored, the item is a problem") {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  ProcessedItem both = item("a", {{.lines = {"192.0.2.1 10 pass pass"}}});
  both.faults.push_back(
      {"b.zip", {Fault::limit, "archive with more than 100 entries", "archive_entries"}});
  const Saved saved = save(store, both);
  CHECK(saved.outcome == Outcome::problem);
  CHECK(saved.stored == 1);
  CHECK(problems(store, false)[0].reason == "limit:archive_entries");
  CHECK(check_database(store).empty());
}

TEST_CASE("store: files that are not ours are refused") {
  TemporaryDatabase file;
  SUBCASE("not a database") {
    std::ofstream(file.path()) << std::string(5000, 'x');
    CHECK(kind_of_failure([&] { Store::open(file.path(), Store::Mode::read_write); }) ==
          StoreError::Kind::damaged);
    CHECK(kind_of_failure([&] { Store::open(file.path(), Store::Mode::read_only); }) ==
          StoreError::Kind::damaged);
  }
  SUBCASE("somebody else's database") {
    {
      Database(file.path(), Database::Mode::read_write).execute("CREATE TABLE t(x)");
    }
    CHECK(kind_of_failure([&] { Store::open(file.path(), Store::Mode::read_write); }) ==
          StoreError::Kind::damaged);
  }
  SUBCASE("of a newer program") {
    {
      Store::open(file.path(), Store::Mode::read_write)
          .database()
          .execute("PRAGMA user_version=999");
    }
    CHECK(kind_of_failure([&] { Store::open(file.path(), Store::Mode::read_write); }) ==
          StoreError::Kind::newer);
  }
  SUBCASE("none there") {
    CHECK(kind_of_failure([&] { Store::open(file.path(), Store::Mode::read_only); }) ==
          StoreError::Kind::usage);
  }
}

TEST_CASE(
    "store: reading does not wait for a writer, a second writer is told that the database is busy") {
  TemporaryDatabase file;
  Store writer = Store::open(file.path(), Store::Mode::read_write);
  save(writer, item("a", {{.lines = {"192.0.2.1 10 pass pass"}}}));
  Store second = Store::open(file.path(), Store::Mode::read_write);
  second.database().execute("PRAGMA busy_timeout=0");
  writer.batch([&] {
    writer.save(item("b", {{.report_id = "r2", .lines = {"192.0.2.2 7 pass pass"}}}));
    Store reader = Store::open(file.path(), Store::Mode::read_only);
    CHECK(database_info(reader).messages == 10);
    CHECK(kind_of_failure([&] { save(second, item("c", {})); }) == StoreError::Kind::busy);
  });
  CHECK(database_info(writer).messages == 17);
}

TEST_CASE("store: a backup is a whole database of its own") {
  TemporaryDatabase file, copy;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  save(store, item("a", {{.lines = {"192.0.2.1 10 pass pass"}}}));
  store.backup(copy.path());
  Store restored = Store::open(copy.path(), Store::Mode::read_only);
  CHECK(canonical_dump(restored) == canonical_dump(store));
  CHECK(check_database(restored).empty());
}

TEST_CASE("store: the check sees what does not add up") {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  save(store, item("a", {{.lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail fail"}}}));
  REQUIRE(check_database(store).empty());
  for (
      const char* damage :
      {"UPDATE record SET count=count+1 WHERE id=(SELECT min(id) FROM record)",
       "DELETE FROM record WHERE id=(SELECT max(id) FROM record)",
       "UPDATE domain_day SET neither=neither+1", "UPDATE item SET outcome=2",
       "UPDATE record SET identity=99999", "UPDATE report SET state=2",
       "INSERT INTO record SELECT id+1000,report,source_ip,identity,evaluation,count,NULL,NULL FROM record LIMIT 1"}) {
    CAPTURE(damage);
    store.database().execute("SAVEPOINT s");
    store.database().execute(damage);
    CHECK_FALSE(check_database(store).empty());
    store.database().execute("ROLLBACK TO s");
    store.database().execute("RELEASE s");
  }
}

TEST_CASE("row key: domain and day come back out, keys of a domain lie together") {
  for (const auto& [domain, day] : std::initializer_list<std::pair<std::int64_t, Day>>{
           {1, 0}, {1, 65'535}, {7, 20'000}, {RowKey::max_domain, 65'535}}) {
    const std::int64_t key = RowKey::first(domain, day) + RowKey::max_rows - 1;
    CHECK(RowKey::domain_of(key) == domain);
    CHECK(RowKey::day_of(key) == day);
    CHECK(key > 0);
  }
  CHECK(RowKey::first(1, 65'535) + RowKey::max_rows == RowKey::first(2, 0));
}

// SPDX-License-Identifier: MIT
// Databases of older releases, kept under fixtures/databases, come up to date with everything in
// them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "sample_reports.h"
#include "store/schema.h"
#include "store/settings.h"
#include "store/sqlite.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

void unpack_database(int version, const std::filesystem::path& target) {
  const std::string command = "gzip -dc '" DMARCQ_SOURCE_DIR "/fixtures/databases/schema-" +
                              std::to_string(version) + ".db.gz' > '" + target.native() + "'";
  REQUIRE(std::system(command.c_str()) == 0);
}

}  // namespace

TEST_CASE(
    "migration: every older schema is brought up to date, after a backup, and keeps its reports") {
  for (int version = 1; version < schema_version; ++version) {
    CAPTURE(version);
    TemporaryDatabase file;
    unpack_database(version, file.path());
    const std::filesystem::path backup = file.path().native() + ".before-" +
                                         std::to_string(schema_version);
    std::filesystem::remove(backup);
    CHECK_THROWS_WITH_AS(Store::open(file.path(), Store::Mode::read_only),
                         doctest::Contains("next ingest"), StoreError);
    {
      Store store = Store::open(file.path(), Store::Mode::read_write);
      CHECK(store.database().value("PRAGMA user_version") == schema_version);
      CHECK(check_database(store).empty());
      CHECK(database_info(store).reports == 9);
      CHECK(database_info(store).messages == 5128);
      CHECK(problems(store, false).size() == 2);
      CHECK(sender_entries(store).empty());
    }
    REQUIRE(std::filesystem::exists(backup));
    {
      Database kept(backup, Database::Mode::read_only);
      CHECK(kept.value("PRAGMA user_version") == version);
      CHECK(kept.value("SELECT sum(messages) FROM domain_day") == 5128);
    }
    std::filesystem::remove(backup);
    Store reader = Store::open(file.path(), Store::Mode::read_only);
    CHECK(database_info(reader).messages == 5128);
  }
}

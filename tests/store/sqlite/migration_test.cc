// SPDX-License-Identifier: MIT
// Databases of older releases, kept under fixtures/databases, come up to date with everything in
// them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "sample_reports.h"
#include "store/declarations.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"

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
    CHECK_THROWS_WITH_AS(open_snapshot(file.path()), doctest::Contains("next ingest"), StoreError);
    {
      const std::unique_ptr<Store> store_owner = open_store(file.path());
      Store& store = *store_owner;
      CHECK(database_info(*store.snapshot()).schema_version == schema_version);
      CHECK(check_integrity(*store.snapshot()).empty());
      CHECK(database_info(*store.snapshot()).reports == 9);
      CHECK(database_info(*store.snapshot()).messages == 5128);
      CHECK(store.snapshot()->problems(false).size() == 2);
      CHECK(store.snapshot()->settings().sender_entries().empty());
    }
    REQUIRE(std::filesystem::exists(backup));
    {
      Database kept(backup, Database::Mode::read_only);
      CHECK(kept.value("PRAGMA user_version") == version);
      CHECK(kept.value("SELECT sum(messages) FROM domain_day") == 5128);
    }
    std::filesystem::remove(backup);
    const std::unique_ptr<Snapshot> reader_owner = open_snapshot(file.path());
    Snapshot& reader = *reader_owner;
    CHECK(database_info(reader).messages == 5128);
  }
}

// SPDX-License-Identifier: MIT
#include "store/base/by_id.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "sample_reports.h"
#include "store/sqlite/database.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("by id: what was put there is found, whatever its id, and nothing else is") {
  ById<std::optional<std::string>> names("reports.db", "domain");
  CHECK(names.empty());
  const std::string& first = names.place(1).emplace("one");
  for (const std::int64_t id :
       {std::int64_t{2}, std::int64_t{255}, std::int64_t{256}, std::int64_t{100'000}, max_id})
    names.place(id).emplace(std::to_string(id));
  CHECK(&*names.at(1) == &first);
  CHECK(*names.at(max_id) == std::to_string(max_id));
  for (const std::int64_t id : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{3},
                                std::int64_t{257}, max_id - 1, max_id + 1, std::int64_t{1} << 62}) {
    CAPTURE(id);
    CHECK(names.find(id) == nullptr);
    CHECK_THROWS_WITH_AS(
        names.at(id),
        doctest::Contains(("reports.db: damaged: domain " + std::to_string(id)).c_str()),
        StoreError);
  }
  for (const std::int64_t id :
       {std::int64_t{-1}, std::int64_t{0}, max_id + 1, std::int64_t{1} << 62})
    CHECK_THROWS_AS(names.place(id), StoreError);
}

TEST_CASE("by id: sums of messages end at their cap") {
  CHECK(capped_sum(1, 2) == 3);
  CHECK(capped_sum(most_messages - 1, 1) == most_messages);
  CHECK(capped_sum(most_messages, most_messages) == most_messages);
  CHECK(capped_sum(UINT64_MAX, UINT64_MAX) == most_messages);
  TemporaryDatabase file;
  Database database(file.path(), Database::Mode::read_write);
  database.execute("CREATE TABLE t (n)");
  CHECK(database.value("SELECT capped_sum(n) FROM t") == 0);
  database.execute("INSERT INTO t VALUES (5), (-3), (NULL), ('text'), (2)");
  CHECK(database.value("SELECT capped_sum(n) FROM t") == 7);
  database.execute("INSERT INTO t VALUES (9223372036854775807), (9223372036854775807), (1e300)");
  CHECK(database.value("SELECT capped_sum(n) FROM t") == static_cast<std::int64_t>(most_messages));
}

// SPDX-License-Identifier: MIT
#include "store/sqlite/database.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sample_reports.h"
#include "store/store.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// t(a, b): 1 to 5, with the bytes "b1" to "b4", and NULL beside 5.
struct Numbers {
  TemporaryDatabase file;
  Database database{file.path(), Database::Mode::read_write};
  Numbers() {
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)");
    database.execute(
        "INSERT INTO t VALUES (1, x'6231'), (2, x'6232'), (3, x'6233'), (4, x'6234'), (5, NULL)");
  }
};

}  // namespace

TEST_CASE("sqlite: each_row hands over every row in order") {
  Numbers numbers;
  Statement statement(numbers.database, "SELECT each_row(a, b) FROM t WHERE a BETWEEN ?1 AND ?2");
  for (const auto& [first, last, expected] : std::vector<std::tuple<int, int, std::string>>{
           {1, 5, "1=b1 2=b2 3=b3 4=b4 5= "}, {2, 3, "2=b2 3=b3 "}, {7, 9, ""}}) {
    statement.bind(1, first);
    statement.bind(2, last);
    std::string seen;
    statement.each_row([&](const RowValues& row) {
      seen += std::to_string(row.integer(0)) + "=" + std::string(row.blob(1)) + " ";
    });
    CHECK(seen == expected);
  }
}

TEST_CASE("sqlite: what takes a row may ask for rows itself") {
  Numbers numbers;
  Statement outer(numbers.database, "SELECT each_row(a) FROM t"),
      inner(numbers.database, "SELECT each_row(a) FROM t WHERE a>?1");
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  outer.each_row([&](const RowValues& row) {
    const std::int64_t a = row.integer(0);
    inner.bind(1, a);
    inner.each_row([&](const RowValues& other) { pairs.emplace_back(a, other.integer(0)); });
  });
  CHECK(pairs.size() == 4 + 3 + 2 + 1);
  CHECK(pairs.back() == std::pair<std::int64_t, std::int64_t>(4, 5));
}

TEST_CASE("sqlite: what the taker of rows throws comes out, and the statement can be run again") {
  Numbers numbers;
  Statement statement(numbers.database, "SELECT each_row(a) FROM t");
  int taken = 0;
  CHECK_THROWS_WITH_AS(statement.each_row([&](const RowValues& row) {
    ++taken;
    if (row.integer(0) == 2) throw std::out_of_range("two");
  }),
                       "two", std::out_of_range);
  CHECK(taken == 2);
  taken = 0;
  statement.each_row([&](const RowValues&) { ++taken; });
  CHECK(taken == 5);
}

TEST_CASE("sqlite: a user's question cannot take rows that way") {
  Numbers numbers;
  Statement question = numbers.database.question("SELECT each_row(a) FROM t");
  CHECK_THROWS_AS(question.step(), StoreError);
  question.reset();
  CHECK_THROWS_AS(question.step(), StoreError);
}

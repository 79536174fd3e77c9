// SPDX-License-Identifier: MIT
#include "store/processed_item.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

TEST_CASE("processed item: what follows from what is stored about an item") {
  struct Row {
    bool problem, holds_report, seen_report;
    Outcome expected;
  };
  const Row rows[] = {
      {false, false, false, Outcome::not_a_report}, {false, false, true, Outcome::duplicate},
      {false, true, false, Outcome::stored},        {false, true, true, Outcome::stored},
      {true, false, false, Outcome::problem},       {true, false, true, Outcome::problem},
      {true, true, false, Outcome::problem},        {true, true, true, Outcome::problem},
  };
  for (const Row& row : rows) {
    CAPTURE(row.problem);
    CAPTURE(row.holds_report);
    CAPTURE(row.seen_report);
    CHECK(ItemFacts{row.problem, row.holds_report, row.seen_report}.outcome() == row.expected);
  }
  CHECK(ItemFacts{}.outcome() == Outcome::not_a_report);
}

TEST_CASE("processed item: each outcome has its word") {
  CHECK(to_text(Outcome::stored) == "stored");
  CHECK(to_text(Outcome::duplicate) == "duplicate");
  CHECK(to_text(Outcome::not_a_report) == "not_a_report");
  CHECK(to_text(Outcome::problem) == "problem");
  CHECK(Saved{}.outcome == Outcome::not_a_report);
}

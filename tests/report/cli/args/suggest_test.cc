// SPDX-License-Identifier: MIT
#include "report/cli/args/suggest.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("edit_distance") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("sources", "sources") == 0);
  CHECK(edit_distance("souces", "sources") == 1);
  CHECK(edit_distance("soruces", "sources") == 1);  // neighbours swapped
  CHECK(edit_distance("SOURCES", "sources") == 0);
  CHECK(edit_distance("abc", "") == 3);
}

TEST_CASE("closest: near words are found, far ones are not guessed") {
  const std::vector<std::string> words{"ingest",   "summary", "sources", "reports",
                                       "problems", "db",      "help"};
  struct Row {
    const char* word;
    const char* expected;
  };
  const Row rows[] = {{"source", "sources"},
                      {"souces", "sources"},
                      {"sumary", "summary"},
                      {"injest", "ingest"},
                      {"prob", "problems"},
                      {"report", "reports"},
                      {"frobnicate", ""},
                      {"", ""},
                      {"x", ""},
                      {"hlep", "help"},
                      {"Sources", "sources"}};
  for (const Row& row : rows) {
    CAPTURE(row.word);
    CHECK(closest(row.word, words) == row.expected);
  }
  CHECK(did_you_mean("source", words) == ", did you mean 'sources'?");
  CHECK(did_you_mean("frobnicate", words).empty());
  CHECK(closest(std::string(100'000, 'a'), words).empty());
}

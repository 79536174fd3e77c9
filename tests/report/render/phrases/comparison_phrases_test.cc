// SPDX-License-Identifier: MIT
#include "report/render/phrases/comparison_phrases.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("phrases of comparisons: what became of a sender") {
  struct Row {
    Change change;
    StreamCount before, after;
    const char* expected;
  };
  for (const Row& row : {
           Row{Change::gone, {.both = 9}, {}, "no longer seen"},
           Row{Change::appeared, {}, {.both = 9}, "new, no failure"},
           Row{Change::appeared, {}, {.fail = 9}, "new, all fail"},
           Row{Change::appeared, {}, {.both = 9, .fail = 1}, "new, 90.0 % pass"},
           Row{Change::better, {.fail = 9}, {.both = 9}, "better: more than noise"},
           Row{Change::noise, {.both = 9}, {.both = 9}, "no failure before or after"},
           Row{Change::noise, {.fail = 9}, {.fail = 9}, "all fail, before and after"},
           Row{Change::noise, {.both = 9, .fail = 1}, {.both = 9}, "not more than noise"},
       }) {
    ComparedSender s;
    s.change = row.change;
    s.before = row.before;
    s.after = row.after;
    CHECK(change_words(s) == row.expected);
  }
}

// SPDX-License-Identifier: MIT
// Shares in words. pass_rate() is also tested in render/numbers_test.cc.
#include "report/render/phrases/percent.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("percent: one digit behind the point, and never more certain than the count is") {
  struct Case {
    const char* name;
    std::uint64_t part, whole;
    const char* expected;
  };
  for (const Case& c : {
           Case{"nothing of nothing", 0, 0, "–"},
           Case{"something of nothing", 5, 0, "–"},
           Case{"none", 0, 1, "0 %"},
           Case{"none of many", 0, UINT64_MAX, "0 %"},
           Case{"all", 1, 1, "100 %"},
           Case{"all of many", UINT64_MAX, UINT64_MAX, "100 %"},
           Case{"a half", 1, 2, "50.0 %"},
           Case{"a third", 1, 3, "33.3 %"},
           Case{"two thirds", 2, 3, "66.7 %"},
           Case{"a tenth of a percent", 1, 1'000, "0.1 %"},
           Case{"less than what rounds to a tenth", 1, 2'500, "<0.1 %"},
           Case{"next to nothing", 1, UINT64_MAX, "<0.1 %"},
           Case{"rounds up", 126, 1'000, "12.6 %"},
           Case{"rounds down", 12'549, 100'000, "12.5 %"},
           Case{"99.9 %", 999, 1'000, "99.9 %"},
           Case{"near miss of all: one in a thousand and one", 1'000, 1'001, "99.9 %"},
           Case{"near miss of all: one in a million", 999'999, 1'000'000, "99.9 %"},
           Case{"near miss of all: one of the most there can be", UINT64_MAX - 1, UINT64_MAX,
                "99.9 %"},
           Case{"99.8 %", 998, 1'000, "99.8 %"},
           Case{"whole percents keep their digit", 97, 100, "97.0 %"},
       }) {
    CAPTURE(c.name);
    CHECK(percent(c.part, c.whole) == c.expected);
  }
}

TEST_CASE("percent: only none is 0 %, only all is 100 %") {
  for (const std::uint64_t whole : {2u, 3u, 7u, 999u, 1'000u, 1'001u, 2'000u, 20'000u}) {
    for (const std::uint64_t part : {std::uint64_t{1}, whole - 1}) {
      CAPTURE(part);
      CAPTURE(whole);
      CHECK(percent(part, whole) != "0 %");
      CHECK(percent(part, whole) != "0.0 %");
      CHECK(percent(part, whole) != "100 %");
      CHECK(percent(part, whole) != "100.0 %");
    }
  }
}

TEST_CASE("pass rate: counts where all or none passed, a share between") {
  CHECK(pass_rate(0, 0) == "–");
  CHECK(pass_rate(812, 812) == "no failure in 812");
  CHECK(pass_rate(1, 1) == "no failure in 1");
  CHECK(pass_rate(12'345, 12'345) == "no failure in 12,345");
  CHECK(pass_rate(0, 35) == "none of 35");
  CHECK(pass_rate(0, 1'000) == "none of 1,000");
  CHECK(pass_rate(811, 812) == "99.9 %");
  CHECK(pass_rate(1, 10'000) == "<0.1 %");
  CHECK(pass_rate(972, 1'000) == "97.2 %");
}

TEST_CASE("failure words: the same wherever it is said how much fails") {
  CHECK(failure_words(0, 0) == "no failure in 0 messages");
  CHECK(failure_words(0, 1) == "no failure in 1 message");
  CHECK(failure_words(0, 12'345) == "no failure in 12,345 messages");
  CHECK(failure_words(1, 1) == "1 message fails DMARC");
  CHECK(failure_words(35, 35) == "all 35 messages fail DMARC");
  CHECK(failure_words(1, 905) == "1 of 905 messages fails DMARC");
  CHECK(failure_words(1'550, 90'500) == "1,550 of 90,500 messages fail DMARC");
  CHECK(failure_words(2, 3, " as example.com") == "2 of 3 messages as example.com fail DMARC");
  CHECK(failure_words(0, 3, " as example.com") == "no failure in 3 messages as example.com");
  CHECK(failure_words(3, 3, " as example.com") == "all 3 messages as example.com fail DMARC");
}

// SPDX-License-Identifier: MIT
#include "report/render/phrases/wording.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("wording: no failure in n messages is said with its bound") {
  struct Row {
    std::uint64_t passed, failed;
    const char* words;
  };
  for (const Row& row :
       {Row{0, 0, "no mail"}, Row{1, 0, "no failure in 1 message"},
        Row{600, 0, "no failure in 600 messages (at most 0.5 % fail, with 95 % confidence)"},
        Row{1'000'000, 0,
            "no failure in 1,000,000 messages (at most 0.1 % fail, with 95 % confidence)"},
        Row{418, 12, "97.2 %, 12 of 430 fail"}, Row{99'999, 1, "99.9 %, 1 of 100,000 fail"}})
    CHECK(rate_words(row.passed, row.failed) == row.words);
}

TEST_CASE("wording: shares as they were set, days, capitals and full stops") {
  CHECK(threshold_words(0.98) == "98 %");
  CHECK(threshold_words(0.995) == "99.5 %");
  CHECK(threshold_words(0.002) == "0.2 %");
  CHECK(days_words(1) == "1 day");
  CHECK(days_words(30) == "30 days");
  CHECK(days_words(-1) == "0 days");
  CHECK(capitalized("none") == "None");
  CHECK(capitalized("SPF") == "SPF");
  CHECK(capitalized("") == "");
  CHECK(with_full_stop("Wait") == "Wait.");
  CHECK(with_full_stop("Is it yours?") == "Is it yours?");
  CHECK(with_full_stop("Wait.") == "Wait.");
}

TEST_CASE("left out: how many, of what, and how to see them") {
  CHECK(left_out_words("3 sources") == "3 sources more: leave --limit out");
  CHECK(left_out_words("1 row", "--format json has all", "with fewer messages") ==
        "1 row more with fewer messages: --format json has all");
}

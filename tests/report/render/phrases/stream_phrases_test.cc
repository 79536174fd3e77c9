// SPDX-License-Identifier: MIT
#include "report/render/phrases/stream_phrases.h"

#include <doctest/doctest.h>

#include <set>

using namespace dmarcq;

TEST_CASE("phrases of streams: every reason has a clause of its own") {
  std::set<std::string> clauses;
  for (std::size_t i = 0; i < standing_reason_count; ++i) {
    const std::string clause = reason_words(
        {.reason = static_cast<StandingReason>(i), .rhythm = Rhythm::daily}, "00DA0000000Hu5aMAC");
    CAPTURE(clause);
    CHECK_FALSE(clause.empty());
    CHECK_FALSE(clause.ends_with('.'));
    clauses.insert(clause);
  }
  CHECK(clauses.size() == standing_reason_count);
  CHECK(clauses.contains("Salesforce org 00DA0000000Hu5aMAC sends it, and its owner is unknown"));
}

TEST_CASE("phrases of streams: what keeps coming is told by its rhythm") {
  std::set<std::string_view> words;
  for (const Rhythm rhythm :
       {Rhythm::daily, Rhythm::working_days, Rhythm::weekdays, Rhythm::periodic, Rhythm::named}) {
    CHECK(reason_words({.reason = StandingReason::keeps_coming, .rhythm = rhythm}) ==
          rhythm_words(rhythm));
    words.insert(rhythm_words(rhythm));
  }
  CHECK(words.size() == 5);
  CHECK(rhythm_words(Rhythm::none).empty());
}

// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/tls_phrases.h"

#include <doctest/doctest.h>

#include <set>

using namespace dmarcq;

TEST_CASE("phrases of TLS results: each has a meaning, who repairs it, and a sentence") {
  std::set<std::string_view> meanings;
  for (std::size_t i = 0; i < tls_result_type_count; ++i) {
    const auto result = static_cast<TlsResultType>(i);
    CAPTURE(to_text(result));
    const TlsResultPhrases phrases = phrases_of(result);
    meanings.insert(phrases.meaning);
    CHECK_FALSE(phrases.meaning.ends_with('.'));
    CHECK_FALSE(phrases.who.empty());
    CHECK(phrases.repair.ends_with('.'));
  }
  CHECK(meanings.size() == tls_result_type_count);
}

TEST_CASE("phrases of TLS: whose trouble a failure is") {
  TlsGroup group;
  group.reporters = {"A", "B", "C"};
  CHECK(sentence_of_scope(group) == "Nobody saw a failure.");
  group.failing_doubt = {"X"};
  CHECK(sentence_of_scope(group).ends_with("they may be invented."));
  group.failing = {"A"};
  CHECK(sentence_of_scope(group) == "Only A of 3 reporters saw it: its problem, or the way to it.");
  CHECK(seen_by_words(group) == "1 of 3 (+1)");
  group.failing = {"A", "B"};
  CHECK(sentence_of_scope(group).starts_with("2 of 3 reporters saw it: "));
  group.failing = {"A", "B", "C"};
  CHECK(sentence_of_scope(group) == "Every reporter saw it: it is yours to repair.");
  group.reporters = group.failing = {"A"};
  CHECK(sentence_of_scope(group) == "Only A reported: nothing tells whether others see it.");
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < tls_scope_count; ++i) {
    words.insert(words_of(static_cast<TlsScope>(i)));
    words.insert(to_text(static_cast<TlsScope>(i)));
  }
  CHECK(words.size() == 2 * tls_scope_count);
}

TEST_CASE("phrases of TLS: every blocker and difference is a sentence with a word of its own") {
  std::set<std::string> words;
  for (std::size_t i = 0; i < tls_blocker_count; ++i) {
    TlsBlocker blocker{.kind = static_cast<TlsBlocker::Kind>(i), .certain = true};
    blocker.names = {"A", "B"};
    blocker.name = "certificate-expired";
    blocker.host = "mx1.example.com";
    blocker.number = 5;
    blocker.of = 14;
    blocker.day = 20'000;
    CAPTURE(to_text(blocker.kind));
    CHECK_FALSE(to_text(blocker.kind).empty());
    const std::string sentence = sentence_of(blocker);
    CHECK((sentence.ends_with('.') || sentence.ends_with('?')));
    words.insert(sentence);
  }
  CHECK(words.size() == tls_blocker_count);
  CHECK(words.contains(
      "certificate-expired at mx1.example.com: 5 failed sessions in two weeks, the last on 2024-10-04, as A and B say."));
  for (std::size_t i = 0; i < tls_difference_count; ++i) {
    TlsPolicyNow::Difference difference{.kind = static_cast<TlsPolicyNow::Difference::Kind>(i)};
    CHECK_FALSE(to_text(difference.kind).empty());
    words.insert(sentence_of(difference));
  }
  CHECK(words.size() == tls_blocker_count + tls_difference_count);
}

TEST_CASE("phrases of TLS: the verdict says what it rests on, and what reports cannot tell") {
  TlsReadiness readiness{.verdict = TlsReadiness::Verdict::ready,
                         .since = 20'000,
                         .until = 20'027,
                         .days = 20,
                         .sessions = {.ok = 1'000, .failed = 3}};
  readiness.reporters = {"A", "B"};
  readiness.without_say = {"X"};
  readiness.failed_without_say = 9;
  readiness.excused = {{"A", 3, 500}};
  const std::vector<std::string> words = sentences_of(readiness);
  REQUIRE(words.size() == 4);
  CHECK(
      words[0] ==
      "This rests on the word of A and B: 20 days with reports, 1,003 sessions, 2024-10-04 to 2024-10-31.");
  CHECK(words[1] == "Passed over: 3 of 500 sessions of A alone failed, less than 1 %.");
  CHECK(words[2].ends_with("; 9 failed sessions by these."));
  CHECK(words[3].starts_with("Reports count what succeeded by policy, not by host"));
  CHECK(policy_words({.mode = MtaStsPolicy::Mode::none}) == "none");
}

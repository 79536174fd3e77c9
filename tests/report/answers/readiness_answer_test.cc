// SPDX-License-Identifier: MIT
#include "report/answers/readiness_answer.h"

#include <doctest/doctest.h>

#include "report/render/phrases/trust_phrases.h"
#include "sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

ReadinessQuestion question(const std::string& target = "") {
  ReadinessQuestion asked;
  asked.domain = sample_domain;
  asked.today = sample_today();
  asked.target = target;
  return asked;
}

}  // namespace

TEST_CASE("readiness: a policy that is tried, or the target in full effect") {
  const ReadinessAnswer answer = readiness_answer(sample_store(), question("reject"), {});
  CHECK(answer.judged.readiness.target == "reject");
  CHECK(answer.trial.starts_with("p=reject"));
  CHECK(answer.what_if.all.asked.messages() > 0);
  const auto trial = PolicyTrial::parse("p=none,sp=none");
  REQUIRE(trial);
  const ReadinessAnswer harmless =
      readiness_answer(sample_store(), question("reject"),
                       {.trusted_only = false, .trial = *trial, .trial_text = "p=none,sp=none"});
  CHECK(harmless.trial == "p=none,sp=none");
  CHECK(harmless.what_if.all.asked.affected() <= answer.what_if.all.asked.affected());
}

TEST_CASE("readiness: the record given keeps its tags in the one to publish next") {
  const auto record = PolicyRecord::parse("v=DMARC1; p=none; rua=mailto:a@example.com; fo=1");
  REQUIRE(record);
  ReadinessQuestion asked = question();
  asked.record = &*record;
  const ReadinessAnswer answer = readiness_answer(sample_store(), asked, {});
  CHECK(answer.next.record.find("fo=1") != std::string::npos);
  CHECK(answer.next.record.find("mailto:a@example.com") != std::string::npos);
}

TEST_CASE("trust: what is not shown to be by its reporter") {
  struct Row {
    const char* name;
    std::array<std::uint64_t, 4> by_trust;  // contradictory, unverified, plausible, verified
    std::uint64_t files;
    std::uint64_t untrusted;
    bool says;
  };
  for (const Row& row : {
           Row{"all verified", {0, 0, 0, 9}, 0, 0, false},
           Row{"verified, and files of the owner", {0, 2, 0, 9}, 2, 0, false},
           Row{"verified, and one that only looks right", {0, 0, 1, 9}, 0, 1, true},
           Row{"nothing verified: plausible ones are trusted", {0, 0, 9, 0}, 0, 0, false},
           Row{"nothing verified, one unverified", {0, 1, 8, 0}, 0, 1, true},
           Row{"one of somebody else's", {1, 0, 8, 0}, 0, 1, true},
           Row{"files alone", {0, 9, 0, 0}, 9, 9, true},
           Row{"no reports", {0, 0, 0, 0}, 0, 0, false},
       }) {
    CAPTURE(row.name);
    TrustCounts counts;
    counts.by_trust = row.by_trust;
    counts.files = row.files;
    CHECK(counts.untrusted() == row.untrusted);
    CHECK(trust_words(counts).empty() != row.says);
  }
}

TEST_CASE("trust_words: what the answer would be otherwise") {
  TrustCounts counts;
  counts.by_trust = {2, 1, 0, 7};
  CHECK(trust_words(counts).ends_with("; without them the answer is the same."));
  counts.other = {.trusted_only = true, .verdict = Verdict::not_ready};
  CHECK(trust_words(counts).ends_with("Without them the answer would be: not ready."));
  counts.other = {.trusted_only = false, .verdict = Verdict::ready};
  CHECK(trust_words(counts).ends_with("and left out. With them the answer would be: ready."));
}

// SPDX-License-Identifier: MIT
#include "report/answers/readiness_answer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "sample.h"
#include "tests/report/answers/refusals_support.h"

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
  const ReadinessAnswer answer = readiness_answer(*sample_snapshot(), question("reject"), {});
  CHECK(answer.judged.readiness.target == "reject");
  CHECK(answer.trial.starts_with("p=reject"));
  CHECK(answer.what_if.all.asked.messages() > 0);
  const auto trial = PolicyTrial::parse("p=none,sp=none");
  REQUIRE(trial);
  const ReadinessAnswer harmless =
      readiness_answer(*sample_snapshot(), question("reject"),
                       {.trusted_only = false, .trial = *trial, .trial_text = "p=none,sp=none"});
  CHECK(harmless.trial == "p=none,sp=none");
  CHECK(harmless.what_if.all.asked.affected() <= answer.what_if.all.asked.affected());
}

TEST_CASE("readiness: the record given keeps its tags in the one to publish next") {
  const auto record = PolicyRecord::parse("v=DMARC1; p=none; rua=mailto:a@example.com; fo=1");
  REQUIRE(record);
  ReadinessQuestion asked = question();
  asked.record = &*record;
  const ReadinessAnswer answer = readiness_answer(*sample_snapshot(), asked, {});
  CHECK(answer.next.record.find("fo=1") != std::string::npos);
  CHECK(answer.next.record.find("mailto:a@example.com") != std::string::npos);
}

TEST_CASE("trust: what is not shown to be by its reporter") {
  struct Row {
    const char* name;
    std::array<std::uint64_t, 4> by_trust;  // contradictory, unverified, plausible, verified
    std::uint64_t files;
    std::uint64_t doubtful;
  };
  for (const Row& row : {
           Row{"all verified", {0, 0, 0, 9}, 0, 0},
           Row{"verified, and files of the owner", {0, 2, 0, 9}, 2, 0},
           Row{"verified, and one that only looks right", {0, 0, 1, 9}, 0, 1},
           Row{"nothing verified: plausible ones are trusted", {0, 0, 9, 0}, 0, 0},
           Row{"nothing verified, one unverified", {0, 1, 8, 0}, 0, 1},
           Row{"one of somebody else's", {1, 0, 8, 0}, 0, 1},
           Row{"files alone", {0, 9, 0, 0}, 9, 9},
           Row{"no reports", {0, 0, 0, 0}, 0, 0},
       }) {
    CAPTURE(row.name);
    TrustCounts counts;
    counts.by_trust = row.by_trust;
    counts.files = row.files;
    const std::optional<TrustDoubt> doubt = counts.doubt();
    CHECK(doubt.has_value() == (row.doubtful > 0));
    if (doubt) CHECK(doubt->doubtful == row.doubtful);
  }
}

TEST_CASE("readiness: refused mail is proven by the reports that are trusted alone") {
  RefusalsDesk desk;
  desk.log({std::string("2026-10-14 09:00,P,a@gmail.com,") + dmarc_words,
            std::string("2026-10-15 09:00,P,b@gmail.com,") + dmarc_words});
  const auto refused = [&](bool trusted_only) {
    ReadinessQuestion asked;
    asked.domain = "example.com";
    asked.today = day_from_text("2026-10-30").value();
    const auto snapshot = desk.store().snapshot();
    const ReadinessAnswer answer =
        readiness_answer(*snapshot, asked, {.trusted_only = trusted_only, .trial_text = {}});
    const std::vector<Gate>& gates = answer.judged.readiness.gates;
    const auto gate = std::ranges::find(gates, GateId::pass_rate, &Gate::id);
    REQUIRE(gate != gates.end());
    return std::get<PassRateFigures>(gate->figures).refused;
  };
  // Files, of which nothing says who sent them; and a mail as from the reporter, of another day.
  desk.report("google.com", "2026-10-14", false);
  desk.report("google.com", "2026-10-16", true, RefusalsDesk::As::mail);
  CHECK(refused(false) == 1);
  CHECK(refused(true) == 0);
  desk.report("google.com", "2026-10-15", false, RefusalsDesk::As::mail);
  CHECK(refused(false) == 2);
  CHECK(refused(true) == 1);
}

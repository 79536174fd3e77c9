// SPDX-License-Identifier: MIT
// Which rung is next, and what the record is then. Further records: readiness_record_test.cc.
#include "report/analysis/readiness/policy_ladder.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace dmarcq;

namespace {

using K = NextStep::Kind;

const LadderState ready{.ready = true, .np_safe = true};
const LadderState not_ready{.np_safe = false};
const LadderState below_is_safe{.np_safe = true};
const LadderState hit{.hurts_own_mail = true};

/// Of the tags behind v=DMARC1.
NextStep step_from(const std::string& tags, std::string_view target, const LadderState& state) {
  const auto record = PolicyRecord::parse("v=DMARC1; " + tags);
  REQUIRE(record);
  return next_step(*record, target, state);
}

struct Case {
  const char *name, *now, *target;
  LadderState state;
  K kind;
  const char* record;  ///< behind v=DMARC1
  const char *policy = "", *tag = "";
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const NextStep step = step_from(c.now, c.target, c.state);
    CHECK(static_cast<int>(step.kind) == static_cast<int>(c.kind));
    CHECK(step.record == "v=DMARC1; " + std::string(c.record));
    CHECK(step.policy == c.policy);
    CHECK(step.tag == c.tag);
    CHECK(step.name.empty());
  }
}

}  // namespace

TEST_CASE("policy ladder: while the domain is not ready") {
  check({
      {"nothing to do", "p=none", "quarantine", not_ready, K::wait, "p=none"},
      {"psd=y goes: it is for public suffixes", "p=none; psd=y; np=quarantine", "quarantine",
       below_is_safe, K::protect_missing, "p=none; np=reject"},
      {"near miss: it is one",
       "p=none; np=quarantine; psd=y",
       "quarantine",
       {.np_safe = true, .public_suffix = true},
       K::protect_missing,
       "p=none; np=reject; psd=y"},
      {"near miss: psd=n stays", "p=none; psd=n", "quarantine", not_ready, K::wait,
       "p=none; psd=n"},
      {"missing names go first", "p=none", "quarantine", below_is_safe, K::protect_missing,
       "p=none; np=reject"},
      {"a weaker np too", "p=none; np=quarantine", "quarantine", below_is_safe, K::protect_missing,
       "p=none; np=reject"},
      {"near miss: np=reject stands there", "p=none; np=reject", "quarantine", below_is_safe,
       K::wait, "p=none; np=reject"},
      {"near miss: sp=reject holds for missing names as well", "p=none; sp=reject", "quarantine",
       below_is_safe, K::wait, "p=none; sp=reject"},
      {"near miss: the record of a subdomain says nothing of names below", "p=none", "quarantine",
       LadderState{.np_safe = true, .subdomain = true}, K::wait, "p=none"},
      {"a test of quarantine goes on", "p=quarantine; t=y; np=reject", "quarantine", below_is_safe,
       K::wait, "p=quarantine; t=y; np=reject"},
      {"pct does not protect any more", "p=quarantine; pct=20", "reject", not_ready, K::replace_pct,
       "p=none", "none", "pct=20"},
      {"reject with pct", "p=reject; pct=0", "reject", not_ready, K::replace_pct, "p=quarantine",
       "quarantine", "pct=0"},
      {"near miss: pct=100 is no share", "p=quarantine; pct=100", "reject", not_ready, K::wait,
       "p=quarantine"},
      {"near miss: pct of a record that asks for nothing", "p=none; pct=20", "quarantine",
       not_ready, K::wait, "p=none"},
      {"a tag that is no policy disarms the record", "p=reject; sp=maybe", "reject", not_ready,
       K::repair_record, "p=none", "", "sp=maybe"},
      {"near miss: a policy in upper case is one", "p=reject; sp=NONE", "reject", not_ready,
       K::wait, "p=reject; sp=NONE"},
      {"reject with a gap below, and only time is missing", "p=reject; sp=none", "reject",
       LadderState{.only_time_missing = true}, K::close_gap_stepwise, "p=reject; sp=quarantine", "",
       "sp=none"},
      {"near miss: more than time is missing", "p=reject; sp=none", "reject", not_ready, K::wait,
       "p=reject; sp=none"},
  });
}

TEST_CASE("policy ladder: from none to quarantine") {
  check({
      {"a test first, beside np=reject", "p=none", "quarantine", ready, K::test_quarantine,
       "p=quarantine; np=reject; t=y"},
      {"np is left alone where names below fail", "p=none", "quarantine",
       LadderState{.ready = true}, K::test_quarantine, "p=quarantine; t=y"},
      {"no np in the record of a subdomain", "p=none", "quarantine",
       LadderState{.ready = true, .np_safe = true, .subdomain = true}, K::test_quarantine,
       "p=quarantine; t=y"},
      {"t=n becomes t=y", "p=none; np=reject; t=n", "quarantine", ready, K::test_quarantine,
       "p=quarantine; np=reject; t=y"},
      {"sp=none is left out: names below follow", "p=none; sp=none; np=reject", "quarantine", ready,
       K::test_quarantine, "p=quarantine; np=reject; t=y"},
      {"sp=quarantine is left out, and t=y would take it back", "p=none; sp=quarantine; np=reject",
       "quarantine", ready, K::quarantine_untested, "p=quarantine; np=reject"},
      {"t=y would weaken sp=reject", "p=none; sp=reject; np=reject", "quarantine", ready,
       K::quarantine_untested, "p=quarantine; sp=reject; np=reject"},
      {"and np that follows it", "p=none; sp=reject; t=n", "quarantine", LadderState{.ready = true},
       K::quarantine_untested, "p=quarantine; sp=reject"},
      {"t=y would end np=quarantine", "p=none; np=quarantine", "quarantine",
       LadderState{.ready = true}, K::quarantine_untested, "p=quarantine; np=quarantine"},
      {"near miss: np=none has nothing to lose", "p=none; np=none", "quarantine",
       LadderState{.ready = true}, K::test_quarantine, "p=quarantine; t=y"},
      {"near miss: t=y holds sp=reject back already", "p=none; sp=reject; np=reject; t=y",
       "quarantine", ready, K::test_quarantine, "p=quarantine; sp=reject; np=reject; t=y"},
      {"near miss: sp in the record of a subdomain has no effect", "p=none; sp=reject",
       "quarantine", LadderState{.ready = true, .subdomain = true}, K::test_quarantine,
       "p=quarantine; sp=reject; t=y"},
      {"near miss: straight to reject nothing below is weakened", "p=none; sp=reject; np=reject",
       "reject", ready, K::reject, "p=reject; np=reject"},
      {"the test ends", "p=quarantine; np=reject; t=y", "quarantine", ready, K::end_quarantine_test,
       "p=quarantine; np=reject"},
      {"the test ends before reject too", "p=quarantine; np=reject; t=y", "reject", ready,
       K::end_quarantine_test, "p=quarantine; np=reject"},
      {"the share ends", "p=quarantine; np=reject; pct=25", "quarantine", ready,
       K::end_quarantine_pct, "p=quarantine; np=reject"},
      {"names below follow", "p=quarantine; sp=none", "quarantine", ready, K::close_gap,
       "p=quarantine", "", "sp=none"},
      {"missing names follow", "p=quarantine; np=none", "quarantine", ready, K::close_gap,
       "p=quarantine", "", "np=none"},
      {"reject with a gap below", "p=reject; sp=none", "quarantine", ready, K::close_gap_stepwise,
       "p=reject; sp=quarantine", "", "sp=none"},
      {"reject that is held back, with a gap below", "p=reject; sp=none; t=y", "quarantine", ready,
       K::quarantine_in_full, "p=quarantine"},
      {"all is done", "p=quarantine; np=reject", "quarantine", ready, K::stay_at_quarantine,
       "p=quarantine; np=reject"},
      {"the gap of a subdomain's record is none", "p=quarantine; sp=none", "quarantine",
       LadderState{.ready = true, .subdomain = true}, K::stay_at_quarantine,
       "p=quarantine; sp=none"},
      {"reject in effect is more than asked for", "p=reject", "quarantine", ready,
       K::stay_at_reject, "p=reject"},
      {"reject under test is quarantine in effect", "p=reject; t=y", "quarantine", ready,
       K::stay_at_quarantine, "p=reject; t=y"},
  });
}

TEST_CASE("policy ladder: from quarantine to reject") {
  check({
      {"reject", "p=quarantine; np=reject", "reject", ready, K::reject, "p=reject; np=reject"},
      {"sp=quarantine is left out: names below follow", "p=quarantine; sp=quarantine", "reject",
       ready, K::reject, "p=reject"},
      {"the test ends", "p=reject; t=y", "reject", ready, K::end_reject_test, "p=reject"},
      {"the share ends", "p=reject; pct=50", "reject", ready, K::end_reject_pct, "p=reject"},
      {"names below follow", "p=reject; sp=quarantine", "reject", ready, K::reject_below,
       "p=reject"},
      {"missing names follow", "p=reject; np=quarantine", "reject", ready, K::reject_below,
       "p=reject"},
      {"all is done", "p=reject; rua=mailto:a@example.com", "reject", ready, K::stay_at_reject,
       "p=reject; rua=mailto:a@example.com"},
      {"sp and np that say the same stay", "p=reject; sp=reject; np=reject", "reject", ready,
       K::stay_at_reject, "p=reject; sp=reject; np=reject"},
  });
}

TEST_CASE("policy ladder: back when own mail is hit") {
  check({
      {"reject", "p=reject", "reject", hit, K::back, "p=quarantine", "quarantine"},
      {"quarantine", "p=quarantine", "reject", hit, K::back, "p=none", "none"},
      {"reject under test acts as quarantine", "p=reject; t=y", "reject", hit, K::back, "p=none",
       "none"},
      {"more below than the new policy comes down with it", "p=quarantine; sp=reject", "reject",
       hit, K::back, "p=none; sp=none", "none"},
      {"less below stays", "p=reject; sp=none", "reject", hit, K::back, "p=quarantine; sp=none",
       "quarantine"},
      {"though the target is met", "p=reject", "reject",
       LadderState{.ready = true, .hurts_own_mail = true}, K::back, "p=quarantine", "quarantine"},
      {"near miss: a record that asks for nothing cannot hit", "p=none", "quarantine", hit, K::wait,
       "p=none"},
      {"two names below: sp, and np with it", "p=reject; np=reject", "reject",
       LadderState{.hurt_below = {"a.example.com", "b.example.com"}}, K::back_below,
       "p=reject; sp=quarantine; np=quarantine", "quarantine"},
      {"two names below, at quarantine", "p=reject; sp=quarantine", "reject",
       LadderState{.hurt_below = {"a.example.com", "b.example.com"}}, K::back_below,
       "p=reject; sp=none", "none"},
      {"near miss: nothing is asked for below", "p=reject; sp=none", "reject",
       LadderState{.hurt_below = {"a.example.com", "b.example.com"}}, K::wait, "p=reject; sp=none"},
      {"near miss: a subdomain's record is not what hits them", "p=reject", "reject",
       LadderState{.hurt_below = {"a.b.example.com"}, .subdomain = true}, K::wait, "p=reject"},
  });
  const NextStep one =
      step_from("p=reject; sp=quarantine; fo=1", "reject", {.hurt_below = {"shop.example.com"}});
  CHECK(one.kind == K::back_below_one);
  CHECK(one.name == "shop.example.com");
  CHECK(one.policy == "none");
  CHECK(one.record == "v=DMARC1; p=none; fo=1");
  CHECK(one.back);
  CHECK(one.changes);
}

TEST_CASE("policy ladder: a domain that sends no mail goes straight to reject") {
  const LadderState silent{.sends_mail = false};
  check({
      {"from none", "p=none; rua=mailto:a@example.com", "quarantine", silent, K::send_nothing,
       "p=reject; sp=reject; np=reject; rua=mailto:a@example.com"},
      {"a test ends", "p=quarantine; t=y", "quarantine", silent, K::send_nothing,
       "p=reject; sp=reject; np=reject"},
      {"a subdomain says nothing of names below", "p=none", "quarantine",
       LadderState{.sends_mail = false, .subdomain = true}, K::send_nothing, "p=reject"},
      {"though mail seems to be hit", "p=reject", "reject",
       LadderState{.hurts_own_mail = true, .sends_mail = false}, K::send_nothing,
       "p=reject; sp=reject; np=reject"},
  });
}

TEST_CASE("policy ladder: how long to stay, and whether anything changes") {
  struct Stay {
    const char *now, *target;
    LadderState state;
    unsigned days;
    bool changes, back;
  };
  const LadderState long_ready{.ready = true, .np_safe = true, .quarantine_days = 45};
  const LadderState long_hit{.hurts_own_mail = true, .quarantine_days = 45};
  for (const Stay& row : {
           Stay{"p=none", "quarantine", long_ready, 14, true, false},
           Stay{"p=quarantine; t=y", "quarantine", long_ready, 45, true, false},
           Stay{"p=quarantine", "quarantine", long_ready, 45, false, false},
           Stay{"p=quarantine", "reject", long_ready, 45, true, false},
           Stay{"p=reject", "reject", long_ready, 0, false, false},
           Stay{"p=reject; pct=100; rf=afrf; ri=86400", "reject", long_ready, 0, false, false},
           Stay{"p=none", "quarantine", below_is_safe, 0, true, false},
           Stay{"p=none", "quarantine", not_ready, 0, false, false},
           Stay{"p=reject", "reject", long_hit, 45, true, true},
           Stay{"p=quarantine; pct=20", "reject", not_ready, 0, true, true},
       }) {
    CAPTURE(row.now);
    CAPTURE(row.target);
    const NextStep step = step_from(row.now, row.target, row.state);
    CHECK(step.least_days == row.days);
    CHECK(step.changes == row.changes);
    CHECK(step.back == row.back);
    for (const char* removed : {"pct=", "rf=", "ri="})
      CHECK(step.record.find(removed) == std::string::npos);
  }
}

TEST_CASE("policy ladder: who is ready reaches reject in a few steps, and stays") {
  std::string record = "v=DMARC1; p=none; sp=none; pct=50; rua=mailto:a@example.com";
  std::vector<K> kinds;
  for (const std::string_view target : {"quarantine", "quarantine", "reject", "reject"}) {
    const NextStep step = next_step(*PolicyRecord::parse(record), target, ready);
    kinds.push_back(step.kind);
    record = step.record;
  }
  CHECK(kinds ==
        std::vector<K>{K::test_quarantine, K::end_quarantine_test, K::reject, K::stay_at_reject});
  CHECK(record == "v=DMARC1; p=reject; np=reject; rua=mailto:a@example.com");
}

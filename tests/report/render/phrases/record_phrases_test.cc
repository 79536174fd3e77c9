// SPDX-License-Identifier: MIT
#include "report/render/phrases/record_phrases.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("record phrases: each step says what changes, and a change says when to go back") {
  using Kind = NextStep::Kind;
  for (int i = 0; i <= static_cast<int>(Kind::stay_at_quarantine); ++i) {
    CAPTURE(i);
    const Kind kind = static_cast<Kind>(i);
    const StepPhrases phrases = phrases_of({.kind = kind,
                                            .policy = "none",
                                            .tag = "sp=none",
                                            .name = "shop.example.com",
                                            .record = {}});
    CHECK(phrases.change.ends_with("."));
    CHECK_FALSE(phrases.watch.empty());
    const bool waits = kind == Kind::repair_record || kind == Kind::replace_pct ||
                       kind == Kind::wait || kind == Kind::stay_at_quarantine;
    CHECK(phrases.step_back.empty() == waits);
  }
}

TEST_CASE("record phrases: a remark names the tag as it is written") {
  struct Row {
    RecordRemark remark;
    const char* clause;
  };
  using Kind = RecordRemark::Kind;
  for (
      const Row& row :
      {Row{{Kind::not_a_policy, "sp", "maybe", true},
           "sp=maybe is not a policy (none, quarantine or reject), so receivers act as for p=none (RFC 9989 section 4.10.1)"},
       Row{{Kind::no_policy, {}, {}, false},
           "it has neither p nor a usable rua, so receivers ignore it"},
       Row{{Kind::removed_tag, "ri", "3600", true},
           "ri was removed by RFC 9989 and can be deleted"},
       Row{{Kind::not_a_mode, "adkim", "strict", true},
           "adkim=strict is not a mode (r or s); receivers treat it as r"}})
    CHECK(clause_of(row.remark) == row.clause);
}

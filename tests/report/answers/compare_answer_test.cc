// SPDX-License-Identifier: MIT
#include "report/answers/compare_answer.h"

#include <doctest/doctest.h>

#include "report/answers/readiness_answer.h"
#include "sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

CompareQuestion question(DaySpan before, DaySpan after, std::optional<Day> at = std::nullopt) {
  return {
      .domain = sample_domain, .at = at, .before = before, .after = after, .today = sample_today()};
}

}  // namespace

TEST_CASE("compare: both sides have mail, and the days asked for are compared") {
  const Day today = sample_today();
  const auto answer = compare_answer(*sample_snapshot(),
                                     question({today - 30, today - 17}, {today - 16, today - 3}));
  REQUIRE(answer);
  CHECK(answer->is_complete);
  CHECK(answer->comparison.all_before.messages() > 0);
  CHECK(answer->comparison.all_after.messages() > 0);
  CHECK(answer->question.after.last == today - 3);
}

TEST_CASE("compare: with the day of a change the days end with the last complete one") {
  const Day today = sample_today();
  const Day at = today - 6;
  const auto answer =
      compare_answer(*sample_snapshot(), question({at - 14, at - 1}, {at + 2, at + 15}, at));
  REQUIRE(answer);
  CHECK_FALSE(answer->is_complete);
  // The one rule for complete days: readiness' window ends with the same.
  const auto snapshot = sample_snapshot();
  const ReadinessQuestion judged{.domain = sample_domain, .today = today};
  const JudgedReadiness readiness =
      judged_readiness(*snapshot, judged, mail_history_of(*snapshot, judged), false);
  CHECK(answer->question.after.last == readiness.readiness.last);
}

TEST_CASE("compare: a side without mail is named, with the days that have reports") {
  const Day today = sample_today();
  struct Row {
    const char* name;
    DaySpan before, after;
    bool after_is_empty;
  };
  for (const Row& row :
       {Row{"long before the first report", {100, 110}, {today - 16, today - 3}, false},
        Row{"in the future", {today - 30, today - 17}, {today + 10, today + 20}, true}}) {
    CAPTURE(row.name);
    const auto answer = compare_answer(*sample_snapshot(), question(row.before, row.after));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().after == row.after_is_empty);
    CHECK(answer.error().reports.has_value());
  }
  CompareQuestion unknown = question({today - 30, today - 17}, {today - 16, today - 3});
  unknown.domain = "nowhere.example";
  const auto answer = compare_answer(*sample_snapshot(), unknown);
  REQUIRE_FALSE(answer);
  CHECK_FALSE(answer.error().after);
  CHECK_FALSE(answer.error().reports);
}

TEST_CASE("compare: notes are those of the days, from the first to the last") {
  const Day today = sample_today();
  Store& store = sample_store();
  const auto in =
      store.settings().add_note({.day = today - 20, .domain = sample_domain, .text = "in"});
  const auto out =
      store.settings().add_note({.day = today - 1, .domain = sample_domain, .text = "out"});
  const auto answer = compare_answer(*store.snapshot(),
                                     question({today - 30, today - 17}, {today - 16, today - 3}));
  REQUIRE(answer);
  REQUIRE(answer->notes.size() == 1);
  CHECK(answer->notes.front().text == "in");
  store.settings().remove_note(in);
  store.settings().remove_note(out);
}

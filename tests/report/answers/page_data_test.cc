// SPDX-License-Identifier: MIT
#include "report/answers/page/page_data.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "report/answers/readiness_answer.h"
#include "report/answers/summary_answer.h"
#include "sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

std::uint64_t sum(const GroupCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

StakeholderPage page(PageQuestion question = {}) {
  return page_data(*sample_snapshot(), question, sample_today());
}

}  // namespace

TEST_CASE("page: groups, chart, domains and senders add up to the same messages") {
  const StakeholderPage shown = page();
  REQUIRE(shown.messages > 0);
  CHECK(sum(shown.groups) == shown.messages);
  std::uint64_t chart = 0, domains = 0, senders = 0;
  for (const GroupCounts& counts : shown.volume.groups) chart += sum(counts);
  for (const DomainMail& mail : shown.mail) domains += sum(mail.now);
  for (const SenderMail& sender : shown.senders) senders += sender.now.messages();
  CHECK(chart == shown.messages);
  CHECK(domains == shown.messages);
  CHECK(senders == shown.messages);
  Selection window;
  window.filter.since = shown.window.first;
  window.filter.until = shown.window.last;
  const SummaryAnswer summary = summary_answer(*sample_snapshot(), {window, false, sample_today()});
  CHECK(shown.messages == summary.totals.messages);
}

TEST_CASE("page: own mail and its failures are those of readiness, and so are the days") {
  const StakeholderPage shown = page();
  ReadinessQuestion question;
  question.domain = sample_domain;
  question.today = sample_today();
  const ReadinessAnswer answer = readiness_answer(*sample_snapshot(), question, {});
  const Readiness& readiness = answer.judged.readiness;
  CHECK(shown.window.first == readiness.first);
  CHECK(shown.window.last == readiness.last);
  const StreamCount& own = readiness.by_standing[static_cast<std::size_t>(Standing::own)];
  CHECK(shown.own_now.messages == own.messages());
  CHECK(shown.groups[static_cast<std::size_t>(MailGroup::needs_fixing)] == own.fail);
  std::uint64_t strangers = 0;
  for (const Standing standing : {Standing::foreign, Standing::spoofed})
    strangers += readiness.by_standing[static_cast<std::size_t>(standing)].fail;
  CHECK(shown.groups[static_cast<std::size_t>(MailGroup::spoofing)] == strangers);
  CHECK(shown.spoofing_now.messages == strangers);
}

TEST_CASE(
    "page: at most three actions; what stops own mail stands first, strangers are no repair") {
  const StakeholderPage shown = page();
  REQUIRE(shown.actions.size() == 3);
  CHECK(shown.actions.front().kind == PageAction::Kind::step_back);
  for (const PageAction& action : shown.actions) {
    REQUIRE(action.verdict < shown.verdicts.size());
    if (action.kind == PageAction::Kind::repair && action.blocker)
      CHECK(action.blocker->standing == Standing::own);
    if (action.finding) CHECK(action.finding->code != FindingCode::unauthenticated);
  }
}

TEST_CASE("page: the policy change of the sample is seen, once") {
  const StakeholderPage shown = page();
  REQUIRE(shown.changes.policies.size() == 1);
  CHECK(shown.changes.policies.front().before == "p=none");
  CHECK(shown.changes.policies.front().now == "p=quarantine");
  REQUIRE(shown.mail.front().policy_before);
  CHECK(shown.mail.front().policy_before->p == "none");
}

TEST_CASE("page: its window, asked for and not") {
  const Day today = sample_today();
  struct Row {
    const char* name;
    std::optional<Day> since, until;
    Day first, last;
  };
  for (const Row& row : {
           Row{"the days that readiness judges", {}, {}, today - 30, today - 1},
           Row{"since a day: up to yesterday", today - 10, {}, today - 10, today - 1},
           Row{"until a day: 30 days up to it", {}, today - 20, today - 49, today - 20},
           Row{"both", today - 50, today - 40, today - 50, today - 40},
       }) {
    CAPTURE(row.name);
    PageQuestion question;
    question.since = row.since;
    question.until = row.until;
    const StakeholderPage shown = page(question);
    CHECK(shown.window.first == row.first);
    CHECK(shown.window.last == row.last);
    CHECK(shown.volume.periods.front().first == row.first);
    CHECK(shown.volume.periods.back().last == row.last);
    CHECK(shown.any_report.size() == static_cast<std::size_t>(row.last - row.first + 1));
  }
}

TEST_CASE("page: the verdict is readiness', and so is the record to publish") {
  const StakeholderPage shown = page();
  const auto verdict = std::ranges::find(shown.verdicts, sample_domain, &DomainVerdict::domain);
  REQUIRE(verdict != shown.verdicts.end());
  ReadinessQuestion question;
  question.domain = sample_domain;
  question.today = shown.as_of;
  const ReadinessAnswer answer = readiness_answer(*sample_snapshot(), question, {});
  CHECK((verdict->state == DomainVerdict::State::ready ||
         verdict->state == DomainVerdict::State::at_goal) ==
        (answer.judged.readiness.verdict == Verdict::ready));
  CHECK(verdict->target == answer.judged.readiness.target);
  CHECK(verdict->next.record == answer.next.record);
  REQUIRE(verdict->gates.size() == answer.judged.readiness.gates.size());
  for (std::size_t i = 0; i < verdict->gates.size(); ++i)
    CHECK(verdict->gates[i].status == answer.judged.readiness.gates[i].status);
}

TEST_CASE("page: a window without reports says so and judges as of its end") {
  PageQuestion question;
  question.since = 19'000;
  question.until = 19'030;
  const StakeholderPage shown = page(question);
  CHECK(shown.reports == 0);
  CHECK(shown.messages == 0);
  CHECK(shown.as_of == 19'031);
  CHECK(shown.last_report_day.has_value());
}

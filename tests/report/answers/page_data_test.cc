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

TEST_CASE("page: groups, chart, domains and dispositions add up to the same messages") {
  const StakeholderPage shown = page();
  REQUIRE(shown.totals.messages > 0);
  CHECK(sum(shown.groups) == shown.totals.messages);
  std::uint64_t chart = 0, domains = 0, dispositions = 0;
  for (const GroupCounts& counts : shown.volume.groups) chart += sum(counts);
  for (const DomainVerdict& verdict : shown.verdicts) domains += sum(verdict.groups);
  for (const Totals& totals : shown.dispositions) dispositions += totals.messages;
  CHECK(chart == shown.totals.messages);
  CHECK(domains == shown.totals.messages);
  CHECK(dispositions == shown.totals.messages);
  CHECK(shown.totals.dmarc_pass() == shown.groups[static_cast<std::size_t>(MailGroup::aligned)]);
}

TEST_CASE("page: its window, asked for and not") {
  const Day today = sample_today();
  struct Row {
    const char* name;
    std::optional<Day> since, until;
    Day first, last;
  };
  for (const Row& row : {
           Row{"the last 30 days with reports", {}, {}, today - 30, today - 1},
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
  CHECK(shown.totals.messages == 0);
  CHECK(shown.as_of == 19'031);
  CHECK(shown.last_report_day.has_value());
}

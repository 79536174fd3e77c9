// SPDX-License-Identifier: MIT
#include "report/answers/summary_answer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "report/answers/salesforce_answer.h"
#include "sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

SummaryAnswer asked(Selection selection = {}) {
  return summary_answer(*sample_snapshot(), {std::move(selection), false, sample_today()});
}

}  // namespace

TEST_CASE("summary: sums are of all domains, also of those beyond the limit") {
  const SummaryAnswer all = asked();
  REQUIRE_FALSE(all.lines.empty());
  CHECK(all.is_judged);
  Totals totals;
  std::uint64_t flows = 0;
  for (const SummaryLine& line : all.lines) {
    totals.add(line.domain.totals);
    REQUIRE(line.judged);
    CHECK(std::accumulate(line.judged->flows.begin(), line.judged->flows.end(), std::uint64_t{0}) ==
          line.domain.totals.messages);
    flows += line.domain.totals.messages;
  }
  CHECK(totals.messages == all.totals.messages);
  CHECK(std::accumulate(all.judged.flows.begin(), all.judged.flows.end(), std::uint64_t{0}) ==
        flows);
  Selection none;
  none.limit = 0;
  const SummaryAnswer limited = asked(none);
  CHECK(limited.lines.empty());
  CHECK(limited.domains == all.domains);
  CHECK(limited.totals.messages == all.totals.messages);
}

TEST_CASE("summary: Salesforce's mail is what the Salesforce answer counts") {
  const SummaryAnswer summary = asked();
  const SalesforceAnswer salesforce = salesforce_answer(
      *sample_snapshot(),
      {.filter = {.since = summary.first_day, .until = summary.last_day}, .today = sample_today()});
  Totals totals;
  for (const SalesforceDomain& domain : salesforce.domains) totals.add(domain.totals);
  CHECK(totals.messages == summary.judged.salesforce.messages);
  CHECK(totals.dmarc_fail() == summary.judged.salesforce.dmarc_fail());
}

TEST_CASE("summary: notes of the window, on these domains or on all") {
  Store& store = sample_store();
  const Day day = sample_today() - 10;
  const std::int64_t ids[] = {
      store.settings().add_note({.day = day, .domain = "", .text = "all"}),
      store.settings().add_note({.day = day, .domain = sample_domain, .text = "this"}),
      store.settings().add_note({.day = day, .domain = "other.example", .text = "other"}),
      store.settings().add_note({.day = 1, .domain = sample_domain, .text = "long ago"})};
  Selection selection;
  selection.filter.domains = {sample_domain};
  std::vector<std::string> texts;
  for (const Note& note : asked(selection).notes) texts.push_back(note.text);
  CHECK(texts == std::vector<std::string>{"all", "this"});
  selection.filter.until = day - 1;
  CHECK(asked(selection).notes.empty());
  for (const std::int64_t id : ids) store.settings().remove_note(id);
}

TEST_CASE("summary: no domain, no figures") {
  Selection selection;
  selection.filter.domains = {"nobody.example"};
  const SummaryAnswer answer = asked(selection);
  CHECK(answer.domains == 0);
  CHECK(answer.totals.messages == 0);
  CHECK(answer.notes.empty());
}

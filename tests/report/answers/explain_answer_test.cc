// SPDX-License-Identifier: MIT
#include "report/answers/explain_answer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "report/answers/base/listed_reports.h"
#include "report/answers/salesforce_answer.h"
#include "report/answers/summary_answer.h"
#include "sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

ExplainQuestion about_domain(const std::string& domain) {
  ExplainQuestion question;
  question.domain = domain;
  question.with_states = true;
  question.today = sample_today();
  return question;
}

}  // namespace

TEST_CASE("explain: the parts hold each row once, and all messages of the domain") {
  const ExplainAnswer answer = explain_answer(*sample_snapshot(), about_domain(sample_domain));
  const SummaryAnswer summary = summary_answer(*sample_snapshot(), {{}, false, sample_today()});
  CHECK(answer.totals.messages == summary.totals.messages);
  CHECK(answer.totals.dmarc_fail() == summary.totals.dmarc_fail());
  std::vector<std::size_t> rows;
  for (const ExplainedPart& part : answer.parts) {
    rows.insert(rows.end(), part.rows.begin(), part.rows.end());
    CHECK(std::ranges::count(part.readings, true, &Reading::taken) == 1);
    CHECK_FALSE(part.addresses.empty());
  }
  std::ranges::sort(rows);
  CHECK(std::ranges::adjacent_find(rows) == rows.end());
  CHECK(rows.size() == answer.window->rows().size());
}

TEST_CASE("explain: an address has its own rows only; nothing there is no part") {
  ExplainQuestion question;
  question.network = IpNetwork::parse("203.0.113.25");
  question.today = sample_today();
  const ExplainAnswer answer = explain_answer(*sample_snapshot(), question);
  REQUIRE_FALSE(answer.parts.empty());
  for (const ExplainedPart& part : answer.parts)
    for (const IpAddress& address : part.addresses) CHECK(address.to_text() == "203.0.113.25");
  question.network = IpNetwork::parse("203.0.113.254");
  CHECK(explain_answer(*sample_snapshot(), question).parts.empty());
  CHECK(explain_answer(*sample_snapshot(), about_domain("nobody.example")).parts.empty());
}

TEST_CASE("explain: the reports that its rows come from, and what each holds of them") {
  ExplainQuestion question;
  question.network = IpNetwork::parse("192.0.2.40");
  question.today = sample_today();
  for (const ExplainAnswer& answer :
       {explain_answer(*sample_snapshot(), question),
        explain_answer(*sample_snapshot(), about_domain(sample_domain)),
        explain_answer(*sample_snapshot(), about_domain("amazonses.com"))}) {
    Totals sum;
    std::set<std::int64_t> ids;
    const std::unique_ptr<Snapshot> snapshot = sample_snapshot();
    for (const ReportOfRows& one : answer.reports) {
      sum.add(one.totals);
      ids.insert(one.id);
      const auto report = snapshot->report(one.id);
      REQUIRE(report.has_value());
      CHECK(report->reporter == one.reporter);
      CHECK(report->day == one.day);
      CHECK(report->domain == one.domain);
      CHECK(one.totals.messages <= report->messages);
    }
    CHECK(ids.size() == answer.reports.size());
    CHECK(sum == answer.totals);
    CHECK(std::ranges::is_sorted(answer.reports, std::ranges::greater{},
                                 [](const ReportOfRows& one) { return one.totals.messages; }));
  }
}

TEST_CASE("explain: the reports are those that `reports` lists of the same filter") {
  ExplainQuestion question;
  question.network = IpNetwork::parse("192.0.2.40");
  question.selection.filter.since = sample_today() - 20;
  question.today = sample_today();
  const ExplainAnswer answer = explain_answer(*sample_snapshot(), question);
  CHECK(answer.filter_says_all);
  std::set<std::int64_t> explained, listed;
  for (const ReportOfRows& one : answer.reports) explained.insert(one.id);
  for (const ListedReport& one :
       listed_reports(*sample_snapshot(), {.selection = answer.question.selection}))
    listed.insert(one.report.id);
  CHECK(explained == listed);
  CHECK_FALSE(listed.empty());
  CHECK(explain_answer(*sample_snapshot(), about_domain(sample_domain)).filter_says_all);
  CHECK_FALSE(explain_answer(*sample_snapshot(), about_domain("amazonses.com")).filter_says_all);
}

TEST_CASE("explain: a finding is over where `salesforce` says that it is over") {
  const ExplainAnswer explained = explain_answer(*sample_snapshot(), about_domain(sample_domain));
  const SalesforceAnswer salesforce =
      salesforce_answer(*sample_snapshot(), {.filter = {.domains = {sample_domain},
                                                        .since = explained.first_day,
                                                        .until = explained.last_day},
                                             .today = sample_today()});
  std::size_t compared = 0;
  for (const SalesforceDomain& domain : salesforce.domains)
    for (const SalesforceRoute& route : domain.routes)
      for (const SalesforceFinding& shown : route.findings)
        for (const ExplainedPart& part : explained.parts)
          for (const auto& [finding, is_over] : part.findings) {
            if (part.sender.service != "Salesforce" || part.sender.route != route.route ||
                finding.code != shown.finding.code || finding.severity == Severity::note ||
                finding.first_day != shown.finding.first_day)
              continue;
            CAPTURE(to_text(finding.code));
            CHECK(is_over == shown.over);
            ++compared;
          }
  CHECK(compared > 0);
}

TEST_CASE("explain: what the shipped data says of names") {
  struct Row {
    const char* domain;
    bool bounce, org, stack;
  };
  for (const Row& row : {Row{"mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com", true, true, false},
                         Row{"bnc.salesforce.com", true, false, false},
                         Row{"s10.y.mc.salesforce.com", false, false, true},
                         Row{"example.com", false, false, false}}) {
    CAPTURE(row.domain);
    const CatalogueFacts facts = catalogue_facts(about_domain(row.domain));
    CHECK(facts.is_bounce_name == row.bounce);
    CHECK(facts.org.has_value() == row.org);
    CHECK(facts.stack.has_value() == row.stack);
  }
}

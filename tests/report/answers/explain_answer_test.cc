// SPDX-License-Identifier: MIT
#include "report/answers/explain_answer.h"

#include <doctest/doctest.h>

#include <algorithm>

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

// SPDX-License-Identifier: MIT
#include "report/answers/portfolio/portfolio_answer.h"

#include <doctest/doctest.h>

#include <atomic>

#include "report/answers/portfolio/site_answer.h"
#include "tests/report/answers/sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

PortfolioQuestion question(std::vector<std::string> domains) {
  PortfolioQuestion asked;
  asked.domains = std::move(domains);
  asked.as_of = sample_today();
  return asked;
}

}  // namespace

TEST_CASE("portfolio: all domains are those with reports and those of clients") {
  const std::unique_ptr<Snapshot> snapshot = sample_snapshot();
  CHECK(portfolio_domains(*snapshot).names == std::vector<std::string>{sample_domain});
  snapshot->set_clients({{"quiet.example", sample_domain}, {"other.example"}});
  const PortfolioDomains domains = portfolio_domains(*snapshot);
  CHECK(domains.names == std::vector<std::string>{sample_domain, "other.example", "quiet.example"});
  CHECK(domains.left_out == 0);
}

TEST_CASE("portfolio: each verdict is that of readiness, and a silent domain has none") {
  const std::unique_ptr<Snapshot> snapshot = sample_snapshot();
  std::atomic<unsigned> seen = 0;
  const auto verdicts =
      domain_verdicts(*snapshot, question({"quiet.example", sample_domain}),
                      [&](std::size_t place, Snapshot&, const DomainVerdict& verdict,
                          const JudgedReadiness& judged) {
                        CHECK(verdict.domain == (place == 0 ? "quiet.example" : sample_domain));
                        CHECK(judged.readiness.domain == verdict.domain);
                        ++seen;
                      });
  CHECK(seen == 2);
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].state == DomainVerdict::State::no_reports);
  CHECK(verdicts[0].messages == 0);
  ReadinessQuestion asked;
  asked.domain = sample_domain;
  asked.today = sample_today();
  const ReadinessAnswer answer = readiness_answer(*snapshot, asked, {});
  CHECK(verdicts[1].target == answer.judged.readiness.target);
  CHECK(verdicts[1].next.record == answer.next.record);
  CHECK(verdicts[1].own.fail ==
        answer.judged.readiness.by_standing[static_cast<std::size_t>(Standing::own)].fail);
  REQUIRE(verdicts[1].policy);
  CHECK(verdicts[1].policy->text() == answer.judged.readiness.current->text());
}

TEST_CASE("portfolio: whole answers are those of one domain") {
  const std::unique_ptr<Snapshot> snapshot = sample_snapshot();
  std::string trial;
  const auto verdicts =
      readiness_answers(*snapshot, question({sample_domain}),
                        [&](std::size_t, const ReadinessAnswer& answer) { trial = answer.trial; });
  REQUIRE(verdicts.size() == 1);
  ReadinessQuestion asked;
  asked.domain = sample_domain;
  asked.today = sample_today();
  CHECK(trial == readiness_answer(*snapshot, asked, {}).trial);
}

TEST_CASE("portfolio: a name that another record governs is dropped, a sibling is not") {
  std::vector<DomainVerdict> verdicts(3);
  verdicts[0].domain = "example.com";
  verdicts[0].governs = {"news.example.com"};
  verdicts[1].domain = "news.example.com";
  verdicts[2].domain = "shop.example.com";
  drop_governed(verdicts);
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[1].domain == "shop.example.com");
}

TEST_CASE("site: a page for each domain, the same as on its own, and a line that agrees with it") {
  const std::unique_ptr<Snapshot> snapshot = sample_snapshot();
  std::vector<std::uint64_t> messages(2);
  const auto lines =
      site_answer(*snapshot, {sample_domain, "quiet.example"}, {}, sample_today(),
                  [&](std::size_t place, const StakeholderPage& page) {
                    messages[place] = page.messages;
                    CHECK(page.domains ==
                          std::vector<std::string>{place == 0 ? sample_domain : "quiet.example"});
                  });
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].domain == sample_domain);
  PageQuestion alone;
  alone.domains = {sample_domain};
  const StakeholderPage page = page_data(*snapshot, alone, sample_today());
  CHECK(messages[0] == page.messages);
  CHECK(lines[0].now == page.groups);
  CHECK(lines[0].before == page.changes.groups_before);
  REQUIRE(lines[0].action);
  CHECK(lines[0].action->kind == page.actions.front().kind);
  std::uint64_t own = 0;
  for (const PassFail& period : lines[0].own) own += period.pass + period.fail;
  CHECK(own > 0);
  CHECK(own <= page.own_now.messages);
  CHECK(lines[1].verdict.state == DomainVerdict::State::no_reports);
  CHECK(messages[1] == 0);
}

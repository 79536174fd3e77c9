// SPDX-License-Identifier: MIT
#include "report/answers/salesforce_answer.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "report/answers/sources_answer.h"
#include "sample.h"
#include "store/declarations.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

SalesforceAnswer asked(Filter filter) {
  return salesforce_answer(*sample_snapshot(), {std::move(filter), sample_today()});
}

}  // namespace

TEST_CASE("salesforce: routes add up to the domain, orgs stay within it") {
  const SalesforceAnswer answer = asked({});
  REQUIRE_FALSE(answer.domains.empty());
  for (const SalesforceDomain& domain : answer.domains) {
    Totals totals;
    for (const SalesforceRoute& route : domain.routes) {
      totals.add(route.totals);
      CHECK(std::ranges::is_sorted(route.orgs, std::ranges::greater{}, &OrgMail::messages));
    }
    CHECK(totals.messages == domain.totals.messages);
    CHECK(domain.totals.messages + domain.claimed + domain.indirect <= domain.all_messages);
    CHECK(std::ranges::is_sorted(domain.orgs, std::ranges::greater{}, &OrgMail::messages));
  }
  CHECK(answer.fails() == std::ranges::any_of(answer.domains, [](const SalesforceDomain& domain) {
          return domain.totals.dmarc_fail() > 0;
        }));
}

TEST_CASE("salesforce: its mail is what `sources --salesforce` lists") {
  const SalesforceAnswer answer = asked({});
  Selection selection;
  selection.salesforce = true;
  selection.filter.since = answer.since;
  selection.filter.until = answer.until;
  const SourcesAnswer sources =
      sources_answer(*sample_snapshot(), {selection, GroupBy::source, sample_today()});
  Totals totals;
  for (const SalesforceDomain& domain : answer.domains) totals.add(domain.totals);
  CHECK(totals.messages == sources.all.totals.messages);
  CHECK(totals.dmarc_fail() == sources.all.totals.dmarc_fail());
}

TEST_CASE("salesforce: without a window it is the last 30 days that have reports") {
  const SalesforceAnswer answer = asked({});
  REQUIRE(answer.since);
  REQUIRE(answer.until);
  CHECK(*answer.until - *answer.since == 29);
  CHECK(*answer.until < sample_today());
  const SalesforceAnswer chosen = asked({.since = 20'000, .until = 20'100});
  CHECK(chosen.since == 20'000);
  CHECK(chosen.until == 20'100);
}

TEST_CASE("salesforce: a domain without its mail is named, unless it was asked for") {
  const Filter early{.domains = {},
                     .since = sample_today() - 30,
                     .until = sample_today() - 1,
                     .networks = {IpNetwork::parse("203.0.113.25").value()}};
  const SalesforceAnswer all = asked(early);
  for (const SalesforceDomain& domain : all.domains)
    CHECK((!domain.routes.empty() || !domain.silent.empty()));
  Filter one = early;
  one.domains = {sample_domain};
  const SalesforceAnswer asked_for = asked(one);
  CHECK(asked_for.without.empty());
}

TEST_CASE("salesforce: a route that the owner expects and that sent nothing is told") {
  Store& store = sample_store();
  const auto id = store.settings().put_sender_entry({.kind = "spf-domain",
                                                     .value = std::string("next.") + sample_domain,
                                                     .service = "Salesforce",
                                                     .route = "marketing-cloud-next"});
  const auto is_expected = [](const SalesforceAnswer& answer) {
    for (const SalesforceDomain& domain : answer.domains)
      for (const SilentRoute& silent : domain.silent)
        if (silent.route == "marketing-cloud-next")
          return !silent.last_day && !silent.entry.empty();
    return false;
  };
  CHECK(is_expected(asked({.domains = {sample_domain}})));
  store.settings().remove_sender_entry(id);
  CHECK_FALSE(is_expected(asked({.domains = {sample_domain}})));
}

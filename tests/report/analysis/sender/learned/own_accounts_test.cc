// SPDX-License-Identifier: MIT
// Which accounts at services are the owner's.
#include <doctest/doctest.h>

#include "tests/report/analysis/sender/learned/learner.h"

using namespace dmarcq;

namespace {

std::string join(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& each : list) text += (text.empty() ? "" : " ") + each;
  return text;
}

std::string proven(const std::vector<RowSpec>& lessons, const Owner& owner = {}) {
  Learner learner(lessons, owner);
  const auto& orgs = learner.known.accounts.proven_orgs();
  const auto found = orgs.find(our_org);
  return found == orgs.end() ? "-" : join(found->second);
}

const RowSpec own_mail{.ip = core_ip,
                       .spf = our_bounce + " pass",
                       .dkim = "example.com/sf1 pass",
                       .evaluated = "pass/fail"};

RowSpec with(RowSpec spec, const std::string& spf, const std::string& dkim) {
  spec.spf = spf;
  spec.dkim = dkim;
  return spec;
}

}  // namespace

TEST_CASE("own accounts: an org is proven by its bounce name beside an own signature") {
  struct Row {
    const char* name;
    std::string spf, dkim;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {"both pass", our_bounce + " pass", "example.com/sf1 pass", "example.com"},
      {"below the own domain", our_bounce + " pass", "news.example.com/sf1 pass", "example.com"},
      {"SPF fails", our_bounce + " fail", "example.com/sf1 pass", "-"},
      {"the signature fails", our_bounce + " pass", "example.com/sf1 fail", "-"},
      {"no signature", our_bounce + " pass", "", "-"},
      {"a stranger's signature", our_bounce + " pass", "other.example/sf1 pass", "-"},
      {"another org", other_bounce + " pass", "example.com/sf1 pass", "-"},
      {"the bounce domain without an org", "bnc.salesforce.com pass", "example.com/sf1 pass", "-"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) { CHECK(proven({with(own_mail, row.spf, row.dkim)}) == row.expected); }
  }
}

TEST_CASE("own accounts: a sibling's signature proves an org for the sibling") {
  const RowSpec for_sibling = with(own_mail, our_bounce + " pass", "example.net/sf1 pass");
  RowSpec sibling_mail{.ip = "203.0.113.1", .spf = "example.net pass"};
  sibling_mail.from = sibling_mail.domain = "example.net";
  CHECK(proven({for_sibling}) == "-");
  CHECK(proven({for_sibling, sibling_mail}) == "example.net");
  CHECK(proven({sibling_mail, for_sibling}) == "example.net");  // whatever the order
  CHECK(proven({for_sibling}, {.entries = {}, .domains = {"example.net"}, .clients = {}}) ==
        "example.net");
  CHECK(proven({for_sibling, own_mail, sibling_mail}) == "example.com example.net");
  const Owner two_clients{
      .entries = {}, .domains = {}, .clients = {{"example.com"}, {"example.net"}}};
  CHECK(proven({for_sibling, sibling_mail}, two_clients) == "-");
}

TEST_CASE("own accounts: one forged report proves no org") {
  CHECK(proven({other_reporters, forged(own_mail)}) == "-");
  CHECK(proven({other_reporters, forged(own_mail), own_mail}) == "example.com");
  CHECK(proven({forged(own_mail)}) == "example.com");  // there is no other reporter at all
}

TEST_CASE("own accounts: Marketing Cloud stacks") {
  const RowSpec stack_10{.ip = "13.111.0.229",
                         .spf = "bounce.s10.exacttarget.com pass",
                         .dkim = "example.com/10dkim1 pass",
                         .evaluated = "pass/fail"};
  const auto check = [](const std::vector<RowSpec>& lessons, bool expected) {
    Learner learner(lessons);
    const auto& known = learner.known;
    CHECK(known.accounts.is_own_stack("example.com", 10, known.history) == expected);
    CHECK(known.accounts.knows_stacks_of("example.com", known.history) == expected);
    CHECK_FALSE(known.accounts.is_own_stack("example.com", 1, known.history));
    CHECK_FALSE(known.accounts.is_own_stack("other.example", 10, known.history));
  };
  check({}, false);
  check({stack_10}, true);
  check({with(stack_10, "bounce.s10.exacttarget.com fail", "example.com/10dkim1 pass")}, false);
  check({with(stack_10, "bounce.s10.exacttarget.com pass", "")}, false);
  check({other_reporters, forged(stack_10)}, false);
}

TEST_CASE("own accounts: Microsoft 365 tenants") {
  const RowSpec mail{.ip = "40.107.1.1",
                     .spf = "example.com pass",
                     .dkim = "Contoso.onmicrosoft.com/s1 pass",
                     .evaluated = "fail/pass"};
  const auto is_own = [](const std::vector<RowSpec>& lessons, const std::string& own,
                         const Owner& owner = {}) {
    Learner learner(lessons, owner);
    return learner.known.accounts.is_own_tenant(own, "contoso.onmicrosoft.com",
                                                learner.known.domains, learner.known.history);
  };
  CHECK(is_own({mail}, "example.com"));
  CHECK_FALSE(is_own({mail}, "other.example",
                     {.entries = {}, .domains = {}, .clients = {{"other.example"}}}));
  CHECK_FALSE(is_own({with(mail, "example.com fail", mail.dkim)}, "example.com"));
  CHECK_FALSE(
      is_own({with(mail, "example.com pass", "contoso.onmicrosoft.com/s1 fail")}, "example.com"));
  CHECK_FALSE(
      is_own({with(mail, "example.com pass", "fabrikam.onmicrosoft.com/s1 pass")}, "example.com"));
  CHECK(is_own({with(mail, "", "example.com/s pass, contoso.onmicrosoft.com/s1 pass")},
               "example.com"));
  CHECK_FALSE(is_own({other_reporters, forged(mail)}, "example.com"));
  RowSpec sibling_mail = other_reporters;
  sibling_mail.from = sibling_mail.domain = "example.net";
  CHECK(is_own({mail, sibling_mail}, "example.net"));
}

TEST_CASE("own accounts: names that the database ever saw beside an account") {
  const Owner owner{.entries = {}, .domains = {"example.com"}, .clients = {}};
  const auto proves = [&](const AccountName& account, bool trusted) {
    KnownSenders known(owner);
    SenderWords words(SenderCatalogue::built_in());
    known.history.add(7, 20'000, trusted ? 20'020 : 20'001);
    SourceRow others;
    others.reporters.add(8);
    others.reporters.add(9);
    known.history.add(others);
    learn(known, account);
    conclude(known, words);
    return known.accounts.proven_orgs().contains(our_org);
  };
  AccountName account{.account = our_bounce, .name = "mail.example.com", .reporter = 7};
  account.first_day = account.last_day = 20'000;
  CHECK(proves(account, true));
  CHECK_FALSE(proves(account, false));
  account.name = "other.example";
  CHECK_FALSE(proves(account, true));
  account.name = "example.com";
  account.account = other_bounce;
  CHECK_FALSE(proves(account, true));
}

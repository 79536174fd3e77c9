// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dkim_health.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

using Kind = DomainFault::Kind;
using State = SelectorHealth::State;

/// 32 bytes, whatever they are.
const std::string ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

SelectorAsked named(const std::string& selector) {
  return {.domain = "example.com", .selector = selector};
}
SelectorAsked seen(const std::string& selector) {
  return {.domain = "example.com", .selector = selector, .from_reports = true, .messages = 7};
}

std::vector<Kind> kinds(const DkimHealth& health) {
  std::vector<Kind> list;
  for (const DomainFault& fault : health.faults) list.push_back(fault.kind);
  return list;
}

}  // namespace

TEST_CASE("dkim health: one selector") {
  struct Case {
    const char* name;
    std::vector<std::string> texts;
    State state;
    std::vector<Kind> faults;
  };
  for (const Case& c : {
           Case{"a key", {ed25519}, State::published, {}},
           Case{"missing", {}, State::missing, {Kind::dkim_missing}},
           Case{"revoked", {"v=DKIM1; p="}, State::revoked, {Kind::dkim_revoked}},
           Case{"two records", {ed25519, "v=DKIM1; p="}, State::broken, {Kind::dkim_several}},
           Case{"junk", {"v=DKIM1; p=AAAA"}, State::broken, {Kind::dkim_bad_key}},
           Case{"not a key", {"v=spf1 -all"}, State::broken, {Kind::dkim_bad_key}},
           Case{"version not first",
                {"k=ed25519; v=DKIM1; p=AAAA"},
                State::broken,
                {Kind::dkim_bad_key}},
           Case{"not for mail", {ed25519 + "; s=tlsrpt"}, State::broken, {Kind::dkim_bad_key}},
           Case{"not for sha256", {ed25519 + "; h=sha1"}, State::broken, {Kind::dkim_bad_key}},
           Case{"testing", {ed25519 + "; t=y"}, State::published, {Kind::dkim_testing}},
           Case{"exact", {ed25519 + "; t=s"}, State::published, {Kind::dkim_exact_domain}},
       }) {
    CAPTURE(c.name);
    FakeResolver dns;
    for (const std::string& text : c.texts) dns.text("s._domainkey.example.com", text);
    const DkimHealth health = check_dkim("example.com", {seen("s")}, true, dns);
    REQUIRE(health.selectors.size() == 1);
    CHECK(health.selectors.front().state == c.state);
    CHECK(kinds(health) == c.faults);
  }
}

TEST_CASE("dkim health: silence, aliases, selectors that nobody uses") {
  FakeResolver dns;
  dns.silent("s._domainkey.example.com").text("t._domainkey.example.com", ed25519);
  dns.alias("u._domainkey.example.com", "gone.vendor.example");
  DkimHealth health = check_dkim("example.com", {seen("s")}, true, dns);
  CHECK(health.selectors.front().state == State::unknown);
  CHECK(kinds(health) == std::vector{Kind::unanswered});
  health = check_dkim("example.com", {seen("u")}, true, dns);
  CHECK(health.selectors.front().state == State::missing);
  CHECK(kinds(health) == std::vector{Kind::dangling_alias});
  CHECK(kinds(check_dkim("example.com", {named("t")}, true, dns)) ==
        std::vector{Kind::dkim_unseen});
  CHECK(kinds(check_dkim("example.com", {named("t")}, false, dns)).empty());
  CHECK(kinds(check_dkim("example.com", {}, true, dns)) == std::vector{Kind::dkim_no_selectors});
}

TEST_CASE("dkim health: Salesforce rotates between two selectors") {
  const auto at_salesforce = [](FakeResolver& dns, const std::string& selector, bool key) {
    const std::string target = selector + ".a1b2c3.custdkim.salesforce.com";
    dns.alias(selector + "._domainkey.example.com", target);
    if (key) dns.text(target, ed25519);
  };
  {  // both there, though only one was seen
    FakeResolver dns;
    at_salesforce(dns, "sf1", true);
    at_salesforce(dns, "sf2", true);
    const DkimHealth health = check_dkim("example.com", {seen("sf1")}, false, dns);
    CHECK(health.selectors.size() == 2);
    CHECK(kinds(health).empty());
  }
  {  // the other was never published
    FakeResolver dns;
    at_salesforce(dns, "sf1", true);
    const DkimHealth health = check_dkim("example.com", {seen("sf1")}, false, dns);
    REQUIRE(kinds(health) == std::vector{Kind::dkim_salesforce_pair_broken});
    CHECK(health.faults.front().value == "sf1");
    CHECK(health.faults.front().other == "sf2");
  }
  {  // the other's target vanished
    FakeResolver dns;
    at_salesforce(dns, "sf1", false);
    at_salesforce(dns, "sf2", true);
    const DkimHealth health = check_dkim("example.com", {seen("sf2")}, false, dns);
    CHECK(kinds(health) == std::vector{Kind::dangling_alias, Kind::dkim_salesforce_pair_broken});
  }
  {  // no way to tell the other's name
    FakeResolver dns;
    at_salesforce(dns, "sales", true);
    CHECK(kinds(check_dkim("example.com", {seen("sales")}, false, dns)) ==
          std::vector{Kind::dkim_salesforce_pair_unknown});
    at_salesforce(dns, "other", true);
    CHECK(kinds(check_dkim("example.com", {seen("sales"), named("other")}, false, dns)).empty());
  }
  {  // another org's selector is no partner, and hides no missing one
    FakeResolver dns;
    at_salesforce(dns, "sf1", true);
    at_salesforce(dns, "org2a", true);
    CHECK(kinds(check_dkim("example.com", {seen("sf1"), seen("org2a")}, false, dns)) ==
          std::vector{Kind::dkim_salesforce_pair_unknown});
    // The owner says that it is.
    CHECK(kinds(check_dkim("example.com", {seen("sf1"), named("org2a")}, false, dns)).empty());
    at_salesforce(dns, "sf2", true);
    at_salesforce(dns, "key1", true);
    const DkimHealth two =
        check_dkim("example.com", {seen("sf1"), seen("sf2"), seen("key1")}, false, dns);
    REQUIRE(kinds(two) == std::vector{Kind::dkim_salesforce_pair_broken});
    CHECK(two.faults.front().other == "key2");
  }
  {  // below the domain
    FakeResolver dns;
    dns.alias("sf1._domainkey.news.example.com", "sf1.a1b2c3.custdkim.salesforce.com")
        .text("sf1.a1b2c3.custdkim.salesforce.com", ed25519);
    SelectorAsked below = seen("sf1");
    below.domain = "news.example.com";
    CHECK(kinds(check_dkim("example.com", {below}, false, dns)) ==
          std::vector{Kind::dkim_salesforce_pair_broken});
  }
  {  // somewhere else: no pair
    FakeResolver dns;
    dns.alias("s1._domainkey.example.com", "s1.vendor.example").text("s1.vendor.example", ed25519);
    CHECK(kinds(check_dkim("example.com", {seen("s1")}, false, dns)).empty());
  }
}

TEST_CASE("dkim health: Salesforce pairs that are published, and in no report") {
  FakeResolver dns;
  const auto publish = [&](const std::string& selector) {
    const std::string target = selector + ".a1b2c3.custdkim.salesforce.com";
    dns.alias(selector + "._domainkey.example.com", target).text(target, ed25519);
  };
  for (const char* selector : {"sf1", "sf2", "key1", "old1", "old2", "sales", "other"})
    publish(selector);
  dns.text("s._domainkey.example.com", ed25519);
  const auto told = [&](const std::vector<SelectorAsked>& asked) {
    std::vector<std::string> faults;
    for (const DomainFault& fault : check_dkim("example.com", asked, true, dns).faults)
      faults.push_back(std::string(to_text(fault.kind)) + " " + fault.value);
    std::ranges::sort(faults);
    return faults;
  };
  using Faults = std::vector<std::string>;
  // One signs; the other waits for the rotation, whether it was named or found.
  CHECK(told({seen("sf1")}).empty());
  CHECK(told({seen("sf1"), named("sf2")}).empty());
  CHECK(told({seen("sales"), named("other")}).empty());
  // Nobody signs with either: each is told, also the one that was found.
  CHECK(told({named("old1"), named("old2")}) == Faults{"dkim-unseen old1", "dkim-unseen old2"});
  CHECK(told({named("old1")}) == Faults{"dkim-unseen old1", "dkim-unseen old2"});
  // Each pair is looked at by itself.
  CHECK(told({seen("sf1"), named("old1"), named("key1")}) ==
        Faults{"dkim-salesforce-pair-broken key1", "dkim-unseen key1", "dkim-unseen old1",
               "dkim-unseen old2"});
  // Near miss: a seen selector elsewhere is no partner.
  CHECK(told({seen("s"), named("old1")}) == Faults{"dkim-unseen old1", "dkim-unseen old2"});
}

// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_health.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "report/analysis/dns/dns_evidence.h"
#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

using Kind = DomainFault::Kind;

std::vector<Kind> kinds(const std::vector<DomainFault>& faults) {
  std::vector<Kind> list;
  for (const DomainFault& fault : faults) list.push_back(fault.kind);
  return list;
}

/// What includes of the cases lead to.
FakeResolver surroundings() {
  FakeResolver dns;
  dns.text("one.example", "v=spf1 ip4:192.0.2.0/24 -all")
      .text("two.example", "v=spf1 ip4:198.51.100.0/24 -all")
      .text("_spf.salesforce.com", "v=spf1 exists:%{i}._spf.mta.salesforce.com -all")
      .record("example.com", RecordType::mx, "10 mx.example.com")
      .record("mx.example.com", RecordType::a, "203.0.113.5");
  for (int i = 0; i < 12; ++i)
    dns.text("n" + std::to_string(i) + ".example", "v=spf1 ip4:203.0.113.9 -all");
  return dns;
}

std::string includes(int number) {
  std::string text;
  for (int i = 0; i < number; ++i) text += "include:n" + std::to_string(i) + ".example ";
  return text;
}

SeenMail mail(const char* ip, const char* envelope, std::uint64_t messages) {
  return {
      .ip = *IpAddress::parse(ip), .envelope_domain = envelope, .sender = {}, .messages = messages};
}

}  // namespace

TEST_CASE("spf faults: one record") {
  struct Case {
    const char* name;
    std::vector<std::string> records;
    std::vector<Kind> faults;
  };
  for (const Case& c : {
           Case{"good", {"v=spf1 include:one.example mx ~all"}, {}},
           Case{"none", {}, {Kind::no_spf}},
           Case{"two", {"v=spf1 ~all", "v=spf1 mx ~all"}, {Kind::spf_several}},
           Case{"a typo", {"v=spf1 ipv4:192.0.2.1 ~all"}, {Kind::spf_syntax}},
           Case{"hard fail", {"v=spf1 mx -all"}, {Kind::spf_hard_fail}},
           Case{"pass all", {"v=spf1 +all"}, {Kind::spf_pass_all}},
           Case{"bare all", {"v=spf1 all"}, {Kind::spf_pass_all}},
           Case{"neutral", {"v=spf1 mx ?all"}, {Kind::spf_neutral_all}},
           Case{"no end", {"v=spf1 mx"}, {Kind::spf_neutral_all}},
           Case{"redirect ends it", {"v=spf1 redirect=one.example"}, {Kind::spf_hard_fail}},
           Case{"behind all", {"v=spf1 ~all mx"}, {Kind::spf_after_all}},
           Case{
               "missing include", {"v=spf1 include:gone.example ~all"}, {Kind::spf_missing_target}},
           Case{"repeated include",
                {"v=spf1 include:one.example include:one.example ~all"},
                {Kind::spf_repeated}},
           Case{"a void term", {"v=spf1 a:gone.example ~all"}, {Kind::spf_void_term}},
           Case{"= for :", {"v=spf1 ip4=192.0.2.1 ~all"}, {Kind::spf_mistaken_modifier}},
           Case{"near miss: a modifier that nobody knows", {"v=spf1 owner=x mx ~all"}, {}},
           Case{"two void look-ups for IPv6", {"v=spf1 a:mx.example.com mx ~all"}, {}},
           Case{"three void look-ups for IPv6",
                {"v=spf1 a:mx.example.com mx a:mx.example.com ~all"},
                {Kind::spf_void}},
           Case{"seven look-ups", {"v=spf1 " + includes(7) + "~all"}, {}},
           Case{"eight", {"v=spf1 " + includes(8) + "~all"}, {Kind::spf_lookups_close}},
           Case{"ten", {"v=spf1 " + includes(10) + "~all"}, {Kind::spf_lookups_close}},
           Case{"eleven", {"v=spf1 " + includes(11) + "~all"}, {Kind::spf_lookups}},
       }) {
    CAPTURE(c.name);
    FakeResolver dns = surroundings();
    for (const std::string& record : c.records) dns.text("example.com", record);
    CHECK(kinds(spf_faults(spf_tree("example.com", dns))) == c.faults);
  }
  // Which senders, and the term that was meant.
  const auto first_of = [](const std::string& record) {
    FakeResolver dns = surroundings();
    dns.text("example.com", record).record("six.example", RecordType::aaaa, "2001:db8::1");
    return spf_faults(spf_tree("example.com", dns)).front();
  };
  CHECK(first_of("v=spf1 a:mx.example.com mx a:mx.example.com ~all").value == "IPv6");
  CHECK(first_of("v=spf1 a:six.example a:six.example a:six.example ~all").value == "IPv4");
  CHECK(first_of("v=spf1 include=one.example ~all").other == "include:one.example");
  FakeResolver nothing;
  nothing.text("example.com", "v=spf1 a:x.example a:x.example a:x.example ~all");
  const auto of_all = spf_faults(spf_tree("example.com", nothing));
  const auto all_void = std::ranges::find(of_all, Kind::spf_void, &DomainFault::kind);
  REQUIRE(all_void != of_all.end());
  CHECK(all_void->value == "");
  CHECK(all_void->number == 3);
  FakeResolver loop;
  loop.text("example.com", "v=spf1 include:example.com ~all");
  const auto found = kinds(spf_faults(spf_tree("example.com", loop)));
  CHECK(std::ranges::count(found, Kind::spf_permerror) == 1);
  FakeResolver silent;
  silent.silent("example.com");
  CHECK(kinds(spf_faults(spf_tree("example.com", silent))) == std::vector{Kind::unanswered});
}

TEST_CASE("spf against reports: includes that nobody needs, senders that are not permitted") {
  FakeResolver dns = surroundings();
  dns.text("example.com", "v=spf1 include:one.example include:two.example ~all");
  const SpfTree tree = spf_tree("example.com", dns);
  DnsEvidence evidence;
  CHECK(compare_spf(tree, evidence, dns).empty());  // no mail tells nothing
  evidence.mail = {mail("192.0.2.7", "other.example", 50)};
  CHECK(compare_spf(tree, evidence, dns).empty());
  evidence.mail.push_back(mail("192.0.2.8", "example.com", 40));
  auto faults = compare_spf(tree, evidence, dns);
  REQUIRE(kinds(faults) == std::vector{Kind::spf_include_unused});
  CHECK(faults.front().value == "include:two.example");
  CHECK(faults.front().number == 40);
  evidence.mail.push_back(mail("198.51.100.1", "example.com", 1));
  CHECK(compare_spf(tree, evidence, dns).empty());
  // Spoofed mail fails SPF as it should; own mail should not.
  evidence.mail.push_back(mail("203.0.113.77", "example.com", 9));
  CHECK(compare_spf(tree, evidence, dns).empty());
  evidence.mail.back().is_own = true;
  evidence.mail.back().sender = "Warehouse";
  faults = compare_spf(tree, evidence, dns);
  REQUIRE(kinds(faults) == std::vector{Kind::spf_sender_uncovered});
  CHECK(faults.front().value == "Warehouse");
  CHECK(faults.front().number == 9);
}

TEST_CASE("spf against reports: Salesforce's include and bounce management") {
  FakeResolver dns = surroundings();
  dns.text("example.com", "v=spf1 include:_spf.salesforce.com ~all");
  const SpfTree tree = spf_tree("example.com", dns);
  CHECK(tree.lookups == 2);
  DnsEvidence evidence;
  evidence.mail = {mail("192.0.2.7", "x.bnc.salesforce.com", 50)};
  CHECK(compare_spf(tree, evidence, dns).empty());  // whoever sent it, not Core
  evidence.mail.front().is_core = true;
  auto faults = compare_spf(tree, evidence, dns);
  REQUIRE(kinds(faults) == std::vector{Kind::spf_salesforce_unused});
  CHECK(faults.front().number == 50);
  evidence.mail.push_back(mail("192.0.2.7", "example.com", 1));
  evidence.mail.back().is_core = true;
  dns.record("192.0.2.7._spf.mta.salesforce.com", RecordType::a, "127.0.0.2");
  CHECK(compare_spf(tree, evidence, dns).empty());
}

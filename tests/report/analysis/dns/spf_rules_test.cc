// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_rules.h"

#include <doctest/doctest.h>

#include "ingest/dns/dns_snapshot.h"

using namespace dmarcq;

namespace {

const char* const others =
    "_ip TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all\"\n"
    "_not TXT \"v=spf1 -ip4:192.0.2.0/25 ip4:192.0.2.0/24 ~all\"\n"
    "_all TXT \"v=spf1 +all\"\n_none TXT \"v=spf1 -all\"\n"
    "_macro TXT \"v=spf1 exists:%{i}.list.example.net ip4:203.0.113.1 -all\"\n"
    "_both TXT \"v=spf1 include:_macro.example.com ip4:198.51.100.1 -all\"\n"
    "_masked TXT \"v=spf1 -ip4:192.0.2.1 include:_macro.example.com -all\"\n"
    "_refuses TXT \"v=spf1 -include:_macro.example.com +all\"\n"
    "_on TXT \"v=spf1 redirect=_macro.example.com\"\n"
    "host A 192.0.2.7\nhost AAAA 2001:db8::7\n@ MX 10 host\n@ MX 20 .\n_broken TXT \"v=spf1 foo\"\n";

std::string rules_text(const std::string& record) {
  auto zone = DnsSnapshot::parse("$ORIGIN example.com.\n@ SOA ns host 1 2 3 4 5\n@ TXT \"" +
                                 record + "\"\n" + others);
  REQUIRE(zone);
  const auto rules = spf_rules("example.com", *zone);
  if (!rules) return "error: " + rules.error();
  std::string text;
  for (const SpfRule& rule : *rules) {
    text += std::string(to_text(rule.result)) + ":";
    for (const IpNetwork& network : rule.networks) text += " " + network.to_text();
    if (!rule.text.empty()) text += " " + rule.text;
    text += "; ";
  }
  return text;
}

std::string outcomes_text(const std::string& record, IpFamily family = IpFamily::v4) {
  auto zone = DnsSnapshot::parse("$ORIGIN example.com.\n@ SOA ns host 1 2 3 4 5\n@ TXT \"" +
                                 record + "\"\n" + others);
  REQUIRE(zone);
  const auto rules = spf_rules("example.com", *zone);
  REQUIRE(rules);
  std::string text;
  for (const SpfOutcome& outcome : outcomes_of(*rules, family))
    text += to_text(family, outcome.addresses) + " " + outcome.text + "; ";
  return text;
}

}  // namespace

TEST_CASE("SPF rules: what a tree comes to") {
  struct Row {
    const char *record, *rules;
  };
  const std::string everybody = " 0.0.0.0/0 ::/0; ";
  const Row rows[] = {
      {"v=spf1", ""},
      {"v=spf1 -all", "fail: 0.0.0.0/0 ::/0; "},
      {"v=spf1 ip4:192.0.2.1 ip4:192.0.2.9 ?ip4:192.0.2.5",
       "pass: 192.0.2.1/32 192.0.2.9/32; neutral: 192.0.2.5/32; "},
      {"v=spf1 ip6:::ffff:192.0.2.1", ""},
      {"v=spf1 a:host.example.com/24//64", "pass: 192.0.2.0/24 2001:db8::/64; "},
      {"v=spf1 a:gone.example.com", ""},
      {"v=spf1 mx", "pass: 192.0.2.7/32 2001:db8::7/128; "},
      {"v=spf1 include:_ip.example.com", "pass: 192.0.2.0/24 2001:db8::/32; "},
      {"v=spf1 ~include:_ip.example.com", "softfail: 192.0.2.0/24 2001:db8::/32; "},
      {"v=spf1 include:_not.example.com", "pass: 192.0.2.128/25; "},
      {"v=spf1 include:_all.example.com", "pass: 0.0.0.0/0 ::/0; "},
      {"v=spf1 include:_none.example.com", ""},
      {"v=spf1 redirect=_not.example.com",
       "fail: 192.0.2.0/25; pass: 192.0.2.0/24; softfail: 0.0.0.0/0 ::/0; "},
      {"v=spf1 ip4:192.0.2.1 exists:%{i}.x.example.net -ptr mx",
       "pass: 192.0.2.1/32; pass: exists:%{i}.x.example.net; fail: ptr; pass: 192.0.2.7/32 "
       "2001:db8::7/128; "},
      {"v=spf1 include:_macro.example.com", "pass: include:_macro.example.com; "},
      {"v=spf1 ?include:_both.example.com",
       "neutral: include:_macro.example.com; neutral: 198.51.100.1/32; "},
      {"v=spf1 include:_masked.example.com", "pass: include:_masked.example.com; "},
      {"v=spf1 include:_refuses.example.com", "pass: include:_refuses.example.com; "},
      {"v=spf1 include:_on.example.com", "pass: include:_macro.example.com; "},
      {"v=spf1 redirect=_macro.example.com", "pass: redirect=_macro.example.com; "},
      {"v=spf1 redirect=%{l}.example.com", "pass: redirect=%{l}.example.com; "},
      {"v=spf1 include:gone.example.com", "error: gone.example.com has no SPF record"},
      {"v=spf1 include:_broken.example.com",
       "error: 'foo' in the record of _broken.example.com: unknown mechanism"},
      {"v=spf1 include:a.example.org", "error: TXT of a.example.org: not in the snapshot"},
      {"v=spf1 a:a.example.org", "error: A of a.example.org: not in the snapshot"},
      {"v=spf1 mx:a.example.org", "error: MX of a.example.org: not in the snapshot"},
      {"v=spf1 include:example.com", "error: too many includes at example.com"},
      {"v=spf1 -all include:gone.example.com", "fail: 0.0.0.0/0 ::/0; "},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    CHECK(rules_text(row.record) == row.rules);
  }
}

TEST_CASE("SPF rules: what each address gets") {
  CHECK(outcomes_text("v=spf1") == "0.0.0.0/0 neutral; ");
  CHECK(outcomes_text("v=spf1 ip4:128.0.0.0/1 -all") == "0.0.0.0/1 fail; 128.0.0.0/1 pass; ");
  CHECK(outcomes_text("v=spf1 ip4:128.0.0.0/1 -all", IpFamily::v6) == "::/0 fail; ");
  CHECK(outcomes_text("v=spf1 -ip4:0.0.0.0/2 ip4:0.0.0.0/1 ?all") ==
        "0.0.0.0/2 fail; 64.0.0.0/2 pass; 128.0.0.0/1 neutral; ");
  CHECK(outcomes_text("v=spf1 ip4:0.0.0.0/1 -include:_macro.example.com ~all") ==
        "0.0.0.0/1 pass; 128.0.0.0/1 -include:_macro.example.com, then softfail; ");
  CHECK(outcomes_text("v=spf1 ptr redirect=_macro.example.com") ==
        "0.0.0.0/0 ptr, then redirect=_macro.example.com; ");
}

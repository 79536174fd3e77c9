// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_flatten.h"

#include <doctest/doctest.h>

#include "ingest/dns/dns_snapshot.h"
#include "parser/message_auth/spf_check.h"
#include "report/analysis/dns/spf_rules.h"

using namespace dmarcq;

namespace {

const char* const others =
    "a TXT \"v=spf1 ip4:192.0.2.0/25 include:b.example.com -all\"\n"
    "b TXT \"v=spf1 ip4:192.0.2.128/25 ?ip4:203.0.113.0/24 ip6:2001:db8::/32 ~all\"\n"
    "_spf.salesforce TXT \"v=spf1 exists:%{i}.mta.example.net -all\"\n"
    "mail A 198.51.100.7\nmail AAAA 2001:db8:7::1\n@ MX 10 mail\n";

DnsSnapshot zone_of(const std::string& record, const std::string& more = "") {
  auto zone = DnsSnapshot::parse("$ORIGIN example.com.\n@ SOA ns host 1 2 3 4 5\n@ TXT \"" +
                                 record + "\"\n" + others + more);
  REQUIRE(zone);
  return *zone;
}

std::string records_text(const SpfFlattening& flattening) {
  std::string text;
  for (const FlatRecord& record : flattening.records)
    text += record.name + " " + record.text + "\n";
  return text;
}

/// Includes of many single addresses.
std::string wide_include(int addresses) {
  std::string text = "wide TXT \"v=spf1\"";
  for (int i = 0; i < addresses; ++i)
    text += " \" ip4:198.51." + std::to_string(i / 100) + "." + std::to_string(2 * (i % 100)) +
            "\"";
  return text + " \" -all\"\n";
}

DnsSnapshot published(const SpfFlattening& flattening) {
  std::string text;
  for (const FlatRecord& record : flattening.records)
    text += snapshot_line({record.name, RecordType::txt},
                          {.status = DnsAnswer::Status::found, .data = {record.text}, .ttl = 300});
  auto snapshot = DnsSnapshot::parse(text);
  REQUIRE(snapshot);
  return *snapshot;
}

}  // namespace

TEST_CASE("SPF flattening: records") {
  struct Row {
    const char *record, *flat;
    unsigned before, after;
    std::vector<std::string> kept;
  };
  const Row rows[] = {
      {"v=spf1 include:a.example.com -all",
       "example.com v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all\n",
       2,
       0,
       {}},
      {"v=spf1 mx a:mail.example.com ~all",
       "example.com v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1 ~all\n",
       2,
       0,
       {}},
      {"v=spf1 ?include:a.example.com mx -all",
       "example.com v=spf1 ?ip4:192.0.2.0/24 ?ip6:2001:db8::/32 ip4:198.51.100.7 ip6:2001:db8:7::1 "
       "-all\n",
       3,
       0,
       {}},
      {"v=spf1 ip4:192.0.2.1 -mx include:_spf.salesforce.example.com include:b.example.com -all",
       "example.com v=spf1 ip4:192.0.2.1 -ip4:198.51.100.7 -ip6:2001:db8:7::1 "
       "include:_spf.salesforce.example.com ip4:192.0.2.128/25 ip6:2001:db8::/32 -all\n",
       4,
       2,
       {"include:_spf.salesforce.example.com"}},
      {"v=spf1 a:mail.example.com ?exists:%{i}.x.example.net ptr -all",
       "example.com v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1 ?exists:%{i}.x.example.net ptr -all\n",
       3,
       2,
       {"?exists:%{i}.x.example.net", "ptr"}},
      {"v=spf1 redirect=a.example.com",
       "example.com v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all\n",
       2,
       0,
       {}},
      {"v=spf1 mx redirect=_spf.salesforce.example.com",
       "example.com v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1 "
       "redirect=_spf.salesforce.example.com\n",
       3,
       2,
       {"redirect=_spf.salesforce.example.com"}},
      {"v=spf1 mx exp=why.example.com owner=x -all",
       "example.com v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1 -all exp=why.example.com owner=x\n",
       1,
       0,
       {}},
      {"v=spf1 -all", "example.com v=spf1 -all\n", 0, 0, {}},
      {"v=spf1 mx", "example.com v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1\n", 1, 0, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    DnsSnapshot zone = zone_of(row.record);
    const SpfFlattening flattening = flatten_spf("Example.com", zone);
    CHECK(flattening.faults.empty());
    CHECK(records_text(flattening) == row.flat);
    CHECK(flattening.lookups_before == row.before);
    CHECK(flattening.lookups_after == row.after);
    CHECK(flattening.kept == row.kept);
    CHECK(flattening.is_equal);
  }
}

TEST_CASE("SPF flattening: the published record may exceed the limits") {
  struct Row {
    const char* terms;
    bool exceeds;
  };
  for (const Row& row : {
           Row{"a:four.example.com a:four.example.com", false},
           Row{"a:four.example.com a:four.example.com a:four.example.com", true},  // void for IPv6
           Row{"mx mx mx mx mx mx mx mx mx mx", false},
           Row{"mx mx mx mx mx mx mx mx mx mx mx", true},
       }) {
    CAPTURE(row.terms);
    DnsSnapshot zone = zone_of("v=spf1 " + std::string(row.terms) + " -all", "four A 192.0.2.4\n");
    const SpfFlattening flattening = flatten_spf("example.com", zone);
    CHECK(flattening.exceeds_limits == row.exceeds);
    CHECK(flattening.is_equal);
  }
}

TEST_CASE("SPF flattening: helper records") {
  DnsSnapshot zone =
      zone_of("v=spf1 mx ~include:wide.example.com include:a.example.com -all", wide_include(60));
  const SpfFlattening flattening = flatten_spf("example.com", zone);
  REQUIRE(flattening.records.size() == 4);
  CHECK(flattening.records[0].text ==
        "v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1 ~include:_spf1.example.com "
        "~include:_spf2.example.com ~include:_spf3.example.com "
        "ip4:192.0.2.0/24 ip6:2001:db8::/32 -all");
  for (const FlatRecord& record : flattening.records) {
    CHECK(record.text.size() <= SpfFlattening::most_record_bytes);
    CHECK(record.text.ends_with(" -all"));
  }
  CHECK(flattening.records[1].name == "_spf1.example.com");
  CHECK(flattening.lookups_after == 3);
  CHECK(flattening.is_equal);
}

TEST_CASE("SPF flattening: every edge of every interval gets the same result") {
  for (const char* record : {"v=spf1 mx ~include:wide.example.com include:a.example.com -all",
                             "v=spf1 -include:b.example.com ip4:192.0.0.0/8 ?mx ~all",
                             "v=spf1 include:a.example.com redirect=b.example.com",
                             "v=spf1 ip4:255.255.255.255 ip4:0.0.0.0 ip6::: ip6:ffff::/16 -all"}) {
    CAPTURE(record);
    DnsSnapshot zone = zone_of(record, wide_include(60));
    const SpfFlattening flattening = flatten_spf("example.com", zone);
    REQUIRE(flattening.is_equal);
    DnsSnapshot flat = published(flattening);
    const auto rules = spf_rules("example.com", zone);
    REQUIRE(rules);
    for (const IpFamily family : {IpFamily::v4, IpFamily::v6})
      for (const SpfOutcome& outcome : outcomes_of(*rules, family))
        for (const IpNumber number : {outcome.addresses.first, outcome.addresses.last}) {
          const SpfQuestion question{.ip = address_of(family, number),
                                     .mail_from = "a@example.com",
                                     .helo = "mail.example.com"};
          CAPTURE(question.ip.to_text());
          const SpfResult live = check_spf(question, zone).result;
          CHECK(check_spf(question, flat).result == live);
          CHECK(to_text(live) == outcome.text);
        }
  }
}

TEST_CASE("SPF flattening: why there are no records") {
  struct Row {
    const char *record, *fault;
    int addresses;
  };
  const Row rows[] = {
      {"v=spf1 include:gone.example.com -all", "gone.example.com has no SPF record", 0},
      {"v=spf1 foo -all", "'foo' in the record of example.com: unknown mechanism", 0},
      {"v=spf1 a:a.example.org -all", "A of a.example.org: not in the snapshot", 0},
      {"v=spf1 include:wide.example.com -all", "the records need 12 DNS look-ups, more than 10",
       400},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    DnsSnapshot zone = zone_of(row.record, row.addresses > 0 ? wide_include(row.addresses) : "");
    const SpfFlattening flattening = flatten_spf("example.com", zone);
    CHECK(flattening.records.empty());
    CHECK_FALSE(flattening.is_equal);
    REQUIRE(flattening.faults.size() >= 1);
    CHECK(flattening.faults.back().starts_with("the record") == (row.addresses > 0));
    if (row.addresses == 0) CHECK(flattening.faults.front() == row.fault);
  }
}

TEST_CASE("SPF drift: addresses that differ") {
  DnsSnapshot live = zone_of("v=spf1 include:a.example.com -all");
  struct Row {
    const char *file, *differences;
  };
  const Row rows[] = {
      {"example.com. TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all\"\n", ""},
      {"example.com. TXT \"v=spf1 include:_spf1.example.com -all\"\n"
       "_spf1.example.com. TXT \"v=spf1 ip6:2001:db8::/32 ip4:192.0.2.0/24 ?all\"\n",
       ""},
      {"example.com. TXT \"v=spf1 ip4:192.0.2.0/25 ip6:2001:db8::/32 -all\"\n",
       "192.0.2.128/25 pass fail; "},
      {"example.com. TXT \"v=spf1 ip4:192.0.2.0/23 ip6:2001:db8::/33 -all\"\n",
       "192.0.3.0/24 fail pass; 2001:db8:8000::/33 pass fail; "},
      {"example.com. TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all\"\n",
       "0.0.0.0-192.0.1.255 fail softfail; 192.0.3.0-255.255.255.255 fail softfail; "
       "::-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff fail softfail; "
       "2001:db9::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fail softfail; "},
      {"example.com. TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ptr -all\"\n",
       "0.0.0.0-192.0.1.255 fail ptr, then fail; 192.0.3.0-255.255.255.255 fail ptr, then fail; "
       "::-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff fail ptr, then fail; "
       "2001:db9::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fail ptr, then fail; "},
      {"example.com. TXT \"v=spf1 include:a.example.com -all\"\n", ""},  // asked for in DNS
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    auto flat = DnsSnapshot::parse(row.file);
    REQUIRE(flat);
    const SpfDrift drift = spf_drift("example.com", live, *flat);
    CHECK(drift.faults.empty());
    std::string text;
    for (const SpfDifference& one : drift.differences)
      text += to_text(one.family, one.addresses) + " " + one.live + " " + one.flat + "; ";
    CHECK(text == row.differences);
    CHECK(drift.is_equal() == text.empty());
  }
  auto broken = DnsSnapshot::parse("example.com. TXT \"v=spf1 foo\"\n");
  REQUIRE(broken);
  const SpfDrift drift = spf_drift("example.com", live, *broken);
  CHECK(drift.faults == std::vector<std::string>{"the flattened records: 'foo' in the record of "
                                                 "example.com: unknown mechanism"});
  CHECK_FALSE(drift.is_equal());
}

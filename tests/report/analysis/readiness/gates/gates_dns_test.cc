// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>

#include "ingest/dns/dns_snapshot.h"
#include "tests/report/analysis/readiness/facts_support.h"

using namespace dmarcq;

TEST_CASE("G12: nothing is asked of DNS unless it was given") {
  const HandMadeWindow w;
  CHECK(gate_dns(w.facts()).status == Gate::Status::not_checked);
}

TEST_CASE("G12: what the record lacks") {
  using Kind = DnsFault::Kind;
  struct Row {
    const char* record;
    std::vector<Kind> faults;
  };
  for (const Row& row :
       {Row{"v=DMARC1; p=none; rua=mailto:a@example.com", {}},
        Row{"v=DMARC1; p=REJECT; sp=None; rua=mailto:a@example.com", {}},
        Row{"v=DMARC1; rua=mailto:a@example.com", {}}, Row{"v=DMARC1; p=none", {Kind::no_rua}},
        Row{"v=DMARC1; p=nonsense; rua=mailto:a@example.com", {Kind::not_a_policy}},
        Row{"v=DMARC1; p=none; sp=; np=typo",
            {Kind::no_rua, Kind::not_a_policy, Kind::not_a_policy}}}) {
    CAPTURE(row.record);
    const auto record = PolicyRecord::parse(row.record);
    REQUIRE(record);
    HandMadeWindow w;
    w.question.record = &*record;
    const Gate gate = gate_dns(w.facts());
    std::vector<Kind> kinds;
    for (const DnsFault& fault : figures_of<DnsFigures>(gate).faults) kinds.push_back(fault.kind);
    CHECK(kinds == row.faults);
    CHECK(gate.failed() == !row.faults.empty());
  }
}

TEST_CASE("G12: the zone against the mail of the window") {
  using Kind = DnsFault::Kind;
  const std::string record = "_dmarc TXT \"v=DMARC1; p=none\"\n",
                    spf = "@ TXT \"v=spf1 mx -all\"\n",
                    key = "sf1._domainkey TXT \"v=DKIM1; p=abc\"\n";
  struct Row {
    const char* name;
    std::string zone;
    std::vector<Kind> faults;
    std::size_t selectors, found;
  };
  for (const Row& row :
       {Row{"in order", record + spf + key, {}, 1, 1},
        Row{"two DMARC records",
            record + "_dmarc TXT \"v=DMARC1; p=reject\"\n" + spf + key,
            {Kind::several_records},
            1,
            1},
        Row{"a record without a semicolon",
            "_dmarc TXT \"v=DMARC1 p=none\"\n" + spf + key,
            {Kind::unreadable},
            1,
            1},
        Row{"a record with a tag twice",
            "_dmarc TXT \"v=DMARC1; p=none; p=reject\"\n" + spf + key,
            {Kind::unreadable},
            1,
            1},
        Row{"near miss: another text beside it",
            record + "_dmarc TXT \"verification=1\"\n" + spf + key,
            {},
            1,
            1},
        Row{"two SPF records",
            record + spf + "@ TXT \"v=spf1 -all\"\n" + key,
            {Kind::several_spf},
            1,
            1},
        Row{"no selector", record + spf, {Kind::selector_missing}, 1, 0},
        Row{"a CNAME is as good", record + spf + "sf1._domainkey CNAME a.example.net.\n", {}, 1, 1},
        Row{"too many look-ups",
            record + "@ TXT \"v=spf1 a:a.example.org a:b.example.org mx -all\"\n" + key,
            {Kind::spf_lookups},
            1,
            1}}) {
    CAPTURE(row.name);
    const auto zone = Zone::parse("$ORIGIN example.com.\n" + row.zone, "example.com");
    REQUIRE(zone);
    HandMadeWindow w;
    w.add({}).selectors = {"sf1._domainkey.example.com", "s1._domainkey.elsewhere.example"};
    DnsSnapshot dns(*zone, DnsSnapshot::Coverage::whole);
    w.question.dns = &dns;
    w.question.limits.spf_lookups = 2;
    const Gate gate = gate_dns(w.facts());
    const DnsFigures& figures = figures_of<DnsFigures>(gate);
    std::vector<Kind> kinds;
    for (const DnsFault& fault : figures.faults) kinds.push_back(fault.kind);
    CHECK(kinds == row.faults);
    REQUIRE(figures.zone);
    CHECK(figures.zone->selectors == row.selectors);
    CHECK(figures.zone->found == row.found);
  }
}

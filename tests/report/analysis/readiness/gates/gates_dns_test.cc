// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>

#include "ingest/dns/dns_snapshot.h"
#include "tests/report/analysis/readiness/facts_support.h"

using namespace dmarcq;

namespace {

const std::string ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

std::vector<DnsFault::Kind> kinds_of(const DnsFigures& figures) {
  std::vector<DnsFault::Kind> kinds;
  for (const DnsFault& fault : figures.faults) kinds.push_back(fault.kind);
  return kinds;
}

}  // namespace

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
        Row{"v=DMARC1; rua=mailto:a@example.com", {}},
        Row{"v=DMARC1; p=none; rua=", {Kind::rua_without_address}},
        Row{"v=DMARC1; p=none; rua=a@example.com", {Kind::rua_without_address}},
        Row{"v=DMARC1; p=none; rua=x, mailto:a@example.com", {}},
        Row{"v=DMARC1; p=none", {Kind::no_rua}},
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
                    key = "sf1._domainkey TXT \"" + ed25519 + "\"\n";
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

TEST_CASE("G12: what stands in place of the DMARC record") {
  using Kind = DnsFault::Kind;
  struct Row {
    const char* records;
    std::vector<Kind> faults;
  };
  for (const Row& row :
       {Row{"", {Kind::no_dmarc}}, Row{"_dmarc TXT \"verification=1\"\n", {Kind::no_dmarc}},
        Row{"_dmarc TXT \" v=DMARC1; p=none\"\n", {Kind::unreadable}},
        Row{"_dmarc TXT \"\\\"v=DMARC1; p=none\\\"\"\n", {Kind::unreadable}},
        Row{"_dmarc TXT \"p=none; v=DMARC1\"\n", {Kind::unreadable}},
        Row{"_dmarc TXT \"v=dmarc1; p=none\"\n", {Kind::unreadable}},
        // Receivers pass over a text beside a record.
        Row{"_dmarc TXT \"v=DMARC1; p=none\"\n_dmarc TXT \" v=DMARC1; p=none\"\n", {}}}) {
    CAPTURE(row.records);
    const auto zone =
        Zone::parse("$ORIGIN example.com.\n@ TXT \"v=spf1 mx -all\"\n" + std::string(row.records),
                    "example.com");
    REQUIRE(zone);
    HandMadeWindow w;
    w.add({});
    DnsSnapshot dns(*zone, DnsSnapshot::Coverage::whole);
    w.question.dns = &dns;
    CHECK(kinds_of(figures_of<DnsFigures>(gate_dns(w.facts()))) == row.faults);
    // Where no report shows a policy, none is missed.
    w.reporters.clear();
    const auto unreported = kinds_of(figures_of<DnsFigures>(gate_dns(w.facts())));
    CHECK(std::ranges::count(unreported, Kind::no_dmarc) == 0);
  }
}

TEST_CASE("G12: keys of own mail, and SPF where mail needs it") {
  using Kind = DnsFault::Kind;
  const std::string revoked = "v=DKIM1; p=", good = "v=spf1 mx -all";
  const std::string broken = "v=spf1 include:gone.example.com ipv4:192.0.2.1 ~all";
  struct Row {
    const char* name;
    std::string spf, first, second;
    DailyMail mail;
    std::vector<Kind> faults;
  };
  const DailyMail dkim{}, spf_alone{.both = 0, .spf_only = 10}, rarely{.both = 99, .spf_only = 1};
  const DailyMail others{.standing = Standing::foreign};
  for (const Row& row :
       {Row{"in order", good, ed25519, "", dkim, {}},
        Row{"revoked", good, revoked, "", dkim, {Kind::key_revoked}},
        Row{"retired beside another key", good, revoked, ed25519, dkim, {}},
        Row{"both revoked", good, revoked, revoked, dkim, {Kind::key_revoked, Kind::key_revoked}},
        Row{"no key", good, "hello world", ed25519, dkim, {Kind::key_broken}},
        Row{"revoked, and nothing by SPF", "v=spf1 -all", revoked, "", dkim, {Kind::key_revoked}},
        Row{"not of own mail", good, revoked, "", others, {}},
        Row{"SPF is broken, and needed", broken, ed25519, "", spf_alone, {Kind::spf_broken}},
        Row{"SPF is broken, DKIM passes", broken, ed25519, "", dkim, {}},
        Row{"SPF is broken, and hardly needed", broken, ed25519, "", rarely, {}},
        Row{"SPF is needed and in order", good, ed25519, "", spf_alone, {}}}) {
    CAPTURE(row.name);
    std::string text = "$ORIGIN example.com.\n_dmarc TXT \"v=DMARC1; p=none\"\n@ TXT \"" + row.spf +
                       "\"\nsf1._domainkey TXT \"" + row.first + "\"\n";
    if (!row.second.empty()) text += "sf2._domainkey TXT \"" + row.second + "\"\n";
    const auto zone = Zone::parse(text, "example.com");
    REQUIRE(zone);
    HandMadeWindow w;
    Stream& stream = w.add(row.mail);
    stream.selectors = {"sf1._domainkey.example.com"};
    if (!row.second.empty()) stream.selectors.insert("sf2._domainkey.example.com");
    DnsSnapshot dns(*zone, DnsSnapshot::Coverage::whole);
    w.question.dns = &dns;
    const Gate gate = gate_dns(w.facts());
    CHECK(kinds_of(figures_of<DnsFigures>(gate)) == row.faults);
    CHECK(figures_of<DnsFigures>(gate).zone->spf.broken == (row.spf == broken));
  }
}

TEST_CASE("G12: what did not answer was not checked") {
  const auto other = DnsSnapshot::parse("elsewhere.example. 300 IN TXT \"v=spf1 -all\"\n");
  const auto partly = DnsSnapshot::parse(
      "_dmarc.example.com. 300 IN TXT \"v=DMARC1; p=none\"\n;; SERVFAIL example.com. TXT\n");
  REQUIRE(other);
  REQUIRE(partly);
  const auto record = PolicyRecord::parse("v=DMARC1; p=none; rua=mailto:a@example.com");
  HandMadeWindow w;
  w.add({}).selectors = {"sf1._domainkey.example.com"};
  DnsSnapshot silent = *other, answers = *partly;
  w.question.dns = &silent;
  Gate gate = gate_dns(w.facts());
  CHECK(gate.status == Gate::Status::not_checked);
  CHECK(figures_of<DnsFigures>(gate).zone->unanswered.size() == 3);
  w.question.record = &*record;
  CHECK(gate_dns(w.facts()).status == Gate::Status::passed);
  w.question.record = nullptr;
  w.question.dns = &answers;
  gate = gate_dns(w.facts());
  CHECK(gate.status == Gate::Status::passed);
  CHECK(figures_of<DnsFigures>(gate).zone->unanswered ==
        std::vector<std::string>{"example.com", "sf1._domainkey.example.com"});
}

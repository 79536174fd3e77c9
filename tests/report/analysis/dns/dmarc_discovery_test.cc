// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dmarc_discovery.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

using Kind = DomainFault::Kind;
using Records = std::vector<std::pair<std::string, std::string>>;  // domain, DMARC record

FakeResolver with(const Records& records) {
  FakeResolver dns;
  for (const auto& [domain, text] : records) dns.text("_dmarc." + domain, text);
  return dns;
}

std::string words(const DmarcReading& reading) {
  return reading.record_at + "|" + reading.policy + "|" + reading.organizational_domain;
}

/// Of example.com, without those that come with every record.
std::vector<Kind> kinds(FakeResolver& dns, const std::string& domain = "example.com") {
  std::vector<Kind> list;
  for (const DomainFault& fault : dmarc_faults(discover_dmarc(domain, dns), dns))
    list.push_back(fault.kind);
  return list;
}

}  // namespace

TEST_CASE("dmarc discovery: which record receivers come to, by both rules") {
  struct Case {
    const char *name, *domain;
    Records records;
    const char *old_rules, *new_rules;  ///< record at | policy | organizational domain
    bool exists = false;                ///< the domain itself
  };
  const std::string reject = "v=DMARC1; p=reject", none = "v=DMARC1; p=none";
  for (const Case& c : {
           Case{"its own record",
                "example.com",
                {{"example.com", reject}},
                "example.com|reject|example.com",
                "example.com|reject|example.com"},
           Case{"none at all", "example.com", {}, "||example.com", "||example.com"},
           Case{"inherited: sp",
                "mail.example.com",
                {{"example.com", "v=DMARC1; p=reject; sp=none; np=quarantine"}},
                "example.com|none|example.com",
                "example.com|none|example.com",
                true},
           Case{"inherited by a name that does not exist: np",
                "mail.example.com",
                {{"example.com", "v=DMARC1; p=reject; sp=none; np=quarantine"}},
                "example.com|none|example.com",
                "example.com|quarantine|example.com"},
           Case{"inherited, neither sp nor np",
                "mail.example.com",
                {{"example.com", reject}},
                "example.com|reject|example.com",
                "example.com|reject|example.com"},
           Case{"inherited, np",
                "mail.example.com",
                {{"example.com", "v=DMARC1; p=none; np=reject"}},
                "example.com|none|example.com",
                "example.com|reject|example.com"},
           Case{"own before inherited",
                "mail.example.com",
                {{"mail.example.com", none}, {"example.com", reject}},
                "mail.example.com|none|example.com",
                "mail.example.com|none|example.com"},
           Case{"a record between is found by the walk, and the fewest labels win",
                "a.b.example.com",
                {{"b.example.com", none}, {"example.com", reject}},
                "example.com|reject|example.com",
                "example.com|reject|example.com"},
           Case{"a record between only",
                "a.b.example.com",
                {{"b.example.com", reject}},
                "||example.com",
                "b.example.com|reject|b.example.com"},
           Case{"psd=n ends the walk",
                "a.b.example.com",
                {{"b.example.com", "v=DMARC1; p=quarantine; psd=n"}, {"example.com", reject}},
                "example.com|reject|example.com",
                "b.example.com|quarantine|b.example.com"},
           Case{"psd=y: the organization is one label below",
                "a.b.example.com",
                {{"b.example.com", reject}, {"example.com", "v=DMARC1; p=none; psd=y"}},
                "example.com|none|example.com",
                "b.example.com|reject|b.example.com"},
           Case{"psd=y: the record of the public suffix",
                "a.b.example.com",
                {{"example.com", "v=DMARC1; p=quarantine; psd=y"}},
                "example.com|quarantine|example.com",
                "example.com|quarantine|b.example.com"},
           Case{"psd=y at the start",
                "example.com",
                {{"example.com", "v=DMARC1; p=none; psd=y"}},
                "example.com|none|example.com",
                "example.com|none|example.com"},
           Case{"two records: no DMARC, or the parent's",
                "mail.example.com",
                {{"mail.example.com", reject}, {"mail.example.com", none}, {"example.com", none}},
                "||example.com",
                "example.com|none|example.com"},
           Case{"t=y is one step less",
                "example.com",
                {{"example.com", "v=DMARC1; p=reject; t=y"}},
                "example.com|reject|example.com",
                "example.com|quarantine|example.com"},
           Case{"a typo in sp disarms, with rua",
                "example.com",
                {{"example.com", "v=DMARC1; p=reject; sp=rejct; rua=mailto:d@example.com"}},
                "example.com|none|example.com",
                "example.com|none|example.com"},
           Case{"a typo in sp discards, without rua",
                "example.com",
                {{"example.com", "v=DMARC1; p=reject; sp=rejct"}},
                "example.com||example.com",
                "example.com||example.com"},
           Case{"no p but rua",
                "example.com",
                {{"example.com", "v=DMARC1; rua=mailto:d@example.com"}},
                "example.com|none|example.com",
                "example.com|none|example.com"},
       }) {
    CAPTURE(c.name);
    FakeResolver dns = with(c.records);
    if (c.exists) dns.text(c.domain, "x");
    const DmarcDiscovery found = discover_dmarc(c.domain, dns);
    CHECK(words(found.by_7489) == c.old_rules);
    CHECK(words(found.by_9989) == c.new_rules);
  }
}

TEST_CASE("dmarc discovery: the walk asks eight names at most") {
  struct Case {
    const char* domain;
    std::vector<std::string> names;
  };
  for (const Case& c : {
           Case{"example.com", {"example.com", "com"}},
           Case{"g.f.e.d.c.example.com",
                {"g.f.e.d.c.example.com", "f.e.d.c.example.com", "e.d.c.example.com",
                 "d.c.example.com", "c.example.com", "example.com", "com"}},
           Case{"h.g.f.e.d.c.example.com",
                {"h.g.f.e.d.c.example.com", "g.f.e.d.c.example.com", "f.e.d.c.example.com",
                 "e.d.c.example.com", "d.c.example.com", "c.example.com", "example.com", "com"}},
           Case{"k.j.i.h.g.f.e.d.c.example.com",
                {"k.j.i.h.g.f.e.d.c.example.com", "g.f.e.d.c.example.com", "f.e.d.c.example.com",
                 "e.d.c.example.com", "d.c.example.com", "c.example.com", "example.com", "com"}},
       }) {
    CAPTURE(c.domain);
    FakeResolver dns;
    std::vector<std::string> names;
    for (const DmarcStep& step : discover_dmarc(c.domain, dns).walk) names.push_back(step.domain);
    CHECK(names == c.names);
  }
}

TEST_CASE("dmarc discovery: no answer is not no record") {
  FakeResolver dns;
  dns.silent("_dmarc.example.com");
  const DmarcDiscovery found = discover_dmarc("example.com", dns);
  CHECK(!found.known);
  const auto faults = dmarc_faults(found, dns);
  REQUIRE(faults.size() == 1);
  CHECK(faults.front().kind == Kind::unanswered);
  CHECK(faults.front().value == "time-out");
}

TEST_CASE("dmarc faults: what stands at _dmarc") {
  struct Case {
    const char *name, *text;
    Kind kind;
  };
  for (const Case& c : {
           Case{"lower case", "v=dmarc1; p=none", Kind::dmarc_version_wrong},
           Case{"leading blank", " v=DMARC1; p=none", Kind::dmarc_leading_blank},
           Case{"v not first", "p=none; v=DMARC1", Kind::dmarc_version_not_first},
           Case{"version glued", "v=DMARC1p=none", Kind::dmarc_missing_semicolon},
           Case{"no semicolon", "v=DMARC1 p=none", Kind::dmarc_missing_semicolon},
           Case{"quotes inside", "\"v=DMARC1; p=none\"", Kind::dmarc_foreign_quotes},
           Case{"a sentence about it", "our DMARC1 policy", Kind::dmarc_near_miss},
           Case{"SPF", "v=spf1 -all", Kind::dmarc_is_spf},
           Case{"twice a tag", "v=DMARC1; p=quarantine; p=reject", Kind::dmarc_unreadable},
           Case{"no tag", "v=DMARC1; reject", Kind::dmarc_unreadable},
           Case{"curly quotes", "v=DMARC1; p=\u201cnone\u201d", Kind::dmarc_foreign_quotes},
           Case{"backslash", "v=DMARC1\\; p=none", Kind::dmarc_escapes},
           Case{"backslash later", "v=DMARC1; p=none\\; sp=none", Kind::dmarc_escapes},
           Case{"comma for semicolon", "v=DMARC1; p = none, rua=mailto:d@example.com",
                Kind::dmarc_missing_semicolon},
           Case{"blank for semicolon", "v=DMARC1; p=none sp=none", Kind::dmarc_missing_semicolon},
           Case{"typo", "v=DMARC1; p=rejct; rua=mailto:d@example.com", Kind::dmarc_remark},
           Case{"discarded", "v=DMARC1; p=rejct", Kind::dmarc_remark},
           Case{"discarded for a comma", "v=DMARC1; p=none, rua=mailto:d@example.com",
                Kind::dmarc_discarded},
           Case{"no enforcement", "v=DMARC1; p=none; rua=mailto:d@example.com",
                Kind::dmarc_no_enforcement},
           Case{"other text", "google-site-verification=1", Kind::no_dmarc},
       }) {
    CAPTURE(c.name);
    FakeResolver dns;
    dns.text("_dmarc.example.com", c.text);
    const auto found = kinds(dns);
    CHECK(std::ranges::count(found, c.kind) > 0);
  }
  FakeResolver good;
  good.text("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:d@example.com");
  CHECK(kinds(good).empty());
}

TEST_CASE("dmarc faults: around the record") {
  const std::string record = "v=DMARC1; p=reject; rua=mailto:d@example.com";
  {
    FakeResolver dns;
    dns.text("example.com", record);
    CHECK(kinds(dns) == std::vector{Kind::dmarc_at_apex, Kind::no_dmarc});
  }
  {
    FakeResolver dns;
    dns.text("_dmarc.example.com.example.com", record);
    CHECK(kinds(dns) == std::vector{Kind::dmarc_doubled_origin, Kind::no_dmarc});
  }
  {
    FakeResolver dns;
    dns.text("_dmarc.example.com", record).text("no-such-name-dmarcq.example.com", record);
    CHECK(kinds(dns) == std::vector{Kind::dmarc_wildcard});
  }
  {
    // *.example.com: the doubled name is one of all that it answers for.
    FakeResolver dns;
    dns.text("_dmarc.example.com", record)
        .text("no-such-name-dmarcq.example.com", record)
        .text("_dmarc.example.com.example.com", record);
    CHECK(kinds(dns) == std::vector{Kind::dmarc_wildcard});
  }
  {
    FakeResolver dns;
    dns.text("_dmarc.example.com", record)
        .text("no-such-name-dmarcq.example.com", "v=spf1 -all")
        .text("_dmarc.example.com.example.com", record);
    CHECK(kinds(dns) == std::vector{Kind::dmarc_doubled_origin});
  }
  {
    FakeResolver dns;
    dns.alias("_dmarc.example.com", "example-com.vendor.example");
    CHECK(kinds(dns) == std::vector{Kind::dangling_alias, Kind::no_dmarc});
  }
  {
    FakeResolver dns;
    dns.alias("_dmarc.example.com", "example-com.vendor.example")
        .text("example-com.vendor.example", record);
    CHECK(kinds(dns).empty());
  }
  {
    FakeResolver dns;
    dns.text("_dmarc.example.com", record).text("_dmarc.example.com", "v=DMARC1; p=none");
    CHECK(std::ranges::count(kinds(dns), Kind::dmarc_several) == 1);
  }
}

TEST_CASE("dmarc faults: each thing is said once") {
  struct Case {
    const char* name;
    std::vector<const char*> texts;
    std::vector<Kind> kinds;
    const char* repaired;
  };
  for (const Case& c : {
           Case{"no semicolon, so no record",
                {"v=DMARC1 p=none"},
                {Kind::dmarc_missing_semicolon},
                "v=DMARC1; p=none"},
           Case{"v not first",
                {"p=reject; v=DMARC1; rua=mailto:d@example.com"},
                {Kind::dmarc_version_not_first},
                "v=DMARC1; p=reject; rua=mailto:d@example.com"},
           Case{"a comma: what the other tags would say is not their fault",
                {"v=DMARC1; p=reject, rua=mailto:d@example.com"},
                {Kind::dmarc_missing_semicolon, Kind::dmarc_discarded},
                "v=DMARC1; p=reject; rua=mailto:d@example.com"},
           Case{"a comma that leaves the addresses",
                {"v=DMARC1; p=reject, sp=reject; rua=mailto:d@example.com"},
                {Kind::dmarc_missing_semicolon},
                "v=DMARC1; p=reject; sp=reject; rua=mailto:d@example.com"},
           Case{"curly quotes",
                {"v=DMARC1; p=\u201creject\u201d; rua=mailto:d@example.com"},
                {Kind::dmarc_foreign_quotes},
                "v=DMARC1; p=reject; rua=mailto:d@example.com"},
           Case{"two records",
                {"v=DMARC1; p=none", "v=DMARC1; p=reject"},
                {Kind::dmarc_several},
                ""},
           Case{"parts of one record",
                {"v=DMARC1;", "p=reject; rua=mailto:d@example.com"},
                {Kind::dmarc_split},
                "v=DMARC1; p=reject; rua=mailto:d@example.com"},
           Case{"a wrong text beside a record",
                {"v=DMARC1; p=reject; rua=mailto:d@example.com", "v=DMARC1 p=none"},
                {Kind::dmarc_stray_text},
                ""},
           Case{"a policy in force, and what would weaken it",
                {"v=DMARC1; p=reject; rua=mailto:d@example.com", "sp=none"},
                {Kind::dmarc_stray_text},
                ""},
           Case{"the same, with t and pct",
                {"v=DMARC1; p=reject; rua=mailto:d@example.com", "t=y", "pct=0"},
                {Kind::dmarc_stray_text, Kind::dmarc_stray_text},
                ""},
           Case{"near miss: no tag of a record",
                {"v=DMARC1; p=reject; rua=mailto:d@example.com", "MS=ms123"},
                {},
                ""},
           Case{"a quote in an address, and in a tag that receivers ignore",
                {"v=DMARC1; p=reject; rua=mailto:o'neil@example.com; note=\"a\\b\""},
                {},
                ""},
           Case{"two strings joined without a semicolon",
                {"v=DMARC1; p=reject; rua=mailto:d@example.comruf=mailto:e@example.com"},
                {Kind::dmarc_missing_semicolon},
                "v=DMARC1; p=reject; rua=mailto:d@example.com; ruf=mailto:e@example.com"},
           Case{"an address that is none: a matter of the addresses",
                {"v=DMARC1; p=reject; rua=d@example.com"},
                {},
                ""},
           Case{"near miss: an empty rua", {"v=DMARC1; p=reject; rua="}, {Kind::dmarc_remark}, ""},
           Case{"a typo without an address", {"v=DMARC1; p=rejct"}, {Kind::dmarc_remark}, ""},
           Case{"a typo is no choice of p=none",
                {"v=DMARC1; p=rejct; rua=mailto:d@example.com"},
                {Kind::dmarc_remark},
                ""},
       }) {
    CAPTURE(std::string(c.name));
    FakeResolver dns;
    for (const char* text : c.texts) dns.text("_dmarc.example.com", text);
    const auto faults = dmarc_faults(discover_dmarc("example.com", dns), dns);
    std::string repaired, words;
    std::vector<Kind> found;
    for (const DomainFault& fault : faults) {
      found.push_back(fault.kind);
      words += std::string(to_text(fault.kind)) + " ";
      repaired += fault.repaired;
    }
    CAPTURE(words);
    CHECK(found == c.kinds);
    CHECK(repaired == c.repaired);
  }
}

TEST_CASE("dmarc faults: where the two rules differ, the advice is of the reason") {
  struct Case {
    const char *name, *domain;
    Records records;
    std::vector<Kind> kinds;
  };
  const std::string rua = "; rua=mailto:d@example.com";
  for (const Case& c : {
           Case{"t=y",
                "example.com",
                {{"example.com", "v=DMARC1; p=reject; t=y" + rua}},
                {Kind::dmarc_test_mode}},
           Case{"psd=y; t=y",
                "example.com",
                {{"example.com", "v=DMARC1; p=reject; psd=y; t=y" + rua}},
                {Kind::dmarc_remark, Kind::dmarc_test_mode}},
           Case{"t=y of p=none changes nothing",
                "example.com",
                {{"example.com", "v=DMARC1; p=none; t=y" + rua}},
                {Kind::dmarc_no_enforcement}},
           Case{"np of a name that does not exist",
                "mail.example.com",
                {{"example.com", "v=DMARC1; p=reject; sp=quarantine; np=reject" + rua}},
                {Kind::dmarc_np_applies}},
           Case{"two records",
                "a.b.example.com",
                {{"b.example.com", "v=DMARC1; p=quarantine; psd=n" + rua},
                 {"example.com", "v=DMARC1; p=reject" + rua}},
                {Kind::dmarc_organization_differs, Kind::dmarc_readings_differ}},
           Case{"psd=y of a public suffix is no fault",
                "co.uk",
                {{"co.uk", "v=DMARC1; p=reject; psd=y" + rua}},
                {}},
       }) {
    CAPTURE(c.name);
    FakeResolver dns = with(c.records);
    CHECK(kinds(dns, c.domain) == c.kinds);
  }
}

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "ingest/dns/dns_snapshot.h"
#include "ingest/dns/zone.h"
#include "report/analysis/readiness/policy_ladder.h"
#include "report/analysis/readiness/spf_cost.h"
#include "report/render/phrases/record_phrases.h"

using namespace dmarcq;

namespace {

PolicyRecord record(std::string_view text) {
  const auto parsed = PolicyRecord::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("policy record: tags keep their order, values and unknown neighbours") {
  struct Row {
    const char *name, *text, *expected;
  };
  for (const Row& row :
       {Row{"plain", "v=DMARC1; p=none; rua=mailto:a@b.example",
            "v=DMARC1; p=none; rua=mailto:a@b.example"},
        Row{"no blanks, semicolon at the end", "v=DMARC1;p=reject;", "v=DMARC1; p=reject"},
        Row{"quoted, in pieces", "\"v=DMARC1; p=no\" \"ne; ruf=mailto:x@y.example\"",
            "v=DMARC1; p=none; ruf=mailto:x@y.example"},
        Row{"unknown tags", "v=DMARC1; p=none; x-mine=7; fo=1",
            "v=DMARC1; p=none; x-mine=7; fo=1"}}) {
    CAPTURE(row.name);
    CHECK(record(row.text).text() == row.expected);
  }
  for (const char* bad :
       {"", "p=none", "v=DMARC2; p=none", "v=DMARC1; p=none; p=reject", "v=DMARC1; reject"}) {
    CAPTURE(bad);
    CHECK_FALSE(PolicyRecord::parse(bad));
  }
}

TEST_CASE("policy record: what is not said follows RFC 9989 section 4.7") {
  CHECK(record("v=DMARC1; p=reject").np() == "reject");
  CHECK(record("v=DMARC1; p=reject; sp=none").np() == "none");
  CHECK(record("v=DMARC1; p=reject; sp=none; np=quarantine").np() == "quarantine");
  CHECK(record("v=DMARC1; p=sometimes; rua=mailto:a@b.example").p() == "none");
  CHECK(record("v=DMARC1; p=reject; t=y").testing());
  CHECK_FALSE(record("v=DMARC1; p=none; adkim=r").strict("adkim"));
}

TEST_CASE("ladder: np first, then a test of quarantine, quarantine, reject; never pct") {
  struct Row {
    const char *name, *now, *target;
    LadderState state;
    const char* next;
    bool back;
  };
  const LadderState ready{.ready = true, .np_safe = true}, not_ready{.np_safe = true}, unsafe{},
      hit{.hurts_own_mail = true};
  for (const Row& row : {
           Row{"not ready: np=reject may go first", "v=DMARC1; p=none; rua=mailto:a@b.example",
               "quarantine", not_ready, "v=DMARC1; p=none; np=reject; rua=mailto:a@b.example",
               false},
           Row{"not ready, own mail below the domain fails: nothing",
               "v=DMARC1; p=none; rua=mailto:a@b.example", "quarantine", unsafe,
               "v=DMARC1; p=none; rua=mailto:a@b.example", false},
           Row{"ready: test of quarantine, pct goes, other tags stay",
               "v=DMARC1; p=none; np=reject; pct=100; fo=1; rua=mailto:a@b.example", "quarantine",
               ready, "v=DMARC1; p=quarantine; np=reject; t=y; fo=1; rua=mailto:a@b.example",
               false},
           Row{"after the test: in full",
               "v=DMARC1; p=quarantine; np=reject; t=y; rua=mailto:a@b.example", "quarantine",
               ready, "v=DMARC1; p=quarantine; np=reject; rua=mailto:a@b.example", false},
           Row{"close the gap below", "v=DMARC1; p=quarantine; sp=none; rua=mailto:a@b.example",
               "quarantine", ready, "v=DMARC1; p=quarantine; rua=mailto:a@b.example", false},
           Row{"reject, for all names below too",
               "v=DMARC1; p=quarantine; sp=none; np=reject; rua=mailto:a@b.example", "reject",
               ready, "v=DMARC1; p=reject; np=reject; rua=mailto:a@b.example", false},
           Row{"there is nothing above", "v=DMARC1; p=reject; rua=mailto:a@b.example", "reject",
               ready, "v=DMARC1; p=reject; rua=mailto:a@b.example", false},
           Row{"reject hits own mail: back to quarantine",
               "v=DMARC1; p=reject; sp=reject; rua=mailto:a@b.example", "reject", hit,
               "v=DMARC1; p=quarantine; sp=quarantine; rua=mailto:a@b.example", true},
           Row{"quarantine hits own mail: back to none",
               "v=DMARC1; p=quarantine; pct=25; rua=mailto:a@b.example", "reject", hit,
               "v=DMARC1; p=none; rua=mailto:a@b.example", true},
       }) {
    CAPTURE(row.name);
    const NextStep step = next_step(record(row.now), row.target, row.state);
    CHECK(step.record == row.next);
    CHECK(step.back == row.back);
    CHECK(step.changes == (std::string(row.next) != record(row.now).text()));
    CHECK(step.record.find("pct") == std::string::npos);
    CHECK_FALSE(phrases_of(step).change.empty());
  }
  struct Below {
    const char* now;
    std::vector<std::string> hurt;
    const char *name, *next;
  };
  for (const Below& row : {
           Below{"v=DMARC1; p=quarantine; t=n; adkim=s; rua=mailto:a@b.example",
                 {"shop.example.com"},
                 "shop.example.com",
                 "v=DMARC1; p=none; adkim=s; rua=mailto:a@b.example"},
           Below{"v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:a@b.example",
                 {"shop.example.com"},
                 "shop.example.com",
                 "v=DMARC1; p=quarantine; rua=mailto:a@b.example"},
           Below{"v=DMARC1; p=none; sp=reject; rua=mailto:a@b.example",
                 {"a.example.com", "b.example.com"},
                 "",
                 "v=DMARC1; p=none; sp=quarantine; rua=mailto:a@b.example"},
           Below{"v=DMARC1; p=reject; np=reject; rua=mailto:a@b.example",
                 {"a.example.com", "b.example.com"},
                 "",
                 "v=DMARC1; p=reject; sp=quarantine; np=quarantine; rua=mailto:a@b.example"},
           // A name that is none is never offered to be copied.
           Below{"v=DMARC1; p=reject; rua=mailto:a@b.example",
                 {"x; curl evil.example"},
                 "",
                 "v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@b.example"},
       }) {
    CAPTURE(row.now);
    const NextStep step = next_step(record(row.now), "reject", {.hurt_below = row.hurt});
    CHECK(step.name == row.name);
    CHECK(step.record == row.next);
    CHECK(step.back);
    CHECK(step.changes);
  }
  const NextStep silent =
      next_step(record("v=DMARC1; p=none"), "quarantine", {.sends_mail = false});
  CHECK(silent.record == "v=DMARC1; p=reject; sp=reject; np=reject");
}

TEST_CASE("zone: names, brackets, quotes and comments of a master file") {
  const auto zone = Zone::parse(R"($TTL 3600
$ORIGIN example.com.
@  IN SOA ns1 hostmaster ( 1 ; serial
       7200 3600 1209600 300 )
   IN TXT ("v=spf1 include:_spf.example.com " "include:_spf.salesforce.com mx -all")
_spf 300 IN TXT "v=spf1 a:mail.example.com ip4:192.0.2.0/24 ?all" ; ours
_dmarc TXT "v=DMARC1; p=none; rua=mailto:a@example.com"
sf1._domainkey CNAME sf1.abc123.custdkim.salesforce.com.
news NS ns1.exacttarget.com.
www A 192.0.2.1
)",
                                "other.example");
  REQUIRE(zone);
  CHECK(zone->origin() == "example.com");
  CHECK(zone->txt("_dmarc.example.com") ==
        std::vector<std::string>{"v=DMARC1; p=none; rua=mailto:a@example.com"});
  CHECK(zone->has("sf1._domainkey.example.com", "CNAME"));
  CHECK(zone->exists("_domainkey.example.com"));
  CHECK_FALSE(zone->exists("nothing.example.com"));
  CHECK(zone->holds("nothing.example.com"));
  CHECK_FALSE(zone->holds("bounce.news.example.com"));  // delegated
  DnsSnapshot dns(*zone);
  const SpfCost cost = spf_cost(dns, "example.com");
  CHECK(cost.records == 1);
  CHECK(cost.lookups == 4);  // two includes, mx, and a inside the zone's own include
  CHECK(cost.unseen == std::vector<std::string>{"_spf.salesforce.com"});

  for (const char* bad :
       {"", "; nothing", "@ IN TXT ( \"a\"", "@ IN TXT \"a\n", "$INCLUDE more.zone\n", "www\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(Zone::parse(bad, "example.com"));
  }
}

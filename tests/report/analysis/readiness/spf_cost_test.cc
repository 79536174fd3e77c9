// SPDX-License-Identifier: MIT
// What an SPF record costs in look-ups, by RFC 7208 section 4.6.4.
#include "report/analysis/readiness/spf_cost.h"
#include "ingest/dns/dns_snapshot.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "report/analysis/dns/spf_tree.h"

using namespace dmarcq;

namespace {

using Names = std::vector<std::string>;

/// Of example.com, in a zone of that name.
SpfCost cost_of(const std::string& lines, std::string_view name = "example.com") {
  const auto zone = Zone::parse(lines, "example.com");
  REQUIRE(zone);
  DnsSnapshot dns(*zone);
  return spf_cost(dns, name);
}

/// Of a zone with this record alone.
SpfCost cost_of_record(const std::string& record) { return cost_of("@ TXT \"" + record + "\"\n"); }

}  // namespace

TEST_CASE("spf cost: -all decides, of one record, at the top or where it redirects to") {
  struct Case {
    const char *name, *zone;
    bool hard_fail;
  };
  for (const Case& c : {
           Case{"-all", "@ TXT \"v=spf1 mx -all\"\n", true},
           Case{"near miss: ~all", "@ TXT \"v=spf1 mx ~all\"\n", false},
           Case{"near miss: no all", "@ TXT \"v=spf1 mx\"\n", false},
           Case{"the first all counts", "@ TXT \"v=spf1 ~all -all\"\n", false},
           Case{"redirected to",
                "@ TXT \"v=spf1 redirect=_spf.example.com\"\n_spf TXT \"v=spf1 -all\"\n", true},
           Case{"near miss: an include ends only itself",
                "@ TXT \"v=spf1 include:_spf.example.com ~all\"\n_spf TXT \"v=spf1 -all\"\n",
                false},
           Case{"near miss: two records are an error",
                "@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 mx -all\"\n", false},
           Case{"near miss: no record", "www TXT \"v=spf1 -all\"\n", false},
       }) {
    CAPTURE(c.name);
    CHECK(cost_of(c.zone).hard_fail == c.hard_fail);
  }
}

TEST_CASE("spf cost: terms that need DNS, and those that only look like them") {
  struct Case {
    const char *name, *record;
    unsigned lookups;
  };
  for (const Case& c : {
           Case{"nothing but all", "v=spf1 -all", 0},
           Case{"version alone", "v=spf1", 0},
           Case{"addresses cost nothing", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all", 0},
           Case{"a", "v=spf1 a -all", 1},
           Case{"a of another name", "v=spf1 a:mail.example.net -all", 1},
           Case{"a with a prefix length", "v=spf1 a/24 -all", 1},
           Case{"a with two prefix lengths", "v=spf1 a:mail.example.net/24//64 -all", 1},
           Case{"mx", "v=spf1 mx -all", 1},
           Case{"mx of another name", "v=spf1 mx:example.net -all", 1},
           Case{"mx with a prefix length", "v=spf1 mx/28 -all", 1},
           Case{"ptr", "v=spf1 ptr -all", 1},
           Case{"exists", "v=spf1 exists:%{i}._spf.example.net -all", 1},
           Case{"every qualifier", "v=spf1 +a ?mx ~ptr -exists:x.example.net -all", 4},
           Case{"upper case", "V=SPF1 A MX:EXAMPLE.NET -ALL", 2},
           Case{"the same term twice", "v=spf1 mx mx -all", 2},
           Case{"several blanks", "v=spf1   a   mx   -all", 2},
           Case{"near miss: exp is fetched for a failure only", "v=spf1 exp=why.example.net -all",
                0},
           Case{"near miss: an unknown modifier", "v=spf1 a=1 mx=2 -all", 0},
           Case{"near miss: words that begin as a mechanism does",
                "v=spf1 all ax mx2 pointer existence", 0},
           Case{"include", "v=spf1 include:_spf.example.net -all", 1},
           Case{"include with a qualifier", "v=spf1 ?include:_spf.example.net -all", 1},
           Case{"redirect", "v=spf1 redirect=_spf.example.net", 1},
           Case{"exactly ten", "v=spf1 a a a a a mx mx mx mx mx -all", 10},
           Case{"more than ten are counted on", "v=spf1 a a a a a mx mx mx mx mx ptr -all", 11},
       }) {
    CAPTURE(c.name);
    const SpfCost cost = cost_of_record(c.record);
    CHECK(cost.records == 1);
    CHECK(cost.lookups == c.lookups);
  }
}

TEST_CASE("spf cost: what is no SPF record") {
  for (const char* record : {"v=spf10 a mx -all", "v=spf2.0/pra a mx -all", "v=DMARC1; p=none",
                             "spf1 a mx -all", "a mx v=spf1 -all", "v=spf1; a mx -all", ""}) {
    CAPTURE(record);
    const SpfCost cost = cost_of_record(record);
    CHECK(cost.records == 0);
    CHECK(cost.lookups == 0);
    CHECK(cost.unseen.empty());
  }
}

TEST_CASE("spf cost: records of the name itself") {
  CHECK(cost_of("@ TXT \"v=spf1 mx -all\"\n@ TXT \"unrelated\"\n").records == 1);
  CHECK(cost_of("@ TXT \"v=spf1 mx -all\"\n@ TXT \"v=spf1 a -all\"\n").records == 2);
  CHECK(cost_of("www TXT \"v=spf1 mx -all\"\n").records == 0);
  CHECK(cost_of("@ TXT \"v=spf1 mx -all\"\n", "Example.COM").records == 1);
  CHECK(cost_of("www TXT \"v=spf1 a mx -all\"\n", "www.example.com").lookups == 2);
  // The records of an include are not the name's own.
  CHECK(cost_of("@ TXT \"v=spf1 include:_spf.example.com -all\"\n"
                "_spf TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n")
            .records == 1);
}

TEST_CASE("spf cost: includes inside the zone are counted in, those outside are named") {
  struct Case {
    const char *name, *zone;
    unsigned lookups;
    Names unseen;
  };
  for (const Case& c : {
           Case{"inside",
                "@ TXT \"v=spf1 include:_spf.example.com -all\"\n_spf TXT \"v=spf1 a mx -all\"\n",
                3,
                {}},
           Case{"inside, in upper case and with a final dot",
                "@ TXT \"v=spf1 include:_SPF.Example.com. -all\"\n_spf TXT \"v=spf1 a -all\"\n",
                2,
                {}},
           Case{"two deep",
                "@ TXT \"v=spf1 include:one.example.com -all\"\n"
                "one TXT \"v=spf1 a include:two.example.com -all\"\n"
                "two TXT \"v=spf1 mx ptr -all\"\n",
                5,
                {}},
           Case{"redirect inside",
                "@ TXT \"v=spf1 mx redirect=_spf.example.com\"\n_spf TXT \"v=spf1 a -all\"\n",
                3,
                {}},
           Case{"outside",
                "@ TXT \"v=spf1 include:_spf.example.net a -all\"\n",
                2,
                {"_spf.example.net"}},
           Case{"redirect outside",
                "@ TXT \"v=spf1 redirect=_spf.example.net\"\n",
                1,
                {"_spf.example.net"}},
           Case{"outside, in an include inside",
                "@ TXT \"v=spf1 include:_spf.example.com include:a.example.net -all\"\n"
                "_spf TXT \"v=spf1 include:b.example.net -all\"\n",
                3,
                {"b.example.net", "a.example.net"}},
           Case{"near miss: a name that only ends in the zone's letters",
                "@ TXT \"v=spf1 include:spf.notexample.com -all\"\n",
                1,
                {"spf.notexample.com"}},
           Case{"delegated away",
                "@ TXT \"v=spf1 include:_spf.news.example.com -all\"\n"
                "news NS ns1.example.net.\n",
                1,
                {"_spf.news.example.com"}},
           Case{"near miss: mechanisms of other names are no records to look into",
                "@ TXT \"v=spf1 a:www.example.com exists:www.example.com -all\"\n"
                "www TXT \"v=spf1 a mx ptr -all\"\n",
                2,
                {}},
       }) {
    CAPTURE(c.name);
    const SpfCost cost = cost_of(c.zone);
    CHECK(cost.records == 1);
    CHECK(cost.lookups == c.lookups);
    CHECK(cost.unseen == c.unseen);
  }
}

TEST_CASE("spf cost: includes that go round come to an end") {
  CHECK(cost_of("@ TXT \"v=spf1 include:example.com -all\"\n").lookups == 1);
  const SpfCost round = cost_of(
      "@ TXT \"v=spf1 include:a.example.com -all\"\n"
      "a TXT \"v=spf1 mx include:b.example.com -all\"\n"
      "b TXT \"v=spf1 redirect=example.com\"\n");
  CHECK(round.records == 1);
  CHECK(round.lookups == 4);
  CHECK(round.unseen.empty());
}

TEST_CASE("spf cost: the strings of a record run together without a blank") {
  CHECK(cost_of("@ TXT (\"v=spf1 a m\" \"x -all\")\n").lookups == 2);
  CHECK(cost_of("@ TXT (\"v=spf1 a\" \"mx -all\")\n").lookups == 0);  // "amx" is no mechanism
}

TEST_CASE("spf cost: what is reached twice costs twice, what is never evaluated costs nothing") {
  struct Case {
    const char *name, *zone;
    unsigned lookups;
    Names unseen;
  };
  for (const Case& c : {
           Case{"the same include twice",
                "@ TXT \"v=spf1 include:d.example.com include:d.example.com -all\"\n"
                "d TXT \"v=spf1 a mx ptr -all\"\n",
                8,
                {}},
           Case{"two includes that include a third",
                "@ TXT \"v=spf1 include:a.example.com include:b.example.com -all\"\n"
                "a TXT \"v=spf1 include:d.example.com -all\"\n"
                "b TXT \"v=spf1 include:d.example.com -all\"\n"
                "d TXT \"v=spf1 a mx ptr -all\"\n",
                10,
                {}},
           Case{"unseen names are named once",
                "@ TXT \"v=spf1 include:x.example.net include:x.example.net -all\"\n",
                2,
                {"x.example.net"}},
           Case{"nothing after all", "@ TXT \"v=spf1 a -all mx include:x.example.net\"\n", 1, {}},
           Case{"no redirect beside all, wherever it stands",
                "@ TXT \"v=spf1 redirect=x.example.net a -all\"\n",
                1,
                {}},
           Case{"near miss: a name that begins with all",
                "@ TXT \"v=spf1 allow a redirect=x.example.net\"\n",
                2,
                {"x.example.net"}},
           Case{"a loop ends",
                "@ TXT \"v=spf1 a include:b.example.com -all\"\n"
                "b TXT \"v=spf1 mx include:example.com -all\"\n",
                4,
                {}},
       }) {
    CAPTURE(c.name);
    const SpfCost cost = cost_of(c.zone);
    CHECK(cost.lookups == c.lookups);
    CHECK(cost.unseen == c.unseen);
  }
  // Forty includes, each of the next one twice: 2^40 terms.
  std::string zone = "@ TXT \"v=spf1 include:n0.example.com -all\"\n";
  for (int i = 0; i < 40; ++i) {
    const std::string next = "include:n" + std::to_string(i + 1) + ".example.com ";
    zone += "n" + std::to_string(i) + " TXT \"v=spf1 " + next + next + "-all\"\n";
  }
  zone += "n40 TXT \"v=spf1 a -all\"\n";
  CHECK(cost_of(zone).lookups == SpfTree::most_lookups);
}

// SPDX-License-Identifier: MIT
// check_host() of RFC 7208, on a zone of this file's own. tests/support/run_spf_suite.py runs other
// suites.
#include "parser/message_auth/spf_check.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ingest/dns/dns_snapshot.h"

using namespace dmarcq;

namespace {

/// Of the zone "example", in which what is not listed does not exist.
DnsSnapshot zone_of(const std::string& lines) {
  auto snapshot =
      DnsSnapshot::parse("$ORIGIN example.\n@ SOA ns host 1 2 3 4 5\n" + lines +
                         "\n$ORIGIN in-addr.arpa.\n"
                         "9.2.0.192 PTR mail.com.example.\n9.2.0.192 PTR liar.example.\n"
                         "8.2.0.192 PTR liar.example.\n"
                         ";; UNKNOWN slow.example. TXT time-out\n;; SERVFAIL slow.example. A\n"
                         ";; SERVFAIL slow.example. MX\n;; SERVFAIL 7.2.0.192.in-addr.arpa. PTR\n"
                         ";; NXDOMAIN 6.2.0.192.in-addr.arpa.\n");
  REQUIRE(snapshot);
  return *snapshot;
}

const char* const hosts =
    "mail.com A 192.0.2.9\nmail.com AAAA 2001:db8::9\nliar A 203.0.113.1\n"
    "com A 192.0.2.1\ncom MX 10 mail.com\ncom MX 20 mx2.com\nmx2.com A 192.0.2.20\n"
    "nullmx MX 0 .\nalias CNAME mail.com\n"
    "_pass TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n_fail TXT \"v=spf1 -all\"\n"
    "_soft TXT \"v=spf1 ~all\"\n_neutral TXT \"v=spf1 ?all\"\n_plain TXT \"nothing\"\n"
    "_broken TXT \"v=spf1 foo\"\n_two TXT \"v=spf1 a\"\n_two TXT \"v=spf1 mx\"\n"
    "why TXT \"%{i} may not send for %{d}\"\nbadwhy TXT \"%{nonsense\"\n"
    "twowhy TXT \"a\"\ntwowhy TXT \"b\"\nodd TXT \"caf\\195\\169\"\n"
    "9.2.0.192.list A 127.0.0.2\nuser.mail.list A 127.0.0.2\n"
    "cut TXT \"v=spf1 include:_pass.example redirect=_fail.example\"\n"
    "dangle CNAME gone.elsewhere.\n";

SpfCheck check(const std::string& record, const char* ip = "192.0.2.9",
               const char* sender = "user@com.example") {
  DnsSnapshot zone = zone_of(hosts + ("com TXT \"" + record + "\"\n"));
  return check_spf({.ip = *IpAddress::parse(ip), .mail_from = sender, .helo = "mail.com.example"},
                   zone);
}

}  // namespace

TEST_CASE("SPF: each mechanism, hit and miss") {
  struct Row {
    const char *record, *ip;
    SpfResult expected;
    const char* term;
    unsigned lookups, voids;
  };
  using enum SpfResult;
  const Row rows[] = {
      {"v=spf1", "192.0.2.9", neutral, "", 0, 0},
      {"v=spf1 -all", "192.0.2.9", fail, "-all", 0, 0},
      {"v=spf1 +all", "192.0.2.9", pass, "+all", 0, 0},
      {"v=spf1 ~all", "192.0.2.9", softfail, "~all", 0, 0},
      {"v=spf1 ?all", "192.0.2.9", neutral, "?all", 0, 0},
      {"v=spf1 -all +all", "192.0.2.9", fail, "-all", 0, 0},
      {"v=spf1 ip4:192.0.2.9 -all", "192.0.2.9", pass, "ip4:192.0.2.9", 0, 0},
      {"v=spf1 ip4:192.0.2.9 -all", "192.0.2.10", fail, "-all", 0, 0},
      {"v=spf1 ip4:192.0.2.0/25 -all", "192.0.2.127", pass, "ip4:192.0.2.0/25", 0, 0},
      {"v=spf1 ip4:192.0.2.0/25 -all", "192.0.2.128", fail, "-all", 0, 0},
      {"v=spf1 ip4:0.0.0.0/0 -all", "2001:db8::1", fail, "-all", 0, 0},
      {"v=spf1 ip6:::/0 -all", "192.0.2.9", fail, "-all", 0, 0},
      {"v=spf1 ip6:2001:db8::/32 -all", "2001:db8:ffff::1", pass, "ip6:2001:db8::/32", 0, 0},
      {"v=spf1 ip6:2001:db8::/32 -all", "2001:db9::", fail, "-all", 0, 0},
      {"v=spf1 ip4:192.0.2.9 -all", "::ffff:192.0.2.9", pass, "ip4:192.0.2.9", 0, 0},
      {"v=spf1 ip6:::ffff:192.0.2.9 -all", "192.0.2.9", fail, "-all", 0, 0},
      {"v=spf1 a -all", "192.0.2.1", pass, "a", 1, 0},
      {"v=spf1 a -all", "192.0.2.2", fail, "-all", 1, 0},
      {"v=spf1 a/24 -all", "192.0.2.2", pass, "a/24", 1, 0},
      {"v=spf1 a:mail.com.example -all", "192.0.2.9", pass, "a:mail.com.example", 1, 0},
      {"v=spf1 a:mail.com.example -all", "2001:db8::9", pass, "a:mail.com.example", 1, 0},
      {"v=spf1 a:mail.com.example//64 -all", "2001:db8::1", pass, "a:mail.com.example//64", 1, 0},
      {"v=spf1 a:mail.com.example/24 -all", "2001:db8::1", fail, "-all", 1, 0},
      {"v=spf1 a:alias.example -all", "192.0.2.9", pass, "a:alias.example", 1, 0},
      {"v=spf1 a:gone.example -all", "192.0.2.9", fail, "-all", 1, 1},
      {"v=spf1 a -all", "2001:db8::1", fail, "-all", 1, 1},
      {"v=spf1 a:mail.%{d} -all", "192.0.2.9", pass, "a:mail.%{d}", 1, 0},
      {"v=spf1 mx -all", "192.0.2.9", pass, "mx", 1, 0},
      {"v=spf1 mx -all", "192.0.2.20", pass, "mx", 1, 0},
      {"v=spf1 mx -all", "192.0.2.1", fail, "-all", 1, 0},
      {"v=spf1 mx/28 -all", "192.0.2.31", pass, "mx/28", 1, 0},
      {"v=spf1 mx:nullmx.example -all", "192.0.2.9", fail, "-all", 1, 0},
      {"v=spf1 mx:gone.example -all", "192.0.2.9", fail, "-all", 1, 1},
      {"v=spf1 ptr -all", "192.0.2.9", pass, "ptr", 1, 0},
      {"v=spf1 ptr:example.net -all", "192.0.2.9", fail, "-all", 1, 0},
      {"v=spf1 ptr:liar.example -all", "192.0.2.9", fail, "-all", 1, 0},  // it does not lead back
      {"v=spf1 ptr:il.com.example -all", "192.0.2.9", fail, "-all", 1, 0},
      {"v=spf1 ptr -all", "192.0.2.8", fail, "-all", 1, 0},
      {"v=spf1 ptr -all", "192.0.2.7", fail, "-all", 1, 0},  // SERVFAIL: no match (section 5.5)
      {"v=spf1 ptr -all", "192.0.2.6", fail, "-all", 1, 1},
      {"v=spf1 exists:%{ir}.list.example -all", "192.0.2.9", pass, "exists:%{ir}.list.example", 1,
       0},
      {"v=spf1 exists:%{ir}.list.example -all", "192.0.2.10", fail, "-all", 1, 1},
      {"v=spf1 exists:%{l}.mail.list.example -all", "2001:db8::5", pass,
       "exists:%{l}.mail.list.example", 1, 0},
      {"v=spf1 exists:%{h} -all", "203.0.113.5", pass, "exists:%{h}", 1, 0},
      {"v=spf1 exists:%{p} -all", "192.0.2.9", pass, "exists:%{p}", 1, 0},
      {"v=spf1 exists:%{p}.example -all", "203.0.113.5", fail, "-all", 1, 1},
      {"v=spf1 a:a..example -all", "192.0.2.9", fail, "-all", 1, 0},
      {"v=spf1 unknown=x -all", "192.0.2.9", fail, "-all", 0, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    CAPTURE(row.ip);
    const SpfCheck result = check(row.record, row.ip);
    CHECK(result.result == row.expected);
    CHECK(result.term == row.term);
    CHECK(result.lookups == row.lookups);
    CHECK(result.void_lookups == row.voids);
    CHECK(result.reason == "");
    CHECK(result.domain == "com.example");
  }
}

TEST_CASE("SPF: include and redirect") {
  struct Row {
    const char* record;
    SpfResult expected;
    const char *term, *reason;
    unsigned lookups;
  };
  using enum SpfResult;
  const Row rows[] = {
      {"v=spf1 include:_pass.example -all", pass, "include:_pass.example", "", 1},
      {"v=spf1 ?include:_pass.example -all", neutral, "?include:_pass.example", "", 1},
      {"v=spf1 -include:_pass.example +all", fail, "-include:_pass.example", "", 1},
      {"v=spf1 include:_fail.example ~all", softfail, "~all", "", 1},
      {"v=spf1 include:_soft.example -all", fail, "-all", "", 1},
      {"v=spf1 include:_neutral.example -all", fail, "-all", "", 1},
      {"v=spf1 include:gone.example -all", permerror, "",
       "include:gone.example of com.example: gone.example has no SPF record", 1},
      {"v=spf1 include:_plain.example -all", permerror, "",
       "include:_plain.example of com.example: _plain.example has no SPF record", 1},
      {"v=spf1 include:_broken.example -all", permerror, "",
       "include:_broken.example of com.example: 'foo' in the record of _broken.example: unknown "
       "mechanism",
       1},
      {"v=spf1 include:_two.example -all", permerror, "",
       "include:_two.example of com.example: _two.example has more than one SPF record", 1},
      {"v=spf1 include:slow.example -all", temperror, "", "TXT of slow.example: time-out", 1},
      {"v=spf1 a:slow.example -all", temperror, "", "A of slow.example: SERVFAIL", 1},
      {"v=spf1 mx:slow.example -all", temperror, "", "MX of slow.example: SERVFAIL", 1},
      {"v=spf1 exists:slow.example -all", temperror, "", "A of slow.example: SERVFAIL", 1},
      {"v=spf1 ip4:192.0.2.9 include:gone.example", pass, "ip4:192.0.2.9", "", 0},
      {"v=spf1 redirect=_pass.example", pass, "ip4:192.0.2.0/24", "", 1},
      {"v=spf1 redirect=_fail.example", fail, "-all", "", 1},
      {"v=spf1 redirect=_fail.example ~all", softfail, "~all", "", 0},
      {"v=spf1 redirect=cut.example", pass, "include:_pass.example", "", 2},
      {"v=spf1 redirect=gone.example", permerror, "",
       "redirect=gone.example of com.example: gone.example has no SPF record", 1},
      {"v=spf1 ip4:192.0.2.9 redirect=gone.example", pass, "ip4:192.0.2.9", "", 0},
      {"v=spf1 include:cut.example -all", pass, "include:cut.example", "", 2},
      {"v=spf1 include:com.example -all", permerror, "", "more than 10 DNS look-ups", 11},
      {"v=spf1 redirect=com.example", permerror, "", "more than 10 DNS look-ups", 11},
      {"v=spf1 foo -all", permerror, "", "'foo' in the record of com.example: unknown mechanism",
       0},
      {"v=spf1 ip4:192.0.2.9 ip4:1.2", permerror, "",
       "'ip4:1.2' in the record of com.example: not an IPv4 address", 0},
      {"v=spf1 include:dangle.example -all", temperror, "",
       "TXT of dangle.example: not in the snapshot", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    const SpfCheck result = check(row.record);
    CHECK(result.result == row.expected);
    CHECK(result.term == row.term);
    CHECK(result.lookups == row.lookups);
    if (result.lookups <= 10) CHECK(result.reason == row.reason);
    CHECK(result.reason.ends_with(row.reason));
  }
}

TEST_CASE("SPF: the limits") {
  struct Row {
    const char *name, *record;
    SpfResult expected;
    unsigned lookups, voids;
  };
  using enum SpfResult;
  const Row rows[] = {
      {"ten look-ups", "v=spf1 a a a a a a a a a a -all", fail, 10, 0},
      {"eleven", "v=spf1 a a a a a a a a a a a -all", permerror, 11, 0},
      {"eleven, but one matches before", "v=spf1 a a a a a a a a a a:mail.com.example a", pass, 10,
       0},
      {"addresses cost nothing",
       "v=spf1 ip4:192.0.3.1 ip4:192.0.3.2 ip4:192.0.3.3 ip4:192.0.3.4 ip4:192.0.3.5 ip4:192.0.3.6 "
       "ip4:192.0.3.7 ip4:192.0.3.8 ip4:192.0.3.9 ip4:192.0.3.10 ip4:192.0.3.11 -all",
       fail, 0, 0},
      {"two voids", "v=spf1 a:g1.example a:g2.example -all", fail, 2, 2},
      {"three voids", "v=spf1 a:g1.example a:g2.example a:g3.example -all", permerror, 3, 3},
      {"the same name is void each time", "v=spf1 a:g.example a:g.example a:g.example -all",
       permerror, 3, 3},
      {"voids of exists and mx", "v=spf1 exists:g.example mx:g.example a:g.example -all", permerror,
       3, 3},
      {"a null MX is not void", "v=spf1 mx:nullmx.example mx:nullmx.example mx:nullmx.example -all",
       fail, 3, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const SpfCheck result = check(row.record);
    CHECK(result.result == row.expected);
    CHECK(result.lookups == row.lookups);
    CHECK(result.void_lookups == row.voids);
  }
  for (const int exchangers : {10, 11}) {
    std::string lines = "com TXT \"v=spf1 mx:many.example -all\"\n";
    for (int i = 0; i < exchangers; ++i) {
      lines += "many MX 10 m" + std::to_string(i) + "\n";
      lines += "m" + std::to_string(i) + " A 192.0.2." + std::to_string(50 + i) + "\n";
    }
    DnsSnapshot zone = zone_of(lines);
    const SpfCheck result = check_spf(
        {.ip = *IpAddress::parse("192.0.2.59"), .mail_from = "a@com.example", .helo = ""}, zone);
    CHECK(result.result == (exchangers == 10 ? pass : permerror));
  }
}

TEST_CASE("SPF: which name is checked") {
  struct Row {
    const char *sender, *helo;
    SpfResult expected;
    const char *domain, *reason;
  };
  using enum SpfResult;
  const Row rows[] = {
      {"user@com.example", "x.example", pass, "com.example", ""},
      {"com.example", "x.example", pass, "com.example", ""},
      {"@com.example", "x.example", pass, "com.example", ""},
      {"user@COM.Example.", "x.example", pass, "com.example", ""},
      {"\"a@b\"@com.example", "x.example", pass, "com.example", ""},
      {"", "com.example", pass, "com.example", ""},
      {"", "mail", none, "mail", "'mail' is not a domain name of several labels"},
      {"", "[192.0.2.9]", none, "[192.0.2.9]",
       "'[192.0.2.9]' is not a domain name of several labels"},
      {"", "", none, "", "'' is not a domain name of several labels"},
      {"user@a..example", "com.example", none, "a..example",
       "'a..example' is not a domain name of several labels"},
      {"user@gone.example", "com.example", none, "gone.example", "gone.example has no SPF record"},
      {"user@slow.example", "com.example", temperror, "slow.example",
       "TXT of slow.example: time-out"},
  };
  DnsSnapshot zone = zone_of(std::string(hosts) + "com TXT \"v=spf1 ip4:192.0.2.9 -all\"\n");
  for (const Row& row : rows) {
    CAPTURE(row.sender);
    const SpfCheck result = check_spf(
        {.ip = *IpAddress::parse("192.0.2.9"), .mail_from = row.sender, .helo = row.helo}, zone);
    CHECK(result.result == row.expected);
    CHECK(result.domain == row.domain);
    CHECK(result.reason == row.reason);
  }
}

TEST_CASE("SPF: explanations") {
  struct Row {
    const char *record, *expected;
  };
  const Row rows[] = {
      {"v=spf1 -all exp=why.example", "203.0.113.7 may not send for com.example"},
      {"v=spf1 exp=why.example -all", "203.0.113.7 may not send for com.example"},
      {"v=spf1 ~all exp=why.example", ""},
      {"v=spf1 -all exp=badwhy.example", ""},
      {"v=spf1 -all exp=twowhy.example", ""},
      {"v=spf1 -all exp=odd.example", ""},
      {"v=spf1 -all exp=gone.example", ""},
      {"v=spf1 -all exp=slow.example", ""},
      {"v=spf1 redirect=_fail.example exp=why.example", ""},
      {"v=spf1 include:_fail.example -all", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    CHECK(check(row.record, "203.0.113.7").explanation == row.expected);
  }
}

TEST_CASE("SPF: the chain of records") {
  const SpfCheck result = check("v=spf1 include:_fail.example redirect=cut.example");
  CHECK(result.result == SpfResult::pass);
  REQUIRE(result.chain.size() == 4);
  CHECK(result.chain[0].domain == "com.example");
  CHECK(result.chain[0].term == "redirect=cut.example");
  CHECK(result.chain[1].domain == "_fail.example");
  CHECK(result.chain[1].reached == "include:_fail.example");
  CHECK(result.chain[1].depth == 1);
  CHECK(result.chain[1].result == SpfResult::fail);
  CHECK(result.chain[1].term == "-all");
  CHECK(result.chain[2].domain == "cut.example");
  CHECK(result.chain[2].depth == 0);
  CHECK(result.chain[2].term == "include:_pass.example");
  CHECK(result.chain[3].record == "v=spf1 ip4:192.0.2.0/24 -all");
  CHECK(result.chain[3].result == SpfResult::pass);
}

// SPDX-License-Identifier: MIT
#include "report/analysis/dns/mail_policy_health.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

using Kind = DomainFault::Kind;
using State = MxHealth::State;

std::vector<Kind> kinds(const std::vector<DomainFault>& faults) {
  std::vector<Kind> list;
  for (const DomainFault& fault : faults) list.push_back(fault.kind);
  return list;
}

FakeResolver with_mx(const std::vector<std::string>& lines) {
  FakeResolver dns;
  for (const std::string& line : lines) dns.record("example.com", RecordType::mx, line);
  dns.record("mx1.example.com", RecordType::a, "192.0.2.1")
      .record("mx2.example.com", RecordType::aaaa, "2001:db8::2")
      .alias("alias.example.com", "mx1.example.com");
  return dns;
}

}  // namespace

TEST_CASE("mx: hosts, null MX, and what has none") {
  struct Case {
    const char* name;
    std::vector<std::string> lines;
    State state;
    std::vector<std::string> hosts;
    std::vector<Kind> faults;
  };
  for (const Case& c : {
           Case{"by preference",
                {"20 mx2.example.com", "5 mx1.example.com"},
                State::hosts,
                {"mx1.example.com", "mx2.example.com"},
                {}},
           Case{"null MX", {"0 ."}, State::null_mx, {}, {}},
           Case{"null MX beside another",
                {"0 .", "10 mx1.example.com"},
                State::hosts,
                {"mx1.example.com"},
                {Kind::null_mx_mixed}},
           Case{"a host without address",
                {"10 mx9.example.com"},
                State::hosts,
                {"mx9.example.com"},
                {Kind::mx_missing}},
           Case{"an alias",
                {"10 alias.example.com"},
                State::hosts,
                {"alias.example.com"},
                {Kind::mx_alias}},
           Case{"none", {}, State::nothing, {}, {}},
       }) {
    CAPTURE(c.name);
    FakeResolver dns = with_mx(c.lines);
    const MxHealth health = check_mx("example.com", dns);
    CHECK(health.state == c.state);
    CHECK(health.hosts == c.hosts);
    CHECK(kinds(health.faults) == c.faults);
  }
  FakeResolver dns = with_mx({});
  dns.record("example.com", RecordType::a, "192.0.2.1");
  MxHealth health = check_mx("example.com", dns);
  CHECK(health.state == State::address_only);
  CHECK(kinds(health.faults) == std::vector{Kind::no_mx});
  dns.silent("example.com");
  health = check_mx("example.com", dns);
  CHECK(health.state == State::unknown);
  CHECK(kinds(health.faults) == std::vector{Kind::unanswered});
}

TEST_CASE("a domain without mail: what it should publish") {
  struct Case {
    const char* name;
    State mx;
    const char *spf, *policy;
    bool parked;
    std::vector<Kind> faults;
  };
  for (const Case& c : {
           Case{"all of it", State::null_mx, "v=spf1 -all", "reject", true, {}},
           Case{"case and blanks", State::null_mx, "V=SPF1  -ALL", "reject", true, {}},
           Case{"no null MX",
                State::nothing,
                "v=spf1 -all",
                "reject",
                true,
                {Kind::parked_no_null_mx}},
           Case{"no SPF", State::null_mx, "", "reject", true, {}},
           Case{"policy", State::null_mx, "v=spf1 -all", "none", true, {Kind::parked_policy}},
           Case{"no policy", State::null_mx, "v=spf1 -all", "", true, {Kind::parked_policy}},
           Case{"it sends", State::null_mx, "v=spf1 a -all", "none", false, {}},
           Case{"it receives", State::hosts, "v=spf1 -all", "none", false, {}},
           Case{"nothing is known", State::nothing, "", "", false, {}},
           Case{"no answer", State::unknown, "v=spf1 -all", "none", false, {}},
       }) {
    CAPTURE(c.name);
    const auto faults = check_parked("example.com", {.state = c.mx}, c.spf, c.policy);
    CHECK(faults.has_value() == c.parked);
    if (faults) CHECK(kinds(*faults) == c.faults);
  }
}

TEST_CASE("mta-sts: record, policy, and the hosts it covers") {
  const MxHealth mx{.state = State::hosts, .hosts = {"mx1.example.com"}};
  struct Case {
    const char* name;
    std::vector<std::string> records;
    std::optional<std::string> policy;
    std::vector<Kind> faults;
  };
  const std::string rest = "max_age: 604800\n", head = "version: STSv1\n";
  for (const Case& c : {
           Case{"none", {}, {}, {}},
           Case{"not fetched", {"v=STSv1; id=1"}, {}, {Kind::sts_not_fetched}},
           Case{
               "good", {"v=STSv1; id=1"}, head + "mode: enforce\nmx: mx1.example.com\n" + rest, {}},
           Case{"wildcard",
                {"v=STSv1; id=1"},
                head + "mode: enforce\nmx: *.example.com\n" + rest,
                {}},
           Case{"uncovered",
                {"v=STSv1; id=1"},
                head + "mode: enforce\nmx: mx2.example.com\n" + rest,
                {Kind::sts_mx_uncovered}},
           Case{"testing",
                {"v=STSv1; id=1"},
                head + "mode: testing\nmx: mx1.example.com\n" + rest,
                {Kind::sts_not_enforced}},
           Case{"short",
                {"v=STSv1; id=1"},
                head + "mode: enforce\nmx: mx1.example.com\nmax_age: 86399\n",
                {Kind::sts_short_age}},
           Case{"bad policy", {"v=STSv1; id=1"}, "<html>", {Kind::sts_bad_policy}},
           Case{"bad record", {"v=STSv1"}, {}, {Kind::sts_bad_record, Kind::sts_not_fetched}},
           Case{"two records",
                {"v=STSv1; id=1", "v=STSv1; id=2"},
                {},
                {Kind::sts_several, Kind::sts_not_fetched}},
           Case{"other text beside it", {"v=STSv1; id=1", "x"}, {}, {Kind::sts_not_fetched}},
       }) {
    CAPTURE(c.name);
    FakeResolver dns;
    for (const std::string& record : c.records) dns.text("_mta-sts.example.com", record);
    const MtaStsPolicySource source{.copy = c.policy, .fetch = {}};
    CHECK(kinds(check_mta_sts("example.com", source, mx, dns).faults) == c.faults);
  }
}

TEST_CASE(
    "mta-sts: a policy that cannot be had is a fault, and is asked for only beside a record") {
  int asked = 0;
  const MtaStsPolicySource source{
      .copy = {},
      .fetch = [&](const std::string& domain) -> std::expected<std::string, std::string> {
        ++asked;
        return std::unexpected(domain + ": status 404");
      }};
  FakeResolver without, with;
  with.text("_mta-sts.example.com", "v=STSv1; id=1");
  CHECK(check_mta_sts("example.com", source, {}, without).faults.empty());
  CHECK(asked == 0);
  CHECK(kinds(check_mta_sts("example.com", {.copy = "<html>", .fetch = {}}, {}, without).faults) ==
        std::vector<Kind>{Kind::sts_bad_policy});
  const MtaStsHealth health = check_mta_sts("example.com", source, {}, with);
  CHECK(asked == 1);
  REQUIRE(kinds(health.faults) == std::vector<Kind>{Kind::sts_unavailable});
  CHECK(health.faults.front().value == "example.com: status 404");
  CHECK_FALSE(health.policy);
}

TEST_CASE("tls reporting and bimi") {
  FakeResolver dns;
  CHECK(check_tls_rpt("example.com", dns).faults.empty());
  dns.text("_smtp._tls.example.com", "v=TLSRPTv1; rua=mailto:t@example.com");
  CHECK(check_tls_rpt("example.com", dns).destinations.size() == 1);
  dns.text("_smtp._tls.example.com", "v=TLSRPTv1; rua=mailto:u@example.com");
  CHECK(kinds(check_tls_rpt("example.com", dns).faults) == std::vector{Kind::tls_rpt_several});

  CHECK(!check_bimi("example.com", nullptr, dns).record);
  dns.text("default._bimi.example.com", "v=BIMI1; l=https://example.com/l.svg");
  struct Case {
    const char *policy, *obstacle;
  };
  for (const Case& c : {
           Case{"v=DMARC1; p=reject", ""},
           Case{"v=DMARC1; p=quarantine; sp=reject", ""},
           Case{"v=DMARC1; p=quarantine; pct=100", ""},
           Case{"v=DMARC1; p=none", "p=none"},
           Case{"v=DMARC1; p=reject; sp=none", "sp=none"},
           Case{"v=DMARC1; p=reject; t=y", "t=y"},
           Case{"v=DMARC1; p=reject; pct=50", "pct=50"},
           Case{nullptr, "no DMARC record"},
       }) {
    std::optional<PolicyRecord> record;
    if (c.policy != nullptr) record = *PolicyRecord::parse(c.policy);
    const auto faults = check_bimi("example.com", record ? &*record : nullptr, dns).faults;
    CHECK((faults.empty() ? "" : faults.front().value) == c.obstacle);
  }
}

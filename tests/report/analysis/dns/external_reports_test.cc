// SPDX-License-Identifier: MIT
#include "report/analysis/dns/external_reports.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

using Kind = DomainFault::Kind;

ExternalReports check(FakeResolver& dns, const std::string& rua,
                      const std::string& at = "example.com") {
  const auto record = PolicyRecord::parse("v=DMARC1; p=none; rua=" + rua);
  REQUIRE(record);
  return check_report_destinations(at, *record, dns);
}

std::vector<Kind> kinds(const ExternalReports& reports) {
  std::vector<Kind> list;
  for (const DomainFault& fault : reports.faults) list.push_back(fault.kind);
  return list;
}

/// Hosts with mail.
FakeResolver with_hosts() {
  FakeResolver dns;
  for (const char* host : {"example.com", "reports.example.com", "reports.example.net"})
    dns.record(host, RecordType::mx, "10 mx.example.org");
  return dns;
}

}  // namespace

TEST_CASE("report addresses: what they look like") {
  struct Case {
    const char* rua;
    std::vector<Kind> faults;
  };
  for (const Case& c : {
           Case{"mailto:d@example.com", {}},
           Case{"MAILTO:d@example.com", {}},
           Case{"mailto:d@reports.example.com", {}},
           Case{"mailto:d@example.com,mailto:e@example.com", {}},
           Case{"d@example.com", {Kind::rua_not_mailto}},
           Case{"https://example.com/dmarc", {Kind::rua_not_mailto}},
           Case{"mailto:example.com", {Kind::rua_not_mailto}},
           Case{"mailto:d@not a host", {Kind::rua_blanks}},
           Case{"mailto:d@example.com mailto:e@example.com", {Kind::rua_blanks}},
           Case{"mailto:d@example.com!10m", {Kind::rua_size_limit}},
           Case{"mailto:d@-.example", {Kind::rua_not_mailto}},
           Case{"mailto:d@example.comruf=mailto:e@example.com", {Kind::rua_not_mailto}},
           Case{"mailto:d@[192.0.2.1]", {Kind::rua_not_mailto}},
           Case{"mailto:o\u2019neil@example.com", {Kind::rua_not_mailto}},
           Case{"mailto:o'neil@example.com", {}},
           Case{"mailto:d@Example.COM.", {}},
           Case{"mailto:a@example.com,mailto:b@example.com,mailto:c@example.com",
                {Kind::rua_too_many}},
           Case{"mailto:d@nowhere.example.com", {Kind::rua_no_mail_host}},
       }) {
    CAPTURE(c.rua);
    FakeResolver dns = with_hosts();
    CHECK(kinds(check(dns, c.rua)) == c.faults);
  }
}

TEST_CASE("report addresses: what is no address is no destination") {
  FakeResolver dns = with_hosts();
  CHECK(check(dns, "mailto:d@example.comruf=mailto:e@example.com").destinations.empty());
  CHECK(check(dns, "mailto:d@-.example,mailto:e@example.com").destinations.size() == 1);
}

TEST_CASE("report addresses: the record with them as receivers read them, once") {
  struct Case {
    const char *rua, *repaired;
  };
  for (const Case& c : {
           Case{"d@example.com", "v=DMARC1; p=none; rua=mailto:d@example.com"},
           Case{"d@example.com; ruf=e@example.com",
                "v=DMARC1; p=none; rua=mailto:d@example.com; ruf=mailto:e@example.com"},
           Case{"mailto:d@example.com mailto:e@example.com",
                "v=DMARC1; p=none; rua=mailto:d@example.com,mailto:e@example.com"},
           Case{"https://example.com/dmarc", ""},
           Case{"d@example.com; sp=rejct", ""},
           Case{"d@example.com; sp=none adkim=s", ""},  // has a defect that brings it
           Case{"mailto:d@example.com", ""},
       }) {
    CAPTURE(std::string(c.rua));
    FakeResolver dns = with_hosts();
    std::string repaired;
    for (const DomainFault& fault : check(dns, c.rua).faults) repaired += fault.repaired;
    CHECK(repaired == c.repaired);
  }
}

TEST_CASE("report addresses: permission of another organization") {
  using Permission = ReportDestination::Permission;
  const std::string rua = "mailto:d@reports.example.net";
  const std::string name = "example.com._report._dmarc.reports.example.net";
  struct Case {
    const char* name;
    std::vector<std::string> texts;
    Permission permission;
    std::vector<Kind> faults;
  };
  for (const Case& c : {
           Case{"none", {}, Permission::missing, {Kind::rua_not_authorised}},
           Case{"given", {"v=DMARC1"}, Permission::given, {}},
           Case{"given, with a semicolon", {"v=DMARC1;"}, Permission::given, {}},
           Case{"one of several is enough", {"x", "v=DMARC1", "v=DMARC1;"}, Permission::given, {}},
           Case{"not a record", {"v=DMARC2"}, Permission::missing, {Kind::rua_not_authorised}},
           Case{"override at the same host",
                {"v=DMARC1; rua=mailto:x@reports.example.net"},
                Permission::given,
                {}},
           Case{"override at another host",
                {"v=DMARC1; rua=mailto:x@example.org"},
                Permission::given,
                {Kind::rua_override_ignored}},
       }) {
    CAPTURE(c.name);
    FakeResolver dns = with_hosts();
    for (const std::string& text : c.texts) dns.text(name, text);
    const ExternalReports reports = check(dns, rua);
    REQUIRE(reports.destinations.size() == 1);
    CHECK(reports.destinations.front().permission == c.permission);
    CHECK(reports.destinations.front().record_name == name);
    CHECK(kinds(reports) == c.faults);
  }
  FakeResolver silent = with_hosts();
  silent.silent(name);
  CHECK(check(silent, rua).destinations.front().permission == Permission::unknown);
  // The name would be too long for DNS: no reports.
  FakeResolver dns = with_hosts();
  const std::string long_name = std::string(60, 'a') + "." + std::string(60, 'b') + "." +
                                std::string(60, 'c') + "." + std::string(40, 'd') + ".example";
  const ExternalReports reports = check(dns, rua, long_name);
  CHECK(reports.destinations.front().permission == Permission::missing);
  CHECK(reports.destinations.front().record_name.empty());
}

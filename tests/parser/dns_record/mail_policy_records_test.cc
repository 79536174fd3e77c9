// SPDX-License-Identifier: MIT
// Records about the transport and the look of mail: MTA-STS, TLS-RPT, BIMI.
#include <doctest/doctest.h>

#include "parser/dns_record/bimi_record.h"
#include "parser/dns_record/mta_sts.h"
#include "parser/dns_record/tls_rpt_record.h"

using namespace dmarcq;

TEST_CASE("mta-sts record: version and id") {
  struct Case {
    const char *text, *id, *error;
  };
  for (const Case& c : {
           Case{"v=STSv1; id=20261101;", "20261101", ""},
           Case{"v=STSv1;id=a1B2", "a1B2", ""},
           Case{"v=STSv1 ; id = x9 ", "x9", ""},
           Case{"v=STSv1; other=1; id=7", "7", ""},
           Case{"v=STSv1; id=12345678901234567890123456789012", "12345678901234567890123456789012",
                ""},
           Case{"v=STSv1; id=123456789012345678901234567890123", "",
                "its id is not 1 to 32 letters and digits"},
           Case{"v=STSv1; id=2026-11-01", "", "its id is not 1 to 32 letters and digits"},
           Case{"v=STSv1", "", "it has no id"},
           Case{"v=STSv1; id=", "", "it has no id"},
           Case{"v=stsv1; id=1", "", "it does not begin with v=STSv1"},
           Case{"v=STSv12; id=1", "", "it does not begin with v=STSv1"},
           Case{" v=STSv1; id=1", "", "it does not begin with v=STSv1"},
           Case{"id=1; v=STSv1", "", "it does not begin with v=STSv1"},
           Case{"v=STSv1; id", "", "it is not a list of tag=value"},
           Case{"", "", "it does not begin with v=STSv1"},
       }) {
    CAPTURE(c.text);
    const auto id = mta_sts_id(c.text);
    CHECK((id ? *id : "") == c.id);
    CHECK((id ? "" : id.error()) == c.error);
  }
}

TEST_CASE("mta-sts policy: keys, modes, line ends") {
  struct Case {
    const char *name, *text, *error;
    MtaStsPolicy::Mode mode = MtaStsPolicy::Mode::none;
    std::size_t hosts = 0;
    std::uint32_t age = 0;
  };
  using enum MtaStsPolicy::Mode;
  for (const Case& c : {
           Case{"whole", "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\n", "",
                enforce, 1, 604'800},
           Case{"CRLF, no last line end",
                "version: STSv1\r\nmode: testing\r\nmx: a.example\r\nmx: *.b.example\r\nmax_age: 1",
                "", testing, 2, 1},
           Case{"none needs no mx", "version: STSv1\nmode: none\nmax_age: 86400\n", "", none, 0,
                86'400},
           Case{"unknown keys are ignored",
                "version: STSv1\nfoo: bar\nmode: none\nmax_age: 31557600\n", "", none, 0,
                31'557'600},
           Case{"no version", "mode: none\nmax_age: 1\n", "it has no version: STSv1"},
           Case{"other version", "version: STSv2\nmode: none\nmax_age: 1\n",
                "its version is not STSv1"},
           Case{"no mode", "version: STSv1\nmax_age: 1\n", "it has no mode"},
           Case{"other mode", "version: STSv1\nmode: report\nmax_age: 1\n",
                "its mode is 'report' (enforce, testing or none)"},
           Case{"no max_age", "version: STSv1\nmode: none\n", "it has no max_age"},
           Case{"max_age too large", "version: STSv1\nmode: none\nmax_age: 31557601\n",
                "its max_age is not a number of seconds up to 31557600"},
           Case{"max_age no number", "version: STSv1\nmode: none\nmax_age: 1d\n",
                "its max_age is not a number of seconds up to 31557600"},
           Case{"no mx", "version: STSv1\nmode: enforce\nmax_age: 1\n", "it names no mx"},
           Case{"mx is no host", "version: STSv1\nmode: enforce\nmx: a b\nmax_age: 1\n",
                "mx: a b is not a host"},
           Case{"a web page", "<!doctype html>\n", "'<!doctype html>' is not a key: value line"},
           Case{"nothing", "", "it has no version: STSv1"},
       }) {
    CAPTURE(c.name);
    const auto policy = parse_mta_sts_policy(c.text);
    CHECK((policy ? "" : policy.error()) == c.error);
    if (!policy) continue;
    CHECK(policy->mode == c.mode);
    CHECK(policy->mx.size() == c.hosts);
    CHECK(policy->max_age == c.age);
  }
  CHECK(!parse_mta_sts_policy(std::string((64u << 10) + 1, '\n')));
  std::string many = "version: STSv1\nmode: enforce\nmax_age: 1\n";
  for (int i = 0; i < 101; ++i) many += "mx: mx.example\n";
  CHECK(!parse_mta_sts_policy(many));
}

TEST_CASE("mta-sts policy: which hosts it covers") {
  const MtaStsPolicy policy{.mx = {"mx.example.com", "*.example.net"}};
  for (const char* host : {"mx.example.com", "MX.example.com.", "a.example.net", "b.EXAMPLE.net"})
    CHECK(policy.covers(host));
  for (const char* host : {"mx2.example.com", "a.b.example.net", "example.net", ".example.net",
                           "xexample.net", "mx.example.com.example.org", ""})
    CHECK(!policy.covers(host));
}

TEST_CASE("tls reporting record: destinations") {
  struct Case {
    const char* text;
    std::size_t destinations;
    const char* error;
  };
  for (const Case& c : {
           Case{"v=TLSRPTv1; rua=mailto:tls@example.com", 1, ""},
           Case{"v=TLSRPTv1;rua=mailto:tls@example.com,https://reports.example.net/tls;", 2, ""},
           Case{"v=TLSRPTv1; rua=MAILTO:tls@example.com", 1, ""},
           Case{"v=TLSRPTv1", 0, "it has no rua"},
           Case{"v=TLSRPTv1; rua=", 0, "'' in its rua is neither a mailto: nor an https: address"},
           Case{"v=TLSRPTv1; rua=tls@example.com", 0,
                "'tls@example.com' in its rua is neither a mailto: nor an https: address"},
           Case{"v=TLSRPTv1; rua=http://example.com/", 0,
                "'http://example.com/' in its rua is neither a mailto: nor an https: address"},
           Case{"v=TLSRPTv2; rua=mailto:tls@example.com", 0, "it does not begin with v=TLSRPTv1"},
           Case{"v=DMARC1; rua=mailto:tls@example.com", 0, "it does not begin with v=TLSRPTv1"},
       }) {
    CAPTURE(c.text);
    const auto destinations = tls_rpt_destinations(c.text);
    CHECK((destinations ? destinations->size() : 0) == c.destinations);
    CHECK((destinations ? "" : destinations.error()) == c.error);
  }
}

TEST_CASE("bimi record: logo and evidence") {
  struct Case {
    const char *text, *logo, *evidence, *error;
  };
  for (const Case& c : {
           Case{"v=BIMI1; l=https://example.com/logo.svg; a=", "https://example.com/logo.svg", "",
                ""},
           Case{"v=BIMI1;l=https://example.com/l.SVG;a=https://example.com/vmc.pem",
                "https://example.com/l.SVG", "https://example.com/vmc.pem", ""},
           Case{"v=BIMI1; l=; a=;", "", "", ""},
           Case{"v=BIMI1; a=https://example.com/vmc.pem", "", "", "it has no l"},
           Case{"v=BIMI1; l=http://example.com/logo.svg", "", "", "its l is not an https address"},
           Case{"v=BIMI1; l=https://example.com/logo.png", "", "",
                "its l does not name an SVG file"},
           Case{"v=BIMI1; l=https://example.com/logo.svg; a=vmc.pem", "", "",
                "its a is not an https address"},
           Case{"v=bimi1; l=https://example.com/logo.svg", "", "",
                "it does not begin with v=BIMI1"},
           Case{"v=BIMI1 l=https://example.com/logo.svg", "", "", "it does not begin with v=BIMI1"},
       }) {
    CAPTURE(c.text);
    const auto record = parse_bimi_record(c.text);
    CHECK((record ? record->logo : "") == c.logo);
    CHECK((record ? record->evidence : "") == c.evidence);
    CHECK((record ? "" : record.error()) == c.error);
  }
}

// SPDX-License-Identifier: MIT
#include "parser/dns_record/spf_record.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

using Kind = SpfTerm::Kind;

std::string fault_of(const std::string& terms) {
  const SpfRecord record = parse_spf_record("v=spf1 " + terms);
  return record.faults.empty() ? "" : record.faults.front().reason;
}

}  // namespace

TEST_CASE("SPF: what is a record") {
  for (const char* text : {"v=spf1", "v=spf1 ", "v=spf1 -all", "V=SPF1 a", "v=spf1  "})
    CHECK(is_spf_record(text));
  for (const char* text : {"", "v=spf", "v=spf10", "v=spf1-all", "v=spf1;", "v=spf1\t-all",
                           " v=spf1 -all", "\"v=spf1 -all\"", "spf2.0/pra a", "v=DMARC1; p=none"}) {
    CAPTURE(text);
    CHECK_FALSE(is_spf_record(text));
  }
}

TEST_CASE("SPF: terms as values") {
  struct Row {
    const char* text;
    Kind kind;
    SpfResult qualifier;
    const char *domain, *network;
    unsigned prefix4, prefix6;
    bool costs;
  };
  using enum SpfResult;
  const Row rows[] = {
      {"all", Kind::all, pass, "", "", 32, 128, false},
      {"-all", Kind::all, fail, "", "", 32, 128, false},
      {"~ALL", Kind::all, softfail, "", "", 32, 128, false},
      {"?all", Kind::all, neutral, "", "", 32, 128, false},
      {"+a", Kind::a, pass, "", "", 32, 128, true},
      {"a/24", Kind::a, pass, "", "", 24, 128, true},
      {"a//64", Kind::a, pass, "", "", 32, 64, true},
      {"a/0//0", Kind::a, pass, "", "", 0, 0, true},
      {"a:mail.example.com/24//64", Kind::a, pass, "mail.example.com", "", 24, 64, true},
      {"a:x/y.example.com", Kind::a, pass, "x/y.example.com", "", 32, 128, true},
      {"a:foo:bar/baz.example.com", Kind::a, pass, "foo:bar/baz.example.com", "", 32, 128, true},
      {"mx:%{d}/28", Kind::mx, pass, "%{d}", "", 28, 128, true},
      {"-mx", Kind::mx, fail, "", "", 32, 128, true},
      {"ptr", Kind::ptr, pass, "", "", 32, 128, true},
      {"ptr:example.com.", Kind::ptr, pass, "example.com.", "", 32, 128, true},
      {"ip4:192.0.2.1", Kind::ip4, pass, "", "192.0.2.1/32", 32, 128, false},
      {"?IP4:192.0.2.77/24", Kind::ip4, neutral, "", "192.0.2.0/24", 32, 128, false},
      {"ip6:2001:db8::/32", Kind::ip6, pass, "", "2001:db8::/32", 32, 128, false},
      {"ip6:2001:DB8::1", Kind::ip6, pass, "", "2001:db8::1/128", 32, 128, false},
      {"ip6:::ffff:192.0.2.1/120", Kind::ip6, pass, "", "", 32, 128, false},
      {"include:_spf.example.net", Kind::include, pass, "_spf.example.net", "", 32, 128, true},
      {"exists:%{ir}.%{v}.example.net", Kind::exists, pass, "%{ir}.%{v}.example.net", "", 32, 128,
       true},
      {"redirect=_spf.example.net", Kind::redirect, pass, "_spf.example.net", "", 32, 128, true},
      {"exp=why.%{d}", Kind::exp, pass, "why.%{d}", "", 32, 128, false},
      {"EXP=why.example.com", Kind::exp, pass, "why.example.com", "", 32, 128, false},
      {"ip4=192.0.2.1", Kind::unknown_modifier, pass, "192.0.2.1", "", 32, 128, false},
      {"moo.cow-far_out=man:dog/cat", Kind::unknown_modifier, pass, "man:dog/cat", "", 32, 128,
       false},
      {"x=", Kind::unknown_modifier, pass, "", "", 32, 128, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const SpfRecord record = parse_spf_record("v=spf1  " + std::string(row.text) + " ");
    CHECK(record.faults.empty());
    REQUIRE(record.terms.size() == 1);
    const SpfTerm& term = record.terms.front();
    CHECK(term.kind == row.kind);
    CHECK(term.qualifier == row.qualifier);
    CHECK(term.domain == row.domain);
    CHECK((term.network ? term.network->to_text() : "") == row.network);
    CHECK(term.prefix4 == row.prefix4);
    CHECK(term.prefix6 == row.prefix6);
    CHECK(term.costs_lookup() == row.costs);
    CHECK(term.text == row.text);
    CHECK(term.position == 8);
  }
}

TEST_CASE("SPF: a modifier with the name of a mechanism") {
  const auto is_mistaken = [](const std::string& text) {
    const SpfRecord record = parse_spf_record("v=spf1 " + text);
    REQUIRE(record.terms.size() == 1);
    return record.terms.front().is_mistaken_modifier();
  };
  for (const char* text : {"ip4=192.0.2.1", "IP6=2001:db8::1", "a=mail.example.com", "mx=", "ptr=x",
                           "include=_spf.example.net", "exists=x.example.net", "all=x"})
    CHECK_MESSAGE(is_mistaken(text), text);
  for (const char* text :
       {"ip4:192.0.2.1", "a", "-all", "redirect=_spf.example.net", "exp=why.example.com",
        "ipv4=192.0.2.1", "owner=x", "include2=x", "ra=x@example.com"})
    CHECK_FALSE_MESSAGE(is_mistaken(text), text);
}

TEST_CASE("SPF: syntax faults") {
  struct Row {
    const char *text, *reason;
  };
  const Row rows[] = {
      {"foo", "unknown mechanism"},
      {"ipv4:192.0.2.1", "unknown mechanism"},
      {"mx.", "unknown mechanism"},
      {"all.", "unknown mechanism"},
      {"--all", "unknown mechanism"},
      {"-", "unknown mechanism"},
      {"192.0.2.1", "unknown mechanism"},
      {"-all:x.example.com", "'all' takes no argument"},
      {"all/8", "'all' takes no argument"},
      {"include:", "the domain is missing"},
      {"include", "the domain is missing"},
      {"exists", "the domain is missing"},
      {"a:", "the domain is missing"},
      {"ptr:", "the domain is missing"},
      {"redirect=", "the domain is missing"},
      {"exp=", "the domain is missing"},
      {"include/24", "a ':' is expected behind the mechanism"},
      {"ptr/0", "a ':' is expected behind the mechanism"},
      {"include:localhost", "not a complete domain name"},
      {"a:192.0.2.1", "not a complete domain name"},
      {"a:example.com:8080", "not a complete domain name"},
      {"a:example.-com", "not a complete domain name"},
      {"a:example..", "not a complete domain name"},
      {"a:%%", ""},
      {"a/33", "invalid IPv4 prefix length"},
      {"a/", "invalid IPv4 prefix length"},
      {"a/024", "invalid IPv4 prefix length"},
      {"mx//129", "invalid IPv6 prefix length"},
      {"mx//", "invalid IPv6 prefix length"},
      {"ip4", "the address is missing"},
      {"ip4:", "not an IPv4 address"},
      {"ip4:192.0.2", "not an IPv4 address"},
      {"ip4:192.0.2.1:25", "not an IPv4 address"},
      {"ip4:2001:db8::1", "not an IPv4 address"},
      {"ip4:mail.example.com", "not an IPv4 address"},
      {"ip4:192.0.2.0/33", "invalid prefix length"},
      {"ip4:192.0.2.0//32", "invalid prefix length"},
      {"ip4:192.0.2.0/", "invalid prefix length"},
      {"ip6:192.0.2.1", "not an IPv6 address"},
      {"ip6:2001:db8::/129", "invalid prefix length"},
      {"=x", "invalid modifier name"},
      {"1up=x", "invalid modifier name"},
      {"-redirect=example.com", "invalid modifier name"},
      {"exists:%{x}.example.com", "unknown macro letter 'x'"},
      {"exists:%{c}.example.com", "macro letter 'c' outside an explanation"},
      {"x=%{d", "a '%' that does not start a macro"},
      {"a:example.com\tb", "a byte that is not printable ASCII"},
      {"include:ex\xc3\xa4mple.com", "a byte that is not printable ASCII"},
      {"exp=a.example.com exp=b.example.com", "the modifier occurs twice"},
      {"redirect=a.example.com redirect=b.example.com", "the modifier occurs twice"},
      {"x=a x=b", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(fault_of(row.text) == row.reason);
  }
  const SpfRecord record = parse_spf_record("v=spf1 a bad mx worse -all");
  CHECK(record.terms.size() == 3);
  REQUIRE(record.faults.size() == 2);
  CHECK(record.faults[0].position == 9);
  CHECK(record.faults[1].term == "worse");
}

TEST_CASE("SPF: modifiers") {
  const SpfRecord plain = parse_spf_record("v=spf1 mx redirect=a.example.com exp=b.example.com");
  REQUIRE(plain.followed_redirect() != nullptr);
  CHECK(plain.followed_redirect()->domain == "a.example.com");
  CHECK(plain.modifier(Kind::exp)->domain == "b.example.com");
  const SpfRecord all = parse_spf_record("v=spf1 redirect=a.example.com ?all");
  CHECK(all.followed_redirect() == nullptr);
  CHECK(all.has_all());
  CHECK(parse_spf_record("v=spf1").followed_redirect() == nullptr);
}

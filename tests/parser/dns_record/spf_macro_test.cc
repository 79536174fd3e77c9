// SPDX-License-Identifier: MIT
#include "parser/dns_record/spf_macro.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dmarcq;

namespace {

SpfMacroValues values() {
  SpfMacroValues values;
  values.local_part = "strong-bad";
  values.sender_domain = "email.example.com";
  values.domain = "email.example.com";
  values.helo = "mx.example.org";
  values.receiver = "";
  values.ip = *IpAddress::parse("192.0.2.3");
  values.now = 1'796'000'000;
  return values;
}

}  // namespace

TEST_CASE("SPF macros: expansion (RFC 7208 section 7.4, and more)") {
  struct Row {
    const char *text, *expected;
  };
  const Row rows[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
      {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
      {"%{S}", "strong-bad%40email.example.com"},
      {"%{h}", "mx.example.org"},
      {"%{p}", "unknown"},
      {"%{r}", "unknown"},
      {"%{c}", "192.0.2.3"},
      {"%{t}", "1796000000"},
      {"%{i1}", "3"},
      {"%{i99999999999}", "192.0.2.3"},
      {"%{d+-/}", "email.example.com"},
      {"100%%%_done%-", "100% done%20"},
      {"", ""},
      {"plain.example.com", "plain.example.com"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(check_spf_macros(row.text, SpfMacroUse::explanation));
    CHECK(expand_spf_macros(row.text, values()) == row.expected);
  }
  SpfMacroValues v6 = values();
  v6.ip = *IpAddress::parse("2001:db8::cb01");
  CHECK(expand_spf_macros("%{ir}.%{v}", v6) ==
        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6");
  CHECK(expand_spf_macros("%{c}", v6) == "2001:db8::cb01");
  v6.validated_name = [] { return std::string("host.example.org"); };
  CHECK(expand_spf_macros("%{p}", v6) == "host.example.org");
}

TEST_CASE("SPF macros: syntax") {
  struct Row {
    const char *text, *reason;
  };
  const Row rows[] = {
      {"%", "a '%' that does not start a macro"},
      {"50%.example.com", "a '%' that does not start a macro"},
      {"%{", "a '%' that does not start a macro"},
      {"%{d", "a '%' that does not start a macro"},
      {"%(d)", "a '%' that does not start a macro"},
      {"%%%", "a '%' that does not start a macro"},
      {"%{}", "a macro without a letter"},
      {"%{q}", "unknown macro letter 'q'"},
      {"%{1}", "unknown macro letter '1'"},
      {"%{d0}", "a macro that keeps 0 parts"},
      {"%{dx}", "a macro with an unknown transformer"},
      {"%{dr2}", "a macro with an unknown transformer"},
      {"%{d*}", "a macro with an unknown transformer"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto result = check_spf_macros(row.text, SpfMacroUse::explanation);
    REQUIRE_FALSE(result);
    CHECK(result.error() == row.reason);
  }
  for (const char* text : {"%{c}", "%{R}", "%{t}"}) {
    CHECK(check_spf_macros(text, SpfMacroUse::explanation));
    CHECK_FALSE(check_spf_macros(text, SpfMacroUse::domain_spec));
  }
}

TEST_CASE("SPF macros: which depend on the message") {
  for (const char* text : {"%{i}.example.com", "%{l}.x", "%{D}.%{s}", "%{p}", "%{h}", "%{v}"})
    CHECK(has_spf_macros(text));
  for (const char* text : {"", "example.com", "%{d}", "_spf.%{D2}", "a%%b.example.com", "%_%-"})
    CHECK_FALSE(has_spf_macros(text));
}

TEST_CASE("SPF macros: names are cut at their left") {
  SpfMacroValues long_values = values();
  long_values.local_part = std::string(63, 'a');
  const std::string name = expand_spf_domain("%{l}.%{l}.%{l}.%{l}.Example.com.", long_values);
  CHECK(name == std::string(63, 'a') + "." + std::string(63, 'a') + "." + std::string(63, 'a') +
                    ".example.com");
  long_values.local_part = std::string(10'000, 'b');
  CHECK(expand_spf_domain("%{l}.%{d}", long_values) == "email.example.com");
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "%{l}";
  CHECK(expand_spf_macros(many, long_values).size() == 65'536);
}

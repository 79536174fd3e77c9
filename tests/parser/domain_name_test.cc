// SPDX-License-Identifier: MIT
#include "parser/domain_name.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

TEST_CASE("domain name: U-labels become A-labels, all else stays") {
  struct Row {
    const char* name;
    std::string text, expected;
  };
  const Row rows[] = {
      {"from the header",
       "b\xc3\xbc"
       "cher.example",
       "xn--bcher-kva.example"},
      {"decomposed",
       "bu\xcc\x88"
       "cher.example",
       "xn--bcher-kva.example"},
      {"a label below",
       "mail.b\xc3\xbc"
       "cher.example",
       "mail.xn--bcher-kva.example"},
      // IDNA 2008 keeps the sharp s (RFC 5894 section 7.2): "faß" is not "fass".
      {"sharp s", "fa\xc3\x9f.example", "xn--fa-hia.example"},
      {"ASCII", "example.com", "example.com"},
      {"A-labels", "xn--bcher-kva.example", "xn--bcher-kva.example"},
      {"upper case in ASCII", "EXAMPLE.com", "EXAMPLE.com"},
      {"no name, but ASCII", "a b..\"c", "a b..\"c"},
      {"nothing", "", ""},
      {"a symbol that IDNA does not allow", "\xe2\x9d\xa4.example", "\xe2\x9d\xa4.example"},
      {"not UTF-8",
       "b\xfc"
       "cher.example",
       "b\xfc"
       "cher.example"},
      {"cut in a character", "b\xc3", "b\xc3"},
      {"a NUL inside", std::string("b\xc3\xbc\0.example", 12),
       std::string("b\xc3\xbc\0.example", 12)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(to_a_labels(row.text) == row.expected);
  }
}

TEST_CASE("domain name: what is far too long is not converted") {
  std::string text;
  while (text.size() < 100'000) text += "\xc3\xbc.";
  CHECK(to_a_labels(text) == text);
}

TEST_CASE("domain name: what can be a policy domain") {
  const std::string l63(63, 'a');
  const std::string l253 = l63 + "." + l63 + "." + l63 + "." + std::string(61, 'a');
  REQUIRE(l253.size() == longest_domain_name);
  for (const std::string& name :
       {std::string("example.com"), std::string("a"), std::string("EXAMPLE.com"),
        std::string("_dmarc.example.com"), std::string("a_b.example"), std::string("4you.example"),
        std::string("192.0.2.example"), std::string("a--b.example"),
        std::string("xn--bcher-kva.example"), l63 + ".example", l253}) {
    CAPTURE(name);
    CHECK(is_domain_name(name));
  }
  for (const std::string& name : {std::string(),
                                  std::string("."),
                                  std::string(".example.com"),
                                  std::string("a..example"),
                                  std::string("-a.example"),
                                  std::string("a-.example"),
                                  std::string("a.example-"),
                                  std::string("-"),
                                  std::string("a b.example"),
                                  std::string("a.example "),
                                  std::string("a\n.example"),
                                  std::string("a@b.example"),
                                  std::string("a.example/x"),
                                  std::string("*.example"),
                                  std::string("a:25"),
                                  std::string("b\xc3\xbc"
                                              "cher.example"),
                                  std::string("a\0b.example", 11),
                                  std::string("192.0.2.1"),
                                  std::string("2001:db8::1"),
                                  l63 + "a.example",
                                  l253 + "a"}) {
    CAPTURE(name);
    CHECK_FALSE(is_domain_name(name));
  }
}

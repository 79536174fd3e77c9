// SPDX-License-Identifier: MIT
// What files say is tested with files made for it: tests/e2e/geo_test.py.
#include "parser/network_book.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("network facts in words") {
  struct Row {
    const char* name;
    NetworkFacts facts;
    const char* expected;
  };
  const Row rows[] = {
      {"nothing", {}, ""},
      {"all of it", {64500, "EXAMPLE-NET", "NL"}, "AS64500 EXAMPLE-NET, NL"},
      {"no name", {64500, "", "NL"}, "AS64500, NL"},
      {"no number", {0, "Example Net", ""}, "Example Net"},
      {"a country alone", {0, "", "NL"}, "NL"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(to_text(row.facts) == row.expected);
    CHECK(row.facts.empty() == (*row.expected == '\0'));
  }
}

TEST_CASE("a book without files says nothing, and a file that is none is an error that names it") {
  const NetworkBook book;
  CHECK(book.empty());
  CHECK(book.of(IpAddress::parse("192.0.2.1").value()).empty());
  CHECK(network_words(&book, IpAddress::parse("192.0.2.1").value()).empty());
  CHECK(network_words(nullptr, IpAddress::parse("192.0.2.1").value()).empty());
  const auto file = NetworkFile::open("/nonexistent/asn.mmdb", NetworkFile::Facts::as_numbers);
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().starts_with("/nonexistent/asn.mmdb: "));
}

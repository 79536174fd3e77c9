// SPDX-License-Identifier: MIT
#include "parser/alignment.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace dmarcq;

TEST_CASE("alignment: the organizational domain is one label below the public suffix") {
  struct Row {
    const char *name, *expected;
  };
  const Row rows[] = {
      {"example.com", "example.com"},
      {"a.b.example.com", "example.com"},
      {"a.b.example.co.uk", "example.co.uk"},
      {"A.Example.COM.", "example.com"},
      {"com", "com"},
      {"co.uk", "co.uk"},
      {"CO.UK.", "co.uk"},
      {"localhost", "localhost"},
      {"", ""},
      {".", ""},
      // *.ck is a suffix, www.ck is none (publicsuffix.org/list, wildcards and exceptions).
      {"shop.example.ck", "shop.example.ck"},
      {"a.shop.example.ck", "shop.example.ck"},
      {"example.ck", "example.ck"},
      {"a.www.ck", "www.ck"},
      // Of a zone that is in no list the last label is the suffix.
      {"mail.shop.example", "shop.example"},
      {"notexample.com", "notexample.com"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(organizational_domain(row.name) == row.expected);
    CHECK(organizational_domain(row.name) == row.expected);  // kept from before
  }
}

TEST_CASE("alignment: a name longer than DNS allows is its own organizational domain") {
  const std::string longest = std::string(253 - 12, 'a') + ".example.com";
  REQUIRE(longest.size() == 253);
  CHECK(organizational_domain(longest) == "example.com");
  CHECK(organizational_domain("a" + longest) == "a" + longest);
  CHECK(organizational_domain(std::string(1'000'000, 'A')) == std::string(1'000'000, 'a'));
}

TEST_CASE("alignment: strict asks for the same name, relaxed for the same organization") {
  struct Row {
    const char *authenticated, *from;
    bool relaxed, strict;
  };
  const Row rows[] = {
      {"example.com", "example.com", true, true},
      {"Example.COM", "example.com.", true, true},
      {"example.com.", "EXAMPLE.com", true, true},
      {"mail.example.com", "example.com", true, false},
      {"example.com", "mail.example.com", true, false},
      {"a.example.com", "b.c.example.com", true, false},
      {"BOUNCE.example.com.", "News.Example.com", true, false},
      {"example.com", "example.net", false, false},
      {"notexample.com", "example.com", false, false},
      {"example.com", "notexample.com", false, false},
      {"example.com.evil.example", "example.com", false, false},
      {"a.co.uk", "b.co.uk", false, false},
      {"co.uk", "a.co.uk", false, false},
      {"a.co.uk", "co.uk", false, false},
      {"com", "example.com", false, false},
      {"co.uk", "co.uk", true, true},
      {"", "example.com", false, false},
      {"example.com", "", false, false},
      {"", "", false, false},
      {".", ".", false, false},
      {".", "example.com", false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.authenticated);
    CAPTURE(row.from);
    CHECK(aligned(row.authenticated, row.from, Alignment::relaxed) == row.relaxed);
    CHECK(aligned(row.authenticated, row.from, Alignment::strict) == row.strict);
  }
}

TEST_CASE("alignment: more names than the cache holds") {
  for (int i = 0; i < 60'000; ++i) {
    const std::string name = "bounce-" + std::to_string(i) + ".mail.example.org";
    if (!aligned(name, "example.org", Alignment::relaxed)) FAIL(name);
    if (aligned(name, "example.net", Alignment::relaxed)) FAIL(name);
  }
}

TEST_CASE("alignment: raw results come to what passed for the From domain") {
  const DkimAuthResult ours{"mail.example.com", "s1", DkimResult::pass, ""};
  const DkimAuthResult exact{"example.com", "s2", DkimResult::pass, ""};
  const DkimAuthResult failed{"example.com", "s3", DkimResult::fail, ""};
  const DkimAuthResult foreign{"esp.example", "s4", DkimResult::pass, ""};
  const SpfAuthResult bounce{"bounce.example.com", SpfScope::mfrom, SpfResult::pass, ""};
  const SpfAuthResult no_scope{"example.com", {}, SpfResult::pass, ""};
  const SpfAuthResult helo{"example.com", SpfScope::helo, SpfResult::pass, ""};
  const SpfAuthResult soft{"example.com", SpfScope::mfrom, SpfResult::softfail, ""};
  const PolicyPublished relaxed, strict{.adkim = Alignment::strict, .aspf = Alignment::strict};
  PolicyPublished odd;
  odd.adkim = Reported<Alignment>::from("x");
  struct Row {
    const char* name;
    std::vector<DkimAuthResult> dkim;
    std::vector<SpfAuthResult> spf;
    PolicyPublished policy;
    std::string dkim_domain, spf_domain;
  };
  const Row rows[] = {
      {"nothing", {}, {}, relaxed, "", ""},
      {"both below", {ours}, {bounce}, relaxed, "mail.example.com", "bounce.example.com"},
      {"below is not enough", {ours}, {bounce}, strict, "", ""},
      {"exact", {ours, exact}, {no_scope}, strict, "example.com", "example.com"},
      {"the first that aligns", {foreign, ours, exact}, {}, relaxed, "mail.example.com", ""},
      {"failed", {failed}, {soft}, relaxed, "", ""},
      {"failed before passed",
       {failed, exact},
       {soft, bounce},
       relaxed,
       "example.com",
       "bounce.example.com"},
      {"somebody else's", {foreign}, {}, relaxed, "", ""},
      {"HELO", {}, {helo}, relaxed, "", ""},
      {"HELO before mfrom", {}, {helo, bounce}, relaxed, "", "bounce.example.com"},
      {"a mode that nobody knows", {ours}, {}, odd, "mail.example.com", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto found = recompute("example.com", row.dkim, row.spf, row.policy);
    REQUIRE(found);
    CHECK(found->dkim_domain == row.dkim_domain);
    CHECK(found->spf_domain == row.spf_domain);
    CHECK(found->dkim == !row.dkim_domain.empty());
    CHECK(found->spf == !row.spf_domain.empty());
  }
  CHECK_FALSE(recompute("", std::vector{exact}, std::vector{bounce}, relaxed));
}

TEST_CASE("alignment: the list in use has a date and a place") {
  const SuffixList& list = suffix_list();
  REQUIRE(list.date.size() == 10);
  CHECK(list.date[4] == '-');
  CHECK(list.date[7] == '-');
  CHECK(list.date >= "2015-01-01");
  CHECK_FALSE(list.from.empty());
}

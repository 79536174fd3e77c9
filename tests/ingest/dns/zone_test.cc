// SPDX-License-Identifier: MIT
#include "ingest/dns/zone.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace dmarcq;

namespace {

/// "name type data\n" of each record.
std::string records_of(std::string_view text, std::string_view origin = "example.com") {
  const auto zone = Zone::parse(text, origin);
  if (!zone) return "error: " + zone.error();
  std::string all;
  for (const Zone::Entry& entry : zone->entries())
    all += entry.name + " " + entry.type + " " + entry.data + "\n";
  return all;
}

}  // namespace

TEST_CASE("zone: records in every form of a master file") {
  struct Row {
    const char *name, *text, *expected;
  };
  const Row rows[] = {
      {"absolute", "a.example.net. 300 IN TXT \"x\"\n", "a.example.net TXT x\n"},
      {"relative", "a 300 IN TXT \"x\"\n", "a.example.com TXT x\n"},
      {"the origin itself", "@ IN TXT \"x\"", "example.com TXT x\n"},
      {"neither TTL nor class", "a TXT \"x\"", "a.example.com TXT x\n"},
      {"class before TTL", "a IN 300 TXT \"x\"", "a.example.com TXT x\n"},
      {"TTL with a unit", "a 1h in txt \"x\"", "a.example.com TXT x\n"},
      {"the owner before", "a TXT \"x\"\n  TXT \"y\"\n\tIN TXT \"z\"\n",
       "a.example.com TXT x\na.example.com TXT y\na.example.com TXT z\n"},
      {"the owner before, a comment between", "a TXT x\n\n; b\n  ; c\n TXT y\n",
       "a.example.com TXT x\na.example.com TXT y\n"},
      {"upper case", "A.EXAMPLE.Net. in Txt \"X\"", "a.example.net TXT X\n"},
      {"strings run together", "a TXT \"v=DKIM1; \" \"p=ab\" \"cd\"",
       "a.example.com TXT v=DKIM1; p=abcd\n"},
      {"over several lines", "a TXT ( \"p=ab\" ; first\n  \"cd\"\n)\nb TXT x",
       "a.example.com TXT p=abcd\nb.example.com TXT x\n"},
      {"not quoted", "a TXT x", "a.example.com TXT x\n"},
      {"an empty string", "a TXT \"\"", "a.example.com TXT \n"},
      {"marks inside quotes", "a TXT \"(;) @ $\"", "a.example.com TXT (;) @ $\n"},
      {"a quote that is escaped", "a TXT \"x\\\"y\\\\z\"", "a.example.com TXT x\"y\\z\n"},
      {"a semicolon that is escaped", "a TXT x\\;y ; z", "a.example.com TXT x;y\n"},
      {"CRLF", "a TXT x\r\nb TXT y\r\n", "a.example.com TXT x\nb.example.com TXT y\n"},
      {"targets are names", "a CNAME b\nc NS D.example.net.\n",
       "a.example.com CNAME b.example.com\nc.example.com NS d.example.net\n"},
      {"$ORIGIN", "$ORIGIN example.org.\na TXT x\n$origin sub\na TXT y\n@ TXT z",
       "a.example.org TXT x\na.sub.example.org TXT y\nsub.example.org TXT z\n"},
      {"$TTL is passed over", "$TTL 3600\na TXT x", "a.example.com TXT x\n"},
      {"targets of MX, PTR and SOA are names",
       "a MX 10 mail\nb MX 20 Mail.Example.net.\nc PTR d\ne SOA ns host 1 2 3 4 5\n",
       "a.example.com MX 10 mail.example.com\nb.example.com MX 20 mail.example.net\n"
       "c.example.com PTR d.example.com\n"
       "e.example.com SOA ns.example.com host.example.com 1 2 3 4 5\n"},
      {"a null MX", "a MX 0 .", "a.example.com MX 0 .\n"},
      {"addresses in their shortest form", "a A 192.0.2.1\na AAAA 2001:DB8:0:0::1\na A 192.0.2\n",
       "a.example.com A 192.0.2.1\na.example.com AAAA 2001:db8::1\na.example.com A 192.0.2\n"},
      {"bytes as numbers", "a TXT \"x\\034y\\092\\255\" \\059z\nb\\046c TXT d",
       "a.example.com TXT x\"y\\\xff;z\nb.c.example.com TXT d\n"},
      {"near miss: numbers that are no byte", "a TXT \"\\256\" \"\\12\"",
       "a.example.com TXT 25612\n"},
      {"names that are written like control lines", "\\$origin TXT x\n\\@ TXT y",
       "$origin.example.com TXT x\n@.example.com TXT y\n"},
      {"another class", "a CH TXT x\nb HS TXT y\nc TXT z", "c.example.com TXT z\n"},
      {"a wildcard", "*.a TXT x", "*.a.example.com TXT x\n"},
      {"an owner that looks like a TTL", "300 IN TXT x", "300.example.com TXT x\n"},
      {"the root", ". NS ns.\n$ORIGIN .\n@ TXT x\na TXT y\n  TXT z\n",
       " NS ns\n TXT x\na TXT y\na TXT z\n"},
      {"no end of line", "a TXT \"x\"", "a.example.com TXT x\n"},
      {"bytes beyond ASCII", "a TXT \"b\xfc\xff\"", "a.example.com TXT b\xfc\xff\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(records_of(row.text) == row.expected);
  }
  CHECK(records_of("a TXT x", "Example.COM.") == "a.example.com TXT x\n");
  CHECK(records_of("a TXT x", "") == "a TXT x\n");
}

TEST_CASE("zone: how long records live") {
  const auto zone = Zone::parse(
      "a TXT x\n$TTL 1h30m\nb TXT x\nc 300 TXT x\nd IN 2d TXT x\ne 99999999999 TXT x\nf 1x TXT x\n"
      "g 0 TXT x\n",
      "example.com");
  REQUIRE(zone);
  std::vector<std::uint32_t> ttls;
  for (const Zone::Entry& entry : zone->entries()) ttls.push_back(entry.ttl);
  CHECK(ttls == std::vector<std::uint32_t>{0, 5400, 300, 172'800, 0x7fffffff, 0, 0});
}

TEST_CASE("zone: what is none says which line is to blame") {
  struct Row {
    const char *name, *text, *line;
  };
  const Row rows[] = {
      {"an open string", "a TXT x\nb TXT \"y\nc TXT z", "line 2: "},
      {"an open parenthesis", "a TXT x\n\nb TXT ( \"y\"\n\"z\"\n", "line 3: "},
      {"a parenthesis too many", "a TXT x\nb TXT ( \"y\"\n))\n", "line 3: "},
      {"no type", "a TXT x\nb\n", "line 2: "},
      {"no type but a TTL", "b 300 IN", "line 1: "},
      {"no owner", " TXT x\n", "line 1: "},
      {"near miss: a dot that is escaped is no root", "\\. TXT x\n", "line 1: "},
      {"another file", "a TXT x\n$INCLUDE other.zone\n", "line 2: "},
  };
  CHECK_FALSE(Zone::parse(std::string(300, 'a') + " TXT x", "example.com"));
  CHECK_FALSE(Zone::parse("$ORIGIN " + std::string(300, 'a') + ".\nb TXT x", "example.com"));
  CHECK(Zone::parse("; nothing\n", "", Zone::Emptiness::allowed));
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto zone = Zone::parse(row.text, "example.com");
    REQUIRE_FALSE(zone);
    CHECK(zone.error().starts_with(row.line));
  }
  for (const char* text : {"", "\n\n", "; only a comment\n", "$TTL 300\n", "   \t\r\n"}) {
    CAPTURE(text);
    const auto zone = Zone::parse(text, "example.com");
    REQUIRE_FALSE(zone);
    CHECK_FALSE(zone.error().empty());
  }
}

TEST_CASE("zone: hostile files come to an end") {
  CHECK_FALSE(Zone::parse(std::string(1'000'000, '('), "example.com"));
  CHECK_FALSE(Zone::parse(std::string(1'000'000, '\n'), "example.com"));
  std::string text = "a TXT ";
  for (int i = 0; i < 200'000; ++i) text += "\"x\" ";
  CHECK(records_of(text) == "a.example.com TXT " + std::string(200'000, 'x') + "\n");
  CHECK(records_of(std::string("a TXT \"x\0y\"", 11)) ==
        std::string("a.example.com TXT x\0y\n", 22));
}

TEST_CASE("zone: what is asked of it") {
  const auto zone = Zone::parse(
      "@ SOA ns host 1 2 3 4 5\n@ NS ns\n@ TXT one\n@ TXT two\nns A 192.0.2.1\n"
      "deep.down TXT x\nsub NS ns.sub\nns.sub A 192.0.2.2\nalias CNAME ns\n",
      "Example.COM.");
  REQUIRE(zone);
  CHECK(zone->origin() == "example.com");
  using Texts = std::vector<std::string>;
  CHECK(zone->txt("example.com") == Texts{"one", "two"});
  CHECK(zone->txt("EXAMPLE.com") == Texts{"one", "two"});
  CHECK(zone->txt("ns.example.com").empty());
  CHECK(zone->txt("down.example.com").empty());
  CHECK(zone->has("ns.example.com", "A"));
  CHECK(zone->has("Alias.example.com", "CNAME"));
  CHECK_FALSE(zone->has("ns.example.com", "TXT"));
  CHECK_FALSE(zone->has("example.net", "A"));
  struct Row {
    const char* name;
    bool exists, holds;
  };
  const Row rows[] = {
      {"example.com", true, true},
      {"deep.down.example.com", true, true},
      {"down.example.com", true, true},  // RFC 8020: something is below
      {"eep.down.example.com", false, true},
      {"own.example.com", false, true},
      {"nowhere.example.com", false, true},
      {"sub.example.com", true, false},
      {"NS.sub.example.com", true, false},
      {"a.b.sub.example.com", false, false},
      {"notsub.example.com", false, true},
      {"notexample.com", false, false},
      {"com", true, false},
      {"example.net", false, false},
      {"", false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(zone->exists(row.name) == row.exists);
    CHECK(zone->holds(row.name) == row.holds);
  }
}

TEST_CASE("zone: that of the root holds every name") {
  const auto zone =
      Zone::parse(". SOA ns. host. 1 2 3 4 5\nsub. NS ns.sub.\na.example. TXT x\n", "");
  REQUIRE(zone);
  CHECK(zone->has_soa());
  CHECK(zone->origin().empty());
  CHECK(zone->holds("b.example"));
  CHECK_FALSE(zone->holds("b.sub"));
  // Without one, nothing says that the file is whole.
  CHECK_FALSE(Zone::parse("a.example. TXT x\n", "")->holds("b.example"));
}

TEST_CASE("zone: its origin is where its SOA stands") {
  const auto zone =
      Zone::parse("$ORIGIN example.org.\n@ SOA ns host 1 2 3 4 5\na TXT x", "example.com");
  REQUIRE(zone);
  CHECK(zone->origin() == "example.org");
  CHECK(zone->holds("a.example.org"));
  CHECK_FALSE(zone->holds("a.example.com"));
}

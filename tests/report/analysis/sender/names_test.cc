// SPDX-License-Identifier: MIT
// Names alone: bounce names, alignment, the catalogue and its networks.
#include <doctest/doctest.h>

#include <random>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/names.h"
#include "report/analysis/sender/network_table.h"
#include "report/analysis/sender/salesforce.h"

using namespace dmarcq;

namespace {

/// The inverse of decode_bounce_name(): `head` characters of the id go before the dash.
std::string encode(const std::string& id15, std::size_t head, const std::string& instance) {
  std::string tail = id15.substr(3 + head);
  tail.erase(0, std::min(tail.find_first_not_of('0'), tail.size()));
  return lower("hash." + id15.substr(3, head) + "-" + tail + case_suffix(id15) + "." + instance +
               ".bnc.salesforce.com");
}

}  // namespace

TEST_CASE("salesforce: the org id stands in the bounce name") {
  struct Row {
    const char* name;
    const char* org;
    const char* instance;
  };
  const Row rows[] = {
      {"mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com", "00DA0000000Hu5aMAC", "na63"},
      {"x.8d-3trx3eag.um8.bnc.salesforce.com", "00D8d000003TRx3EAG", "um8"},
      {"x.4x-4z0h4eai.na150.bnc.salesforce.com", "00D4x000004z0H4EAI", "na150"},
      {"x.0b-gampeak.na165.bnc.salesforce.com", "00D0b000000GaMpEAK", "na165"},
      {"more.hashes.before.a-hu5amac.na63.bnc.salesforce.com", "00DA0000000Hu5aMAC", "na63"},
      {"X.A-HU5AMAC.NA63.BNC.SALESFORCE.COM.", "00DA0000000Hu5aMAC", "na63"},
      {"x.00da0000000hu5amac.na63.bnc.salesforce.com", "00DA0000000Hu5aMAC", "na63"},
      {"x.00DA0000000Hu5aMAC.um8.bnc.salesforce.com", "00DA0000000Hu5aMAC", "um8"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      const auto org = decode_bounce_name(row.name);
      REQUIRE(org);
      CHECK(org->org_id == row.org);
      CHECK(org->instance == row.instance);
    }
  }
}

TEST_CASE("salesforce: what does not fit leaves the tenant unknown") {
  for (const char* const name : {
           "",
           "bnc.salesforce.com",
           "na63.bnc.salesforce.com",
           "salesforce.com",
           "x.a-hu5amac.na63.bnc.salesforce.com.evil.example",
           "x.a-hu5amac.na63.xbnc.salesforce.com",
           "x.ahu5amac.na63.bnc.salesforce.com",
           "x.a-hu5amab.na63.bnc.salesforce.com",  // wrong suffix: raises a digit
           "x.a-hu5aaac.na63.bnc.salesforce.com",  // would leave "00d" in lower case
           "x.a-hu5am-c.na63.bnc.salesforce.com",
           "x.-hu5amac.na63.bnc.salesforce.com",
           "x.a-mac.na63.bnc.salesforce.com",
           "x.a-hu5amac..bnc.salesforce.com",
           "x.abcdefgh-hu5abcdefmac.na63.bnc.salesforce.com",
           "x.a-hu5am6c.na63.bnc.salesforce.com",
           "x.00da0000000hu5a.na63.bnc.salesforce.com",     // without its suffix
           "x.00da0000000hu5amab.na63.bnc.salesforce.com",  // wrong suffix
           "x.00da0000000hu5aaac.na63.bnc.salesforce.com",  // "00d" in lower case
           "x.005a0000000hu5amac.na63.bnc.salesforce.com",  // the id of something else
           "x.00da0000000hu5amacx.na63.bnc.salesforce.com",
           "x.00da0000000hu5amac.bnc.salesforce.com",
       }) {
    SUBCASE(name) { CHECK_FALSE(decode_bounce_name(name)); }
  }
}

TEST_CASE("salesforce: org ids of 15 and 18 characters are one") {
  struct Row {
    const char *text, *expected;
  };
  for (const Row& row : {Row{"00DA0000000Hu5a", "00DA0000000Hu5aMAC"},
                         Row{" 00DA0000000Hu5aMAC ", "00DA0000000Hu5aMAC"},
                         Row{"00DA0000000Hu5", ""}, Row{"005A0000000Hu5a", ""},
                         Row{"00DA0000000Hu5a!", ""}, Row{"00DA0000000Hu5aMA", ""}, Row{"", ""}}) {
    CAPTURE(row.text);
    CHECK(whole_org_id(row.text) == row.expected);
  }
}

TEST_CASE("salesforce: every org id comes back from its bounce name") {
  const std::string letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::mt19937 random(20261121);
  for (int i = 0; i < 20'000; ++i) {
    std::string id = "00D";
    while (id.size() < 15)
      id += i % 3 != 0 && id.size() > 5 && id.size() < 10 ? '0'
                                                          : letters[random() % letters.size()];
    id.back() = letters[1 + random() % (letters.size() - 1)];  // an id of nothing but zeros does
                                                               // not exist
    const auto org = decode_bounce_name(encode(id, 1 + random() % 2, "na63"));
    REQUIRE_MESSAGE(org.has_value(), id);
    CHECK(org->org_id == id + case_suffix(id));
  }
}

TEST_CASE("salesforce: instances and stacks") {
  CHECK(looks_like_sandbox("cs87"));
  CHECK(looks_like_sandbox("USA254S"));
  CHECK_FALSE(looks_like_sandbox("na63"));
  CHECK_FALSE(looks_like_sandbox("usa254"));
  CHECK_FALSE(looks_like_sandbox(""));
  CHECK(marketing_cloud_stack("s10.y.mc.salesforce.com") == 10u);
  CHECK(marketing_cloud_stack("bounce.s7.exacttarget.com") == 7u);
  CHECK(marketing_cloud_stack("bounce.s10.mc.pd25.com") == 10u);
  CHECK_FALSE(marketing_cloud_stack("bounce.example.com"));
  CHECK_FALSE(marketing_cloud_stack("sales.exacttarget.com"));
  CHECK(is_bounce_name("x.bnc.salesforce.com"));
  CHECK_FALSE(is_bounce_name("xbnc.salesforce.com"));
}

TEST_CASE("alignment: organisational domains by the public suffix list") {
  CHECK(organizational_domain("a.b.example.com") == "example.com");
  CHECK(organizational_domain("A.Example.CO.UK.") == "example.co.uk");
  CHECK(organizational_domain("co.uk") == "co.uk");
  CHECK(organizational_domain("localhost") == "localhost");
  CHECK(organizational_domain("") == "");
  CHECK(organizational_domain("mail.example.unknown-tld") == "example.unknown-tld");
  CHECK(suffix_list().date >= "2023");
}

TEST_CASE("alignment: strict is equality, relaxed the organisational domain") {
  struct Row {
    const char* name;
    const char* authenticated;
    const char* from;
    bool relaxed, strict;
  };
  const Row rows[] = {
      {"equal", "example.com", "example.com", true, true},
      {"case and dot", "EXAMPLE.com.", "example.com", true, true},
      {"parent", "example.com", "mail.example.com", true, false},
      {"child", "mail.example.com", "example.com", true, false},
      {"sisters", "a.example.com", "b.example.com", true, false},
      {"another", "example.net", "example.com", false, false},
      {"only looks alike", "badexample.com", "example.com", false, false},
      {"public suffix in common", "a.co.uk", "b.co.uk", false, false},
      {"suffix owner and customer", "co.uk", "b.co.uk", false, false},
      {"empty", "", "example.com", false, false},
      {"both empty", "", "", false, false},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      CHECK(aligned(row.authenticated, row.from, Alignment::relaxed) == row.relaxed);
      CHECK(aligned(row.authenticated, row.from, Alignment::strict) == row.strict);
    }
  }
}

TEST_CASE("alignment: a recomputation counts passes only, and never HELO") {
  Identity identity{"example.com", "", {}, {}};
  PolicyPublished policy;
  CHECK_FALSE(recompute(identity.header_from, identity.dkim, identity.spf, policy)->spf);
  SpfAuthResult helo;
  helo.domain = "example.com";
  helo.scope = SpfScope::helo;
  helo.result = SpfResult::pass;
  std::vector<SpfAuthResult> spf{helo};
  identity.spf = spf;
  CHECK_FALSE(recompute(identity.header_from, identity.dkim, identity.spf, policy)->spf);
  spf[0].scope = SpfScope::mfrom;
  CHECK(recompute(identity.header_from, identity.dkim, identity.spf, policy)->spf);
  spf[0].result = SpfResult::softfail;
  CHECK_FALSE(recompute(identity.header_from, identity.dkim, identity.spf, policy)->spf);
  DkimAuthResult signature;
  signature.domain = "mail.example.com";
  signature.result = DkimResult::pass;
  const std::vector<DkimAuthResult> dkim{signature};
  identity.dkim = dkim;
  CHECK(recompute(identity.header_from, identity.dkim, identity.spf, policy)->dkim);
  CHECK(recompute(identity.header_from, identity.dkim, identity.spf, policy)->dkim_domain ==
        "mail.example.com");
  policy.adkim = Alignment::strict;
  CHECK_FALSE(recompute(identity.header_from, identity.dkim, identity.spf, policy)->dkim);
  identity.header_from.clear();
  CHECK_FALSE(recompute(identity.header_from, identity.dkim, identity.spf, policy));
}

TEST_CASE("networks: the most specific first, both families, edges included") {
  const char* const text[] = {"10.0.0.0/8",    "10.1.0.0/16",        "10.1.0.0/16", "0.0.0.0/0",
                              "2001:db8::/32", "255.255.255.255/32", "ffff::/16"};
  std::vector<IpNetwork> networks;
  for (const auto* const t : text) networks.push_back(IpNetwork::parse(t).value());
  const NetworkTable table(networks);
  const auto holding = [&](const char* address) {
    const auto found = table.holding(IpAddress::parse(address).value());
    return std::vector<std::uint32_t>(found.begin(), found.end());
  };
  CHECK(holding("10.1.255.255") == std::vector<std::uint32_t>{1, 2, 0, 3});
  CHECK(holding("10.2.0.0") == std::vector<std::uint32_t>{0, 3});
  CHECK(holding("9.255.255.255") == std::vector<std::uint32_t>{3});
  CHECK(holding("255.255.255.255") == std::vector<std::uint32_t>{5, 3});
  CHECK(holding("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") == std::vector<std::uint32_t>{4});
  CHECK(holding("2001:db9::").empty());
  CHECK(holding("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == std::vector<std::uint32_t>{6});
  CHECK(NetworkTable().holding(IpAddress()).empty());
}

TEST_CASE("networks: agree with a plain search on random addresses") {
  const auto& catalogue = SenderCatalogue::built_in();
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes;
    for (int b = 0; b < 4; ++b) bytes += static_cast<char>(random() % 256);
    if (i % 2 == 0) bytes[0] = 13, bytes[1] = static_cast<char>(106 + random() % 8);
    const auto address = IpAddress::from_bytes(bytes).value();
    std::size_t plain = 0;
    for (const auto& line : catalogue.lines())
      if (line.kind == CatalogueLine::Kind::net && IpNetwork::parse(line.value)->contains(address))
        ++plain;
    CHECK(catalogue.by_address(address).size() == plain);
  }
}

TEST_CASE("catalogue: the built-in list is sound") {
  const auto& catalogue = SenderCatalogue::built_in();
  CHECK(catalogue_date().size() == 10);
  CHECK(catalogue.lines().size() > 400);
  for (const auto& line : catalogue.lines()) {
    CAPTURE(line.value);
    CHECK(line.value == lower(line.value));
    if (line.kind == CatalogueLine::Kind::net)
      CHECK(IpNetwork::parse(line.value)->to_text() == line.value);
    if (line.kind == CatalogueLine::Kind::selector) CHECK_FALSE(line.proof);
    if (line.value.find('*') != std::string::npos) CHECK_FALSE(line.proof);
    CHECK((line.service == "Salesforce") == !line.route.empty());
    for (const auto& other : catalogue.lines())
      if (&other != &line)
        CHECK_FALSE((other.service == line.service && other.route == line.route &&
                     other.kind == line.kind && other.value == line.value));
  }
}

TEST_CASE("catalogue: the closest name wins, and never a look-alike") {
  const auto& catalogue = SenderCatalogue::built_in();
  const auto route = [&](const char* name) {
    return catalogue.by_name(name) == nullptr
               ? std::string("-")
               : catalogue.by_name(name)->service + "/" + catalogue.by_name(name)->route;
  };
  CHECK(route("x.a-b.na1.bnc.salesforce.com") == "Salesforce/core");
  CHECK(route("s10.y.mc.salesforce.com") == "Salesforce/marketing-cloud");
  CHECK(route("salesforce.com") == "Salesforce/unspecified");
  CHECK(route("bounce.s7.exacttarget.com") == "Salesforce/account-engagement");
  CHECK(route("bounce.s10.exacttarget.com") == "Salesforce/marketing-cloud");
  CHECK(route("bounce.s10.mc.pd25.com") == "Salesforce/account-engagement");
  CHECK(route("eu-west-1.amazonses.com") == "Amazon SES/");
  CHECK(route("notsalesforce.com") == "-");
  CHECK(route("salesforce.com.evil.example") == "-");
  CHECK(route("com") == "-");
  CHECK(route("") == "-");
}

TEST_CASE("catalogue: patterns") {
  CHECK(fits_pattern("bounce.example.com", "bounce.*"));
  CHECK_FALSE(fits_pattern("xbounce.example.com", "bounce.*"));
  CHECK(fits_pattern("em1234.example.com", "em#.*"));
  CHECK_FALSE(fits_pattern("em.example.com", "em#.*"));
  CHECK_FALSE(fits_pattern("emx12.example.com", "em#.*"));
  CHECK(fits_pattern("10dkim1", "#dkim1"));
  CHECK_FALSE(fits_pattern("dkim1", "#dkim1"));
  CHECK_FALSE(fits_pattern("10dkim12", "#dkim1"));
  CHECK(fits_pattern("", "*"));
  CHECK_FALSE(fits_pattern("", "#"));
  CHECK(SenderCatalogue::built_in().hints_for_selector("200608").size() == 1);
  CHECK(SenderCatalogue::built_in().hints_for_spf("bounce.mail.example.com").size() == 1);
}

TEST_CASE("catalogue: a bad line is refused with its number") {
  CHECK_THROWS_WITH(SenderCatalogue("# date: 2026-01-01\nA\tesp\t\tspf\n"),
                    "senders.tsv:2: expected 8 columns");
  CHECK_THROWS(SenderCatalogue("A\tnothing\t\tspf\tx\tproof\tseen\tx\n"));
  CHECK_THROWS(SenderCatalogue("A\tesp\t\tnet\tx\tnetwork\tseen\tx\n"));
}

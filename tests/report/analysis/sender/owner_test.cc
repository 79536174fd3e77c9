// SPDX-License-Identifier: MIT
// What the owner declares, held against rows.
#include <doctest/doctest.h>

#include "report/analysis/sender/owner.h"
#include "tests/report/analysis/support.h"

using namespace dmarcq;
using K = OwnerEntry::Kind;

TEST_CASE("owner: domains and their siblings") {
  Owner owner;
  owner.domains = {"mail.example.com"};
  owner.entries = {{.kind = K::no_mail, .value = "Parked.example"},
                   {.kind = K::verified, .value = "crm.verified.example"},
                   {.kind = K::dkim_domain, .value = "vendor.example"}};
  owner.clients = {{"client.example"}, {"second.example"}};
  OwnDomains domains(owner);
  domains.add("news.example.net");
  domains.add("client.example");
  domains.add("second.example");
  for (const char* const own : {"example.com", "parked.example", "verified.example", "example.net"})
    CHECK(domains.contains(own));
  for (const char* const other : {"vendor.example", "mail.example.com", "example.org", ""})
    CHECK_FALSE(domains.contains(other));
  CHECK(domains.is_sibling("example.net", "example.com"));
  CHECK_FALSE(domains.is_sibling("example.com", "example.com"));
  CHECK_FALSE(domains.is_sibling("vendor.example", "example.com"));
  CHECK_FALSE(domains.is_sibling("client.example", "example.com"));
  CHECK_FALSE(domains.is_sibling("client.example", "second.example"));
}

TEST_CASE("owner: entries that name a signature") {
  struct Row {
    K kind;
    const char* value;
    const char* domain;
    const char* selector;
    bool own, expected;
  };
  const std::vector<Row> rows = {
      {K::dkim_domain, "vendor.example", "vendor.example", "s", false, true},
      {K::dkim_domain, "vendor.example", "mail.vendor.example", "s", false, true},
      {K::dkim_domain, "vendor.example", "xvendor.example", "s", false, false},
      {K::dkim_selector, "s1", "example.com", "S1", true, true},
      {K::dkim_selector, "s1", "example.com", "s1", false, false},
      {K::dkim_selector, "s1", "example.com", "s11", true, false},
      {K::dkim_selector, "s1._domainkey.vendor.example", "Vendor.example", "s1", false, true},
      {K::dkim_selector, "s1._domainkey.vendor.example", "mail.vendor.example", "s1", false, false},
      {K::dkim_selector, "s1._domainkey.vendor.example", "vendor.example", "s2", false, false},
      {K::spf_domain, "vendor.example", "vendor.example", "s", true, false},
      {K::network, "vendor.example", "vendor.example", "s", true, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    CAPTURE(row.domain);
    CAPTURE(row.selector);
    DkimAuthResult result;
    result.domain = row.domain;
    result.selector = row.selector;
    CHECK(names_signature({.kind = row.kind, .value = row.value}, result, row.own) == row.expected);
  }
}

TEST_CASE("owner: mail that is not his, by his word") {
  const auto disowned = [](const OwnerEntry& entry, const RowSpec& spec) {
    World world;
    const SourceRow& row = world.add(spec);
    const RowLookup lookup = world.lookup();
    RowNames names(lookup, SenderCatalogue::built_in());
    const OwnerRules rules({.entries = {entry}, .domains = {}, .clients = {}});
    return rules.disowned(row, names.of(row)) != nullptr;
  };
  const OwnerEntry network{.kind = K::network, .value = "203.0.113.0/24", .ours = false};
  OwnerEntry ours = network;
  ours.ours = true;
  const RowSpec there{.ip = "203.0.113.9", .spf = "x.example fail"};
  CHECK(disowned(network, there));
  CHECK_FALSE(disowned(ours, there));
  CHECK_FALSE(disowned(network, {.ip = "203.0.114.9", .spf = "x.example fail"}));
  CHECK_FALSE(disowned(network, {.ip = "203.0.113.9", .spf = "example.com pass"}));
  CHECK_FALSE(disowned(network, {.ip = "203.0.113.9", .dkim = "example.com/s pass"}));
  const OwnerEntry envelope{.kind = K::spf_domain, .value = "Vendor.example", .ours = false};
  CHECK(disowned(envelope, {.spf = "b.vendor.example pass"}));
  CHECK_FALSE(disowned(envelope, {.spf = "b.vendor.example fail"}));
  CHECK_FALSE(disowned(envelope, {.spf = "xvendor.example pass"}));
  const OwnerEntry signature{.kind = K::dkim_domain, .value = "vendor.example", .ours = false};
  CHECK(disowned(signature, {.dkim = "vendor.example/s pass"}));
  CHECK_FALSE(disowned(signature, {.dkim = "vendor.example/s fail"}));
  const OwnerEntry org{.kind = K::org, .value = our_org, .ours = false};
  CHECK_FALSE(disowned(org, {.spf = our_bounce + " pass"}));  // an org is judged elsewhere
}

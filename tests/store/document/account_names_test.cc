// SPDX-License-Identifier: MIT
#include "store/document/account_names.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

const std::string org = "a-hu5amac.na63.bnc.salesforce.com";
const std::string tenant = "contoso.onmicrosoft.com";

DkimAuthResult signature(std::string domain, DkimResult result = DkimResult::pass) {
  return {std::move(domain), "s1", result, ""};
}
SpfAuthResult envelope(std::string domain, SpfResult result = SpfResult::pass,
                       Reported<SpfScope> scope = SpfScope::mfrom) {
  return {std::move(domain), scope, result, ""};
}

/// A report of records with these results, one each.
PackedReport report_of(
    const std::vector<std::pair<std::vector<SpfAuthResult>, std::vector<DkimAuthResult>>>& rows) {
  Packer packer;
  for (const auto& [spf, dkim] : rows) {
    Record made = record("192.0.2.1 1 pass pass");
    made.spf = spf;
    made.dkim = dkim;
    packer.add(made);
  }
  return packer.finish(parsed({}), sha256("x"));
}

}  // namespace

TEST_CASE("account names: which names are an account's") {
  struct Row {
    const char *name, *account;
  };
  const Row rows[] = {
      {"a-hu5amac.na63.bnc.salesforce.com", "a-hu5amac.na63.bnc.salesforce.com"},
      {"x=y.z.a-hu5amac.na63.bnc.salesforce.com", "a-hu5amac.na63.bnc.salesforce.com"},
      {"1.A-HU5AMAC.NA63.BNC.Salesforce.com", "a-hu5amac.na63.bnc.salesforce.com"},
      {"contoso.onmicrosoft.com", "contoso.onmicrosoft.com"},
      {"a.b.Contoso.OnMicrosoft.COM", "contoso.onmicrosoft.com"},
      {"na63.bnc.salesforce.com", ""},
      {"bnc.salesforce.com", ""},
      {"salesforce.com", ""},
      {"a-hu5amac.na63.notbnc.salesforce.com", ""},
      {"a-hu5amac.na63.bnc.salesforce.com.example", ""},
      {"a-hu5amac.na63.bnc.salesforce.example", ""},
      {"a-hu5amac.na63.bnc-salesforce.com", ""},
      {"onmicrosoft.com", ""},
      {".onmicrosoft.com", ""},
      {"contoso.notonmicrosoft.com", ""},
      {"contoso.onmicrosoft.com.example", ""},
      {"contoso.example", ""},
      {"", ""},
      {".", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(account_in(row.name) == row.account);
  }
  CHECK(account_in(std::string(1'000'000, '.') + tenant).ends_with("onmicrosoft.com"));
}

TEST_CASE("account names: what passed beside an account's name") {
  struct Row {
    const char* name;
    std::vector<SpfAuthResult> spf;
    std::vector<DkimAuthResult> dkim;
    Pairs expected;
  };
  const Row rows[] = {
      {"nothing", {}, {}, {}},
      {"no account", {envelope("bounce.example.com")}, {signature("example.com")}, {}},
      {"a bounce name and a signature",
       {envelope("x." + org)},
       {signature("example.com")},
       {{org, "example.com"}}},
      {"two signatures",
       {envelope("bounce.example.com")},
       {signature(tenant), signature("example.com")},
       {{tenant, "bounce.example.com"}, {tenant, "example.com"}}},
      {"the same name twice",
       {envelope("example.com")},
       {signature(tenant), signature("example.com"), signature("Example.COM")},
       {{tenant, "example.com"}}},
      {"two accounts",
       {envelope(org)},
       {signature(tenant), signature("example.com")},
       {{org, "example.com"}, {tenant, "example.com"}}},
      {"accounts alone", {envelope(org)}, {signature(tenant)}, {}},
      {"the account failed",
       {envelope("example.com")},
       {signature(tenant, DkimResult::fail), signature("example.com")},
       {}},
      {"the other failed",
       {envelope("bounce.example.com", SpfResult::softfail)},
       {signature(tenant), signature("example.com", DkimResult::temperror)},
       {}},
      {"the account in HELO only",
       {envelope(org, SpfResult::pass, SpfScope::helo)},
       {signature("example.com")},
       {}},
      {"the other in HELO only",
       {envelope("mail.example.com", SpfResult::pass, SpfScope::helo)},
       {signature(tenant)},
       {}},
      {"no scope means mfrom",
       {envelope(org, SpfResult::pass, {})},
       {signature("example.com")},
       {{org, "example.com"}}},
      {"a name that is empty", {envelope("")}, {signature(tenant)}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(account_names_in(spf_set_text(row.spf), dkim_set_text(row.dkim)) == row.expected);
    CHECK(account_names_of(report_of({{row.spf, row.dkim}})) == row.expected);
  }
}

TEST_CASE("account names: of the same rows, not of the same report") {
  const PackedReport report = report_of({{{}, {signature(tenant)}},
                                         {{}, {signature("example.com")}},
                                         {{}, {signature("b.example"), signature(tenant)}},
                                         {{}, {signature("a.example"), signature(tenant)}},
                                         {{}, {signature("a.example"), signature(tenant)}}});
  CHECK(account_names_of(report) == Pairs{{tenant, "a.example"}, {tenant, "b.example"}});
}

TEST_CASE("account names: a report cannot name more than so many") {
  for (const std::size_t names : {most_account_names, most_account_names + 50}) {
    CAPTURE(names);
    std::vector<DkimAuthResult> dkim{signature(tenant)};
    for (std::size_t i = 0; i < names; ++i)
      dkim.push_back(signature(fmt::format("d{:03}.example", i)));
    std::ranges::reverse(dkim);
    const Pairs all = account_names_in("", dkim_set_text(dkim));
    CHECK(all.size() == names);
    CHECK(std::ranges::is_sorted(all));
    const Pairs some = account_names_of(report_of({{{}, dkim}}));
    REQUIRE(some.size() == most_account_names);
    CHECK(std::ranges::equal(some, Pairs(all.begin(), all.begin() + most_account_names)));
  }
}

TEST_CASE("account names: a name with an empty label is no account") {
  for (const char* name : {".contoso.onmicrosoft.com", "x..onmicrosoft.com",
                           "..na63.bnc.salesforce.com", "a..bnc.salesforce.com"})
    CHECK(account_in(name) == "");
}

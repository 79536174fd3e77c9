// SPDX-License-Identifier: MIT
#include "report/analysis/finding/orgs.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

struct Table {
  World world;
  std::vector<SourceRow> rows;
  std::vector<const IdentityNames*> names;
  std::unique_ptr<Identifier> identifier;
  OrgTable orgs;

  explicit Table(const std::vector<RowSpec>& specs, std::vector<OwnerEntry> entries = {},
                 std::vector<std::vector<std::string>> clients = {}) {
    for (const RowSpec& spec : specs) world.add(spec);
    rows = world.rows();
    Owner owner;
    owner.entries = std::move(entries);
    owner.clients = std::move(clients);
    identifier = std::make_unique<Identifier>(world.lookup(), owner);
    identifier->learn(rows);
    for (const SourceRow& row : rows) names.push_back(&identifier->names(row));
    for (const SourceRow& row : rows) identifier->identify(row);
    orgs = org_table(rows, names, *identifier);
  }
};

const RowSpec unsigned_mail{.ip = core_ip, .spf = our_bounce + " pass"};
const RowSpec signed_mail{.ip = core_ip,
                          .spf = our_bounce + " pass",
                          .dkim = "example.com/sf1 pass",
                          .evaluated = "pass/fail"};
constexpr auto org_kind = OwnerEntry::Kind::org;

}  // namespace

TEST_CASE("orgs: who owns an org") {
  struct Case {
    const char* name;
    std::vector<RowSpec> rows;
    std::vector<OwnerEntry> entries;
    Ownership expected;
    const char* why;
  };
  const std::vector<Case> cases{
      {"nobody knows",
       {unsigned_mail},
       {},
       Ownership::unproven,
       "it never signed for your domains"},
      {"it signed",
       {signed_mail},
       {},
       Ownership::ours,
       "it signed for example.com with a key of yours"},
      {"near miss: the signature does not pass",
       {{.ip = core_ip, .spf = our_bounce + " pass", .dkim = "example.com/sf1 fail"}},
       {},
       Ownership::unproven,
       "it never signed for your domains"},
      {"the owner says ours",
       {unsigned_mail},
       {{.kind = org_kind, .value = our_org}},
       Ownership::ours,
       "you say so"},
      {"with 15 characters",
       {unsigned_mail},
       {{.kind = org_kind, .value = our_org.substr(0, 15)}},
       Ownership::ours,
       "you say so"},
      {"the owner's word beats a signature",
       {signed_mail},
       {{.kind = org_kind, .value = our_org, .ours = false}},
       Ownership::foreign,
       "you say so"},
      {"near miss: another org is claimed",
       {unsigned_mail},
       {{.kind = org_kind, .value = other_org}},
       Ownership::unproven,
       "it never signed for your domains"},
      {"near miss: an id cut short",
       {unsigned_mail},
       {{.kind = org_kind, .value = our_org.substr(0, 12)}},
       Ownership::unproven,
       "it never signed for your domains"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Table table(c.rows, c.entries);
    REQUIRE(table.orgs.orgs.size() == 1);
    CHECK(to_text(table.orgs.orgs[0].ownership) == to_text(c.expected));
    CHECK(table.orgs.orgs[0].why == c.why);
    CHECK(table.orgs.of_row[0] == 0);
  }
}

TEST_CASE("orgs: only bounce names that pass SPF tell an org") {
  const Table table({{.ip = core_ip, .spf = our_bounce + " fail"}, {.spf = "example.com pass"}});
  CHECK(table.orgs.orgs.empty());
  CHECK(table.orgs.of_row == std::vector<std::int32_t>{-1, -1});
}

TEST_CASE("orgs: a disowned org proves nothing for its domain") {
  CHECK(Table({signed_mail}).orgs.proven_for.contains("example.com"));
  CHECK(Table({signed_mail}, {{.kind = org_kind, .value = our_org, .ours = false}})
            .orgs.proven_for.empty());
  CHECK(Table({unsigned_mail}).orgs.proven_for.empty());
}

TEST_CASE("orgs: a signature proves an org for the domains of its owner only") {
  const std::vector<RowSpec> rows{
      signed_mail, {.ip = core_ip, .spf = our_bounce + " pass", .from = "other.example"}};
  for (const bool strangers : {true, false}) {
    CAPTURE(strangers);
    const std::vector<std::vector<std::string>> clients{{"example.com"}, {"other.example"}};
    const Table table(rows, {}, strangers ? clients : std::vector<std::vector<std::string>>());
    REQUIRE(table.orgs.orgs.size() == 1);
    const OrgVerdict& org = table.orgs.orgs[0];
    CHECK(ownership_for(org, table.orgs, *table.names[0], *table.identifier) == Ownership::ours);
    CHECK(ownership_for(org, table.orgs, *table.names[1], *table.identifier) ==
          (strangers ? Ownership::unproven : Ownership::ours));
  }
}

TEST_CASE("orgs: figures of a selection of rows") {
  const Table table(
      {{.ip = core_ip, .spf = other_bounce + " pass", .messages = 7},
       {.ip = core_ip, .spf = our_bounce + " pass", .messages = 5, .first = 20'003, .last = 20'004},
       {.ip = core_ip, .spf = our_bounce_2 + " pass", .messages = 6}});
  REQUIRE(table.orgs.orgs.size() == 2);
  CHECK(table.orgs.orgs[1].messages == 11);
  CHECK(table.orgs.orgs[1].first_day == 20'000);
  std::vector<std::int32_t> of_row{table.orgs.of_row[1]};
  const auto left = orgs_of_rows(table.orgs.orgs, std::span(table.rows).subspan(1, 1),
                                 std::span(table.names).subspan(1, 1), of_row);
  REQUIRE(left.size() == 1);
  CHECK(left[0].org.org_id == our_org);
  CHECK(left[0].messages == 5);
  CHECK(left[0].first_day == 20'003);
  CHECK(left[0].last_day == 20'004);
  CHECK(of_row == std::vector<std::int32_t>{0});
}

TEST_CASE("orgs: shares, most messages first, then by position") {
  const auto shares = org_shares({{0, 5}, {1, 9}, {2, 5}});
  REQUIRE(shares.size() == 3);
  CHECK(shares[0].org == 1);
  CHECK(shares[1].org == 0);
  CHECK(shares[2].org == 2);
  CHECK(org_shares({}).empty());
}

// SPDX-License-Identifier: MIT
#include "report/analysis/own.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "report/analysis/stream/streams.h"
#include "support.h"

using namespace dmarcq;

namespace {

struct Case {
  const char* name;
  RowSpec row;
  bool own;
  std::vector<RowSpec> others = {};
  std::vector<OwnerEntry> entries = {};
};

const RowSpec core_healthy{.ip = core_ip,
                           .spf = our_bounce + " pass",
                           .dkim = "example.com/sf1 pass",
                           .evaluated = "pass/fail"};
const RowSpec core_unsigned{.ip = core_ip, .spf = our_bounce + " pass", .evaluated = "fail/fail"};
const RowSpec core_of_other{.ip = core_ip, .spf = other_bounce + " pass", .evaluated = "fail/fail"};

const std::vector<Case>& cases() {
  static const std::vector<Case> list{
      {"signed by Salesforce for the domain", core_healthy, true},
      {"unsigned, of an org that is proven by signed mail", core_unsigned, true, {core_healthy}},
      {"unsigned, of an org that nobody claimed", core_of_other, false},
      {"unsigned, of an org that the owner claims",
       core_of_other,
       true,
       {},
       {{.kind = OwnerEntry::Kind::org, .value = other_org}}},
      {"unsigned, of an org that the owner disowns",
       core_of_other,
       false,
       {},
       {{.kind = OwnerEntry::Kind::org, .value = other_org, .ours = false}}},
      {"its signature for the domain is broken",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .evaluated = "fail/fail"},
       true,
       {core_healthy}},
      {"a server of the owner, by his word",
       {.ip = "203.0.113.25", .spf = "example.com fail", .evaluated = "fail/fail"},
       true,
       {},
       {{.kind = OwnerEntry::Kind::network, .value = "203.0.113.25/32", .name = "Warehouse"}}},
      {"the same server, of which nobody said anything",
       {.ip = "203.0.113.25", .spf = "example.com fail", .evaluated = "fail/fail"},
       false},
      {"a stranger's mail for an own name",
       {.ip = "198.51.100.9", .spf = "evil.example pass", .evaluated = "fail/fail"},
       false},
      {"a signature that was passed on by a forwarder",
       {.ip = "198.51.100.10",
        .spf = "forwarder.example pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail",
        .reason = "forwarded"},
       false,
       {core_healthy}},
      {"through a mailing list, which broke the signature",
       {.ip = "198.51.100.11",
        .spf = "lists.example pass",
        .dkim = "example.com/sf1 fail",
        .evaluated = "fail/fail",
        .reason = "mailing_list"},
       false,
       {core_healthy}},
  };
  return list;
}

}  // namespace

TEST_CASE("own: each kind of mail, and what only looks like it") {
  for (const Case& c : cases()) {
    SUBCASE(c.name) {
      World world;
      world.add(c.row);
      for (const RowSpec& other : c.others) world.add(other);
      const std::vector<SourceRow> rows = world.rows();
      Owner owner;
      owner.entries = c.entries;
      Identifier identifier(world.lookup(), owner);
      identifier.learn(rows);
      const Judgement judged = judge(rows, identifier);
      const RowVerdict& verdict = judged.rows.front();
      CAPTURE(to_text(verdict.flow));
      CHECK(is_own(rows.front(), verdict, judged.senders[verdict.sender], identifier) == c.own);

      // Where the days are told apart, the same row has the standing of own mail.
      Timeline timeline;
      for (const SourceRow& row : rows)
        for (Day day = row.first_day; day <= row.last_day; ++day)
          timeline.add(DayRow{.domain = row.domain,
                              .identity = row.identity,
                              .evaluation = row.evaluation,
                              .report = day,
                              .reporter = row.reporters.front(),
                              .source_ip = row.source_ip,
                              .day = day,
                              .messages = row.messages});
      timeline.finish();
      const Streams streams = find_streams(timeline, world.lookup(), owner,
                                           {.first = rows.front().first_day,
                                            .last = rows.front().last_day,
                                            .window_first = rows.front().first_day,
                                            .domain = {},
                                            .scenario = {}});
      const auto at = static_cast<std::size_t>(
          std::ranges::find_if(streams.window.rows,
                               [&](const SourceRow& row) {
                                 return row.source_ip == rows.front().source_ip &&
                                        row.identity == rows.front().identity;
                               }) -
          streams.window.rows.begin());
      REQUIRE(at < streams.stream_of_row.size());
      const Standing standing = streams.list[streams.stream_of_row[at]].standing;
      CAPTURE(to_text(standing));
      CHECK((standing == Standing::own) == c.own);
    }
  }
}

TEST_CASE("Salesforce's mail: proven or relayed, never a mere name") {
  Sender proven, claimed, google;
  proven.service = claimed.service = "Salesforce";
  proven.service_id = claimed.service_id = ServiceId::salesforce;
  proven.route = "core";
  proven.evidence = Evidence::authenticated;
  claimed.evidence = Evidence::claimed;
  google.service = "Google Workspace / Gmail";
  google.evidence = Evidence::authenticated;
  RowVerdict plain, relayed;
  relayed.codes.set(static_cast<std::size_t>(FindingCode::relay_unsigned));
  CHECK(is_salesforce(plain, proven));
  CHECK(salesforce_route_of(plain, proven) == "core");
  CHECK_FALSE(is_salesforce(plain, claimed));
  CHECK_FALSE(is_salesforce(plain, google));
  CHECK(is_salesforce(relayed, google));
  CHECK(salesforce_route_of(relayed, google) == "email-relay");
  CHECK(salesforce_route_of(relayed, proven) == "core");
}

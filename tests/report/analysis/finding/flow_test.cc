// SPDX-License-Identifier: MIT
// Which way mail came, by kind of sender. diagnose_test.cc has whole identifications.
#include "report/analysis/finding/flow.h"

#include <doctest/doctest.h>

#include <span>

#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

constexpr auto unknown = ServiceClass::unknown;

struct Case {
  const char* name;
  RowSpec row;
  Sender sender;
  Flow expected;
  std::vector<RowSpec> learned = {};
  std::vector<OwnerEntry> entries = {};
  bool teaches = true;  ///< the row itself is learned from, too
};

Sender at(Place place, ServiceClass service_class, Evidence evidence = Evidence::network) {
  Sender sender;
  sender.service = service_class == unknown ? "" : "Some Service";
  sender.service_class = service_class;
  sender.place = place;
  sender.evidence = evidence;
  return sender;
}
Sender home(ServiceClass service_class, Evidence evidence = Evidence::network) {
  return at(Place::home, service_class, evidence);
}

FlowVerdict verdict_of(const Case& c) {
  World world;
  world.add(c.row);
  for (const RowSpec& other : c.learned) world.add(other);
  const std::vector<SourceRow> rows = world.rows();
  const RowLookup lookup = world.lookup();
  Owner owner;
  owner.entries = c.entries;
  Identifier identifier(lookup, owner);
  identifier.learn(std::span(rows).subspan(c.teaches ? 0 : 1));
  identifier.identify(rows.front());
  const OrgTable orgs;
  const PolicyEvaluated& evaluation = lookup.evaluation(rows.front().evaluation);
  return flow_of({.row = rows.front(),
                  .names = identifier.names(rows.front()),
                  .sender = c.sender,
                  .reasons = override_reasons(evaluation),
                  .dkim_aligned = evaluation.dkim_aligned(),
                  .spf_aligned = evaluation.spf_aligned(),
                  .orgs = orgs,
                  .identifier = identifier});
}

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(to_text(verdict_of(c).flow) == to_text(c.expected));
  }
}

const RowSpec signed_direct{
    .spf = "example.com pass", .dkim = "example.com/s1 pass", .evaluated = "pass/pass"};
const RowSpec broken{
    .ip = "203.0.113.9", .spf = "other.example pass", .dkim = "example.com/s1 fail"};

}  // namespace

TEST_CASE("flow: the place and what the owner says come before the kind of service") {
  check({
      {"a relay", {.spf = "x.example fail"}, at(Place::relay, ServiceClass::mailbox), Flow::direct},
      {"a list's service", {.spf = "x.example pass"}, home(ServiceClass::list), Flow::mailing_list},
      {"the owner's own server", {.spf = "x.example fail"}, home(ServiceClass::own), Flow::direct},
      {"an unknown class", {.spf = "x.example fail"}, home(unknown), Flow::unknown},
      {"disowned",
       {.ip = "192.0.2.1", .spf = "x.example pass"},
       at(Place::relay, ServiceClass::own),
       Flow::foreign,
       {},
       {{.kind = OwnerEntry::Kind::network, .value = "192.0.2.0/24", .ours = false}}},
      {"near miss: disowned, but it passes",
       {.ip = "192.0.2.1",
        .spf = "example.com pass",
        .dkim = "example.com/s1 pass",
        .evaluated = "pass/pass"},
       at(Place::relay, ServiceClass::own),
       Flow::direct,
       {},
       {{.kind = OwnerEntry::Kind::network, .value = "192.0.2.0/24", .ours = false}}},
  });
}

TEST_CASE("flow: gateways and forwarders") {
  const Sender gateway = home(ServiceClass::gateway);
  check({
      {"our SPF allows it",
       {.spf = "example.com pass", .evaluated = "fail/pass"},
       gateway,
       Flow::direct},
      {"our signature", {.dkim = "example.com/s1 fail"}, gateway, Flow::forwarded},
      {"the receiver says so",
       {.spf = "x.example pass", .reason = "forwarded"},
       gateway,
       Flow::forwarded},
      {"the receiver says list",
       {.spf = "x.example pass", .reason = "mailing_list"},
       gateway,
       Flow::mailing_list},
      {"near miss: nothing of ours", {.spf = "x.example pass"}, gateway, Flow::unknown},
      {"near miss: another's signature", {.dkim = "x.example/s1 pass"}, gateway, Flow::unknown},
  });
}

TEST_CASE("flow: mailbox providers") {
  // The address is Google's, so that what is learned from the row itself is Google's too.
  const auto google = [](Evidence evidence) {
    Sender sender = home(ServiceClass::mailbox, evidence);
    sender.service_id = ServiceId::google_workspace;
    sender.service = display_name(sender.service_id);
    return sender;
  };
  const Sender mailbox = google(Evidence::network), authenticated = google(Evidence::authenticated);
  check({
      {"our SPF", {.spf = "example.com pass", .evaluated = "fail/pass"}, mailbox, Flow::direct},
      {"a key of ours that signs elsewhere",
       {.ip = "209.85.220.41",
        .spf = "x.example pass",
        .dkim = "example.com/s1 pass",
        .evaluated = "pass/fail"},
       mailbox,
       Flow::forwarded,
       {signed_direct}},
      {"near miss: a key that nobody knows",
       {.ip = "203.0.113.9",
        .spf = "x.example pass",
        .dkim = "example.com/s9 pass",
        .evaluated = "pass/fail"},
       mailbox,
       Flow::unknown,
       {signed_direct},
       {},
       false},
      {"a key of the tenant's own",
       {.ip = "209.85.220.41",
        .spf = "x.example pass",
        .dkim = "example.com/s9 pass",
        .evaluated = "pass/fail"},
       authenticated,
       Flow::direct},
      {"forwarded from a private mailbox",
       {.ip = "209.85.220.41",
        .spf = "gmail.com pass",
        .dkim = "example.com/s9 pass",
        .evaluated = "pass/fail"},
       authenticated,
       Flow::forwarded},
      {"an unsigned envelope of ours", {.spf = "example.com fail"}, authenticated, Flow::unknown},
      {"another tenant", {.spf = "x.example pass"}, authenticated, Flow::foreign},
      {"near miss: an address of the provider's proves no tenant",
       {.spf = "x.example pass"},
       mailbox,
       Flow::unknown},
      {"a broken signature of ours in another's envelope",
       broken,
       mailbox,
       Flow::forwarded,
       {signed_direct}},
      {"near miss: broken, with a key that was never seen direct", broken, mailbox, Flow::unknown},
  });
}

TEST_CASE("flow: a tenant is named by its default signature") {
  struct Row {
    const char* name;
    const char* dkim;
    Flow flow;
    bool guessed;
  };
  for (const Row& row : std::vector<Row>{
           {"Google: verified by Google", "example-com.20230601.gappssmtp.com/20230601 pass",
            Flow::direct, false},
           {"Google: another's", "stranger-org.20230601.gappssmtp.com/20230601 pass", Flow::foreign,
            false},
           {"Microsoft: a name that anyone may choose", "example.onmicrosoft.com/selector1 pass",
            Flow::direct, true},
           {"Microsoft: another's", "contoso.onmicrosoft.com/selector1 pass", Flow::foreign, false},
           {"near miss: it does not pass", "example.onmicrosoft.com/selector1 fail", Flow::foreign,
            false}}) {
    CAPTURE(row.name);
    const FlowVerdict verdict = verdict_of({"",
                                            {.ip = "192.0.2.9", .dkim = row.dkim},
                                            home(ServiceClass::mailbox, Evidence::authenticated),
                                            row.flow});
    CHECK(to_text(verdict.flow) == to_text(row.flow));
    CHECK(verdict.guessed == row.guessed);
  }
}

TEST_CASE("flow: email services") {
  check({
      {"it passes", {.evaluated = "pass/fail"}, home(ServiceClass::esp), Flow::direct},
      {"authenticated as the service",
       {.spf = "x.example fail"},
       home(ServiceClass::esp, Evidence::authenticated),
       Flow::direct},
      {"near miss: its address alone",
       {.spf = "x.example fail"},
       home(ServiceClass::esp),
       Flow::unknown},
      {"its address, our envelope",
       {.spf = "example.com fail"},
       home(ServiceClass::esp),
       Flow::direct},
      {"another service signed it",
       broken,
       home(ServiceClass::esp),
       Flow::forwarded,
       {signed_direct}},
      {"the receiver says forwarded",
       {.spf = "x.example fail", .reason = "forwarded"},
       home(ServiceClass::application),
       Flow::forwarded},
  });
}

TEST_CASE("flow: an address of which nothing is known") {
  const Sender stranger = at(Place::unknown, unknown, Evidence::none);
  check({
      {"our SPF allows it",
       {.spf = "example.com pass", .evaluated = "fail/pass"},
       stranger,
       Flow::direct},
      {"near miss: called aligned, but SPF passed for a stranger",
       {.ip = "203.0.113.9", .spf = "x.example pass", .evaluated = "fail/pass"},
       stranger,
       Flow::unknown},
      {"our broken signature", broken, stranger, Flow::forwarded, {signed_direct}},
      {"near miss: no live key of ours", broken, stranger, Flow::unknown},
      {"a list by its name",
       {.ip = "203.0.113.9", .spf = "bounces.lists.x.example pass", .dkim = "example.com/s1 fail"},
       stranger,
       Flow::mailing_list},
      {"near miss: a list's name without our signature",
       {.ip = "203.0.113.9", .spf = "bounces.lists.x.example pass"},
       stranger,
       Flow::unknown},
      {"nothing of ours", {.ip = "203.0.113.9", .spf = "x.example fail"}, stranger, Flow::unknown},
  });
}

TEST_CASE("flow: a service's mail at another's address came indirectly") {
  const Sender elsewhere = at(Place::elsewhere, ServiceClass::esp, Evidence::authenticated);
  check({
      {"our signature",
       {.ip = "203.0.113.9", .dkim = "example.com/s1 pass", .evaluated = "pass/fail"},
       elsewhere,
       Flow::forwarded},
      {"our SPF allows the address",
       {.spf = "example.com pass", .evaluated = "fail/pass"},
       elsewhere,
       Flow::direct},
      {"another customer of the service",
       {.ip = "203.0.113.9", .spf = "x.example pass"},
       elsewhere,
       Flow::foreign},
      {"near miss: no name passes",
       {.ip = "203.0.113.9", .spf = "x.example fail"},
       elsewhere,
       Flow::unknown},
  });
}

TEST_CASE("flow: reasons of receivers") {
  struct Row {
    const char* reason;
    bool list, forwarded, held_back, trusted;
  };
  for (const Row& row :
       std::vector<Row>{{"", false, false, false, false},
                        {"mailing_list", true, false, false, false},
                        {"forwarded", false, true, false, true},
                        {"trusted_forwarder", false, true, false, true},
                        {"local_policy arc=pass as.1.d=x", false, true, false, true},
                        {"local_policy arc=fail", false, false, false, false},
                        {"other arc=pass", false, false, false, false},
                        {"other looks forwarded, downgrade to none", false, true, false, false},
                        {"sampled_out", false, false, true, false},
                        {"policy_test_mode", false, false, true, false}}) {
    CAPTURE(row.reason);
    World world;
    world.add({.reason = row.reason});
    const OverrideReasons found =
        override_reasons(world.lookup().evaluation(world.rows().front().evaluation));
    CHECK(found.list == row.list);
    CHECK(found.forwarded == row.forwarded);
    CHECK(found.held_back == row.held_back);
    CHECK(found.trusted == row.trusted);
  }
}

// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/blockers.h"

#include <doctest/doctest.h>

#include "report/analysis/sender/salesforce.h"
#include "tests/report/analysis/readiness/facts_support.h"

using namespace dmarcq;

TEST_CASE("blockers: a gate that passed has none, and each stream of one that failed has one") {
  HandMadeWindow w;
  w.add({.sender = "good", .both = 1000});
  w.add({.sender = "bad", .both = 5, .fail = 5, .first = 20'100});
  const WindowFacts facts = w.facts();
  CHECK(blockers_of(facts, gate_volume(facts)).empty());
  CHECK(blockers_of(facts, gate_raw_pass_rate(facts)).empty());
  const auto blockers = blockers_of(facts, gate_pass_rate(facts));
  REQUIRE(blockers.size() == 1);
  const Blocker& blocker = blockers.front();
  CHECK(blocker.sender == "bad");
  CHECK(blocker.messages == 20u * 3 * 10);
  CHECK(blocker.failing == 20u * 3 * 5);
  CHECK(blocker.first_day == 20'100);
  CHECK(blocker.last_day == 20'119);
  CHECK(std::get<FailsDmarc>(blocker.reason).judged == 20u * 3 * 10);
  CHECK_FALSE(blocker.repaired);
}

TEST_CASE("blockers: what is repaired has no steps, and only waits") {
  struct Row {
    const char* name;
    Day failed_until;
    bool repaired;
  };
  for (const Row& row : {Row{"two weeks without a failure", 20'105, true},
                         Row{"near miss: it failed yesterday", 20'119, false}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    for (StreamCount& count : w.add({.both = 0, .fail = 10}).counts)
      if (count.day > row.failed_until) count.both = 10, count.fail = 0;
    const WindowFacts facts = w.facts();
    const auto blockers = blockers_of(facts, gate_pass_rate(facts));
    REQUIRE(blockers.size() == 1);
    CHECK(blockers.front().repaired.has_value() == row.repaired);
    if (row.repaired) CHECK(blockers.front().repaired->since == row.failed_until + 1);
  }
}

TEST_CASE("blockers: the owner is asked only where the value is what it claims to be") {
  struct Row {
    const char *kind, *value;
    bool asked;
  };
  for (const Row& row :
       {Row{"network", "203.0.113.25", true}, Row{"spf-domain", "agency.example", true},
        Row{"network", "203.0.113.25; curl evil.example", false}, Row{"spf-domain", "a b", false},
        Row{"", "", false}}) {
    CAPTURE(std::string(row.value));
    HandMadeWindow w;
    w.add({.sender = "own"});
    Stream& stream = w.add({.standing = Standing::possible, .sender = "who"});
    stream.answer_kind = row.kind;
    stream.answer_value = row.value;
    stream.persistence.rhythm = Rhythm::named;
    const WindowFacts facts = w.facts();
    const auto blockers = blockers_of(facts, gate_unknown_sources(facts));
    REQUIRE(blockers.size() == 1);
    CHECK(blockers.front().question.has_value() == row.asked);
  }
}

TEST_CASE("blockers: many orgs are one blocker behind two that are named") {
  HandMadeWindow w;
  for (const char* org : {"a", "b", "c", "d", "e"}) {
    Stream& stream = w.add({.standing = Standing::possible, .sender = "Salesforce core"});
    stream.service = salesforce_service;
    stream.org_id = org;
    stream.persistence.rhythm = Rhythm::named;
  }
  const WindowFacts facts = w.facts();
  const auto blockers = blockers_of(facts, gate_routes(facts));
  REQUIRE(blockers.size() == 3);
  CHECK(std::get<UnclaimedOrgs>(blockers[0].reason).org_ids ==
        std::vector<std::string>{"c", "d", "e"});
  CHECK(std::get<UnclaimedOrg>(blockers[1].reason).org_id == "a");
}

TEST_CASE("blockers: failures first, then questions, then what is missing, then what is new") {
  std::vector<Blocker> blockers;
  const auto add = [&](GateId gate, std::uint64_t failing) {
    blockers.push_back({.gate = gate, .reason = LostIndirectly{}, .failing = failing});
  };
  add(GateId::new_senders, 9);
  add(GateId::dns, 0);
  add(GateId::unknown_sources, 1);
  add(GateId::routes, 5);
  add(GateId::missing_senders, 0);
  add(GateId::pass_rate, 2);
  add(GateId::pass_rate, 3);
  order_blockers(blockers);
  std::vector<std::string_view> order;
  for (const Blocker& blocker : blockers) order.push_back(to_text(blocker.gate));
  CHECK(order == std::vector<std::string_view>{"G4", "G4", "G6", "G7", "G12", "G11", "G8"});
  CHECK(blockers.front().failing == 3);
}

TEST_CASE("blockers: mail that the policy refused, as logs and reports prove") {
  HandMadeWindow w;
  w.add({.sender = "good", .both = 1000});
  CHECK(blockers_of(w.facts(), gate_pass_rate(w.facts())).empty());
  w.question.refused =
      RefusedOwnMail{.mails = 3, .receivers = {"google"}, .first_day = 20'100, .last_day = 20'110};
  const WindowFacts facts = w.facts();
  const Gate gate = gate_pass_rate(facts);
  CHECK(gate.status == Gate::Status::failed);
  const auto blockers = blockers_of(facts, gate);
  REQUIRE(blockers.size() == 1);
  CHECK(std::get<RefusedByPolicy>(blockers.front().reason).refused.mails == 3);
  CHECK(blockers.front().from == "example.com");
  CHECK(blockers.front().failing == 3);
  CHECK(blockers.front().first_day == 20'100);
  CHECK(blockers.front().last_day == 20'110);
}

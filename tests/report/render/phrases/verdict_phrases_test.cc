// SPDX-License-Identifier: MIT
#include "report/render/phrases/verdict_phrases.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("verdict phrases: the sentence and what to do next") {
  using State = DomainVerdict::State;
  DomainVerdict verdict;
  verdict.domain = "example.com";
  verdict.p = "none";
  verdict.target = "quarantine";
  verdict.first = 20'000;
  verdict.last = 20'029;
  verdict.own = {.both = 800, .fail = 12};
  verdict.gates = {
      {GateId::volume, Gate::Status::failed, VolumeFigures{.messages = 812, .needed = 1000}},
      {GateId::stability, Gate::Status::failed, StabilityFigures{.fallen = {1}}}};
  struct Row {
    State state;
    const char *sentence, *next_step;
  };
  for (
      const Row& row :
      {Row{State::at_goal,
           "example.com rejects mail that is not its own, and no condition is open.",
           "Leave the record unchanged."},
       Row{State::ready,
           "example.com is ready for p=quarantine: in 30 days 12 of 812 messages of its own failed DMARC.",
           "Leave the record unchanged."},
       Row{State::not_ready,
           "example.com is not ready to move from p=none to p=quarantine: in 30 days 12 of 812 messages of its own failed DMARC.",
           ""},
       Row{State::too_little_data,
           "There is too little data to say whether example.com can move from p=none to p=quarantine.",
           "The window contains too little of your own mail for a verdict. Leave the record unchanged until then."},
       Row{State::no_reports, "No report on example.com came in the last four months.",
           "Check that report mail still arrives and is ingested, that the record at _dmarc.example.com still names the right address in rua=, and that this address accepts reports for the domain."}}) {
    verdict.state = row.state;
    const VerdictPhrases phrases = phrases_of(verdict);
    CHECK(phrases.sentence == row.sentence);
    CHECK(phrases.next_step == row.next_step);
  }
  verdict.state = State::no_reports;
  verdict.last_report = 20'000;
  CHECK(phrases_of(verdict).sentence == "No report on example.com is newer than 2024-10-04.");
  verdict.state = State::not_ready;
  verdict.own.fail = 0;
  CHECK(phrases_of(verdict).sentence.ends_with(": 2 conditions are open."));
  verdict.p = "quarantine";
  CHECK(phrases_of(verdict).sentence.starts_with(
      "example.com is at p=quarantine without being ready for it"));
  // The first blocker that can be repaired, not the first.
  verdict.blockers = {{.gate = GateId::indirect_loss, .reason = LostIndirectly{}, .failing = 3},
                      {.gate = GateId::unknown_sources,
                       .reason = UnprovenRoute{},
                       .label = "agency",
                       .messages = 5,
                       .question = OwnerQuestion{"spf-domain", "agency.example", "example.com"}}};
  CHECK(
      phrases_of(verdict).next_step ==
      "5 messages came through agency, and nothing proves that the sender is yours. Find out who uses agency.example: ask marketing, HR, finance and agencies for tools that send as example.com.");
}

TEST_CASE(
    "blocked_by: the first blocker in few words, else the first open gate of the verdict's kind") {
  using State = DomainVerdict::State;
  DomainVerdict verdict;
  verdict.gates = {
      {GateId::volume, Gate::Status::failed, VolumeFigures{.messages = 812, .needed = 1000}},
      {GateId::stability, Gate::Status::failed, StabilityFigures{.fallen = {1}}}};
  for (const State state : {State::ready, State::at_goal, State::no_reports}) {
    verdict.state = state;
    CHECK(blocked_by(verdict).empty());
  }
  verdict.state = State::too_little_data;
  CHECK(blocked_by(verdict).starts_with("volume of your own mail: "));
  verdict.state = State::not_ready;
  CHECK(blocked_by(verdict).starts_with("stability: "));
  verdict.blockers = {{.gate = GateId::pass_rate,
                       .reason = FailsDmarc{.judged = 1'200, .target = "reject"},
                       .label = "Salesforce core",
                       .failing = 30}};
  CHECK(blocked_by(verdict) == "Salesforce core: 30 of 1,200 fail");
}

TEST_CASE("asked_by: the tags that ask something of receivers, in the customary order") {
  CHECK(asked_by("v=DMARC1; p=quarantine; t=y; rua=mailto:a@example.com") == "p=quarantine; t=y");
  CHECK(asked_by("v=DMARC1; p=none; np=reject; fo=1; adkim=s") == "p=none; np=reject; adkim=s");
  CHECK(asked_by("").empty());
  CHECK(asked_by("v=spf1 -all").empty());
}

TEST_CASE("words_of a state: each has its own") {
  using State = DomainVerdict::State;
  CHECK(words_of(State::at_goal) == "goal reached");
  CHECK(words_of(State::no_reports) == "no reports");
  CHECK(words_of(State::too_little_data) == "too little data");
}

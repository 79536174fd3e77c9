// SPDX-License-Identifier: MIT
#include "report/render/phrases/verdict_phrases.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("verdict phrases: the sentence, its reason and what to do next") {
  using State = DomainVerdict::State;
  DomainVerdict verdict;
  verdict.domain = "example.com";
  verdict.p = "none";
  verdict.target = "quarantine";
  verdict.judged_days = 30;
  verdict.own = {.both = 800, .fail = 12};
  verdict.gates = {
      {GateId::volume, Gate::Status::failed, VolumeFigures{.messages = 812, .needed = 1000}},
      {GateId::stability, Gate::Status::failed, StabilityFigures{.fallen = {1}}}};
  struct Row {
    State state;
    const char *sentence, *brief, *next_step;
  };
  for (
      const Row& row :
      {Row{State::at_goal,
           "example.com rejects mail that is not its own, and no condition is open.",
           "p=reject, and no condition is open", "Leave the record unchanged."},
       Row{State::ready,
           "example.com is ready for p=quarantine: in 30 days 12 of 812 messages of its own failed DMARC.",
           "for p=quarantine: in 30 days 12 of 812 messages of its own failed DMARC",
           "Leave the record unchanged."},
       Row{State::not_ready,
           "example.com is not ready to move from p=none to p=quarantine: in 30 days 12 of 812 messages of its own failed DMARC.",
           "for p=quarantine: in 30 days 12 of 812 messages of its own failed DMARC", ""},
       Row{State::too_little_data,
           "There is too little data to say whether example.com can move from p=none to p=quarantine.",
           "The window contains too little of your own mail for a verdict.",
           "The window contains too little of your own mail for a verdict. Leave the record unchanged until then."},
       Row{State::not_judged, "", "less mail than the others; see dmarcq readiness", ""},
       Row{State::no_reports, "", "", ""}}) {
    verdict.state = row.state;
    const VerdictPhrases phrases = phrases_of(verdict);
    CHECK(phrases.sentence == row.sentence);
    CHECK(phrases.brief == row.brief);
    CHECK(phrases.next_step == row.next_step);
  }
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

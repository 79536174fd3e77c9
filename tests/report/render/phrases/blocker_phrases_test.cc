// SPDX-License-Identifier: MIT
#include "report/render/phrases/blocker_phrases.h"

#include <doctest/doctest.h>

#include "report/render/phrases/finding_phrases.h"

using namespace dmarcq;

namespace {

Blocker blocker(BlockerReason reason) {
  return {.gate = GateId::pass_rate,
          .reason = std::move(reason),
          .sender = "Salesforce core",
          .from = "news.example.com",
          .label = "Salesforce core (news.example.com)",
          .messages = 430,
          .failing = 12};
}

}  // namespace

TEST_CASE("blocker phrases: what is the matter") {
  struct Row {
    BlockerReason reason;
    const char *sender, *text;
  };
  const Row rows[] = {
      {FailsDmarc{430, "quarantine"}, "Salesforce core",
       "12 of 430 messages from Salesforce core (news.example.com) fail DMARC and would be held by p=quarantine."},
      {UnprovenRoute{}, "Salesforce core",
       "430 messages came through Salesforce core (news.example.com), and nothing proves that the sender is yours."},
      {UnclaimedOrg{"00D", false}, "Salesforce core",
       "Salesforce org 00D sent 430 messages as news.example.com. Is it yours? If so, claim it and set up DKIM; if not, disown it."},
      {UnclaimedOrgs{{"a", "b"}, "example.com"}, "2 more Salesforce orgs",
       "2 more Salesforce orgs sent 430 messages as example.com, and their owners are unknown. Such a number usually means other customers abusing the name."},
      {PassRateFell{0, 0, 9, 10}, "Salesforce core",
       "The pass rate of Salesforce core (news.example.com) fell from 100 % to 90.0 % compared with the previous window."},
      {LostIndirectly{}, "forwarders and lists",
       "12 messages of your mail to forwarders and lists would be held."},
      {DnsFault{DnsFault::Kind::several_spf, "example.com", {}, 2}, "DNS",
       "There are 2 SPF records at example.com, which is a permanent error."},
  };
  for (const Row& row : rows) {
    const BlockerPhrases phrases = phrases_of(blocker(row.reason));
    CHECK(phrases.sender == row.sender);
    CHECK(phrases.text == row.text);
  }
}

TEST_CASE("blocker phrases: questions come before the steps of the finding") {
  Blocker b = blocker(FailsDmarc{430, "reject"});
  CHECK(phrases_of(b).fix.empty());
  b.code = FindingCode::ae_no_dkim;
  CHECK(phrases_of(b).fix.empty());  // a code alone: its finding is not there
  b.names = FindingNames{};
  const FindingSentences finding = sentences_of(*b.code, *b.names);
  CHECK(phrases_of(b).fix == finding.fix);
  CHECK(phrases_of(b).verify == finding.verify);
  b.question = OwnerQuestion{"network", "203.0.113.25", "example.com"};
  const BlockerPhrases asked = phrases_of(b);
  REQUIRE(asked.fix.size() == finding.fix.size() + 3);
  CHECK(asked.fix[0].starts_with("Find out who runs 203.0.113.25"));
  CHECK(asked.fix[1].ends_with("dmarcq senders add network 203.0.113.25 --name NAME"));
  CHECK(asked.fix[2] == "If it is not: dmarcq senders add network 203.0.113.25 --foreign");
}

TEST_CASE("blocker phrases: only what is an org id is offered to be copied") {
  const BlockerPhrases phrases = phrases_of(
      blocker(UnclaimedOrgs{{"00DA0000000Hu5aMAC", "x; curl evil.example"}, "example.com"}));
  CHECK(phrases.fix.back() ==
        "If none is yours: dmarcq senders add org 00DA0000000Hu5aMAC --foreign");
}

TEST_CASE("blocker phrases: a fault of DNS is a sentence, and its tag is as it is written") {
  using Kind = DnsFault::Kind;
  CHECK(
      phrases_of(blocker(DnsFault{Kind::not_a_policy, "sp", "nix"})).text ==
      "The DMARC record has sp=nix, which is not a policy, so it acts as p=none at best (RFC 9989 section 4.10.1).");
  CHECK(
      phrases_of(blocker(DnsFault{Kind::unreadable, "example.com", {}})).text ==
      "Receivers cannot read the record at _dmarc.example.com: dmarcq dns check example.com names what is wrong.");
}

TEST_CASE("blocker phrases: what is repaired says so") {
  Blocker b = blocker(FailsDmarc{430, "reject"});
  b.repaired = Blocker::Repair{20'110, 90};
  CHECK(phrases_of(b).text.ends_with(
      " No failure since 2025-01-22 in 90 messages: this appears to be fixed. Wait until the window has passed; there is nothing to do."));
}

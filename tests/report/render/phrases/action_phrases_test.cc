// SPDX-License-Identifier: MIT
#include "report/render/phrases/action_phrases.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("titles of findings: each code has one that follows a name and is no sentence") {
  for (std::size_t i = 0; i < finding_code_count; ++i) {
    const auto code = static_cast<FindingCode>(i);
    CAPTURE(to_text(code));
    const std::string_view title = title_of(code);
    CHECK(title.size() >= 10);
    CHECK(title.size() <= 70);
    CHECK_FALSE(title.ends_with('.'));
  }
  CHECK(title_of(FindingCode::reporter_temperror) == "a temporary error at the receiver");
  CHECK(title_of(FindingCode::core_no_dkim) == "no DKIM signature of your domain");
  CHECK(title_of(FindingCode::unauthenticated) == "nothing ties it to you");
  CHECK(title_of(FindingCode::relay_unsigned) ==
        "sent through your relay without a valid signature");
  CHECK(title_of(FindingCode::ses_default_identity) == "signs as Amazon SES, not as your domain");
}

TEST_CASE(
    "actions: a repair names who does it, each person once, and leaves the sender to the title") {
  DomainVerdict verdict;
  verdict.domain = "example.com";
  Blocker blocker{.gate = GateId::pass_rate,
                  .reason = FailsDmarc{.judged = 100, .target = "reject"},
                  .sender = "Salesforce core",
                  .from = "news.example.com",
                  .label = "Salesforce core (news.example.com)",
                  .messages = 100,
                  .failing = 40,
                  .code = FindingCode::core_no_dkim,
                  .names = FindingNames{.header_from = "news.example.com"}};
  const ActionPhrases said = phrases_of({PageAction::Kind::repair, 0, blocker, {}}, verdict);
  CHECK(said.title == "Salesforce Core as news.example.com: no DKIM signature of your domain");
  CHECK(said.who == "Salesforce administrator, DNS administrator");
  CHECK(said.impact == "40 of 100 messages fail DMARC and would be held by p=reject.");
  CHECK(said.code == "core-no-dkim");
  CHECK_FALSE(said.steps.empty());
  CHECK_FALSE(said.done_when.empty());
  CHECK_FALSE(said.cause.empty());
  CHECK(said.record.empty());
  blocker.from = "example.com";
  CHECK(phrases_of({PageAction::Kind::repair, 0, blocker, {}}, verdict).title ==
        "Salesforce Core: no DKIM signature of your domain");
}

TEST_CASE("actions: a question is for the owner, and is no repair") {
  DomainVerdict verdict;
  verdict.domain = "example.com";
  const Blocker blocker{.gate = GateId::unknown_sources,
                        .reason = UnknownSource{},
                        .sender = "192.0.2.7",
                        .label = "192.0.2.7",
                        .standing = Standing::possible,
                        .messages = 12,
                        .question = OwnerQuestion{"network", "192.0.2.7", "example.com"}};
  const ActionPhrases said = phrases_of({PageAction::Kind::answer, 0, blocker, {}}, verdict);
  CHECK(said.title == "192.0.2.7: yours or not?");
  CHECK(said.who == "you");
  CHECK(said.code.empty());
  CHECK(said.steps.size() == 3);
}

TEST_CASE("actions: records say where they go and what they ask") {
  DomainVerdict verdict;
  verdict.domain = "example.com";
  verdict.record_name = "partners.example.com";
  verdict.next_record = "v=DMARC1; p=none; rua=mailto:YOUR-ADDRESS";
  verdict.next.kind = NextStep::Kind::back_below_one;
  verdict.next.name = "partners.example.com";
  verdict.next.policy = "none";
  verdict.next.back = true;
  const ActionPhrases back = phrases_of({PageAction::Kind::step_back, 0, {}, {}}, verdict);
  CHECK(back.title == "Step back to p=none for partners.example.com");
  CHECK(back.record_name == "_dmarc.partners.example.com.");
  CHECK(back.record == verdict.next_record);
  CHECK(back.who == "DNS administrator");
  verdict.record_name = "example.com";
  verdict.next = {.kind = NextStep::Kind::reject, .changes = true, .least_days = 14};
  verdict.next_record = "v=DMARC1; p=reject; rua=mailto:YOUR-ADDRESS";
  const ActionPhrases ahead = phrases_of({PageAction::Kind::publish, 0, {}, {}}, verdict);
  CHECK(ahead.title == "Publish p=reject for example.com");
  CHECK(ahead.impact.ends_with("Stay there for at least 14 days."));
}

TEST_CASE("actions: silence is told, with where to look") {
  DomainVerdict verdict;
  verdict.domain = "example.com";
  const ActionPhrases said = phrases_of({PageAction::Kind::find_reports, 0, {}, {}}, verdict);
  CHECK(said.title == "Find out why no reports come for example.com");
  CHECK(said.who == "you");
}

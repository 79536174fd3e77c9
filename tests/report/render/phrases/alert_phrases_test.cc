// SPDX-License-Identifier: MIT
#include "report/render/phrases/alert_phrases.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("phrases of alerts: each kind of facts is one or two sentences") {
  struct Row {
    Alert alert;
    std::string expected;
  };
  const Day since = 20'000;  // 2024-10-04
  const auto alert = [&](std::string domain, std::string source, AlertFacts facts) {
    return Alert{.domain = std::move(domain),
                 .source = std::move(source),
                 .since = since,
                 .facts = std::move(facts)};
  };
  const NewSenderFacts fresh{
      .sender = "Salesforce core", .from = "example.com", .messages = 12, .passing = 12};
  const auto with = [&](auto change) {
    NewSenderFacts facts = fresh;
    change(facts);
    return facts;
  };
  for (
      const Row& row : {
          Row{alert("example.com", "", fresh),
              "Salesforce core has been sending as example.com since 2024-10-04: 12 messages, none of which "
              "fail."},
          Row{alert("example.com", "", with([](auto& f) { f.failing = 5, f.passing = 7; })),
              "Salesforce core has been sending as example.com since 2024-10-04: 12 messages, 5 of which "
              "fail."},
          Row{alert("example.com", "", with([](auto& f) {
                      f.failing = 12, f.passing = 0, f.standing = Standing::possible;
                      f.why = {.reason = StandingReason::default_identity};
                    })),
              "Salesforce core has been sending as example.com since 2024-10-04: 12 messages, all of which "
              "fail. Find out whose it is: it uses the default identity of a service that anyone "
              "can use, and nothing proves whose account it is."},
          Row{alert("example.com", "Amazon SES", FailingSenderFacts{.failing = 9, .judged = 20}),
              "Amazon SES has been failing since 2024-10-04: 9 of 20 messages."},
          Row{alert("example.com", "Amazon SES",
                    FailingSenderFacts{.failing = 9,
                                       .judged = 20,
                                       .code = FindingCode::core_no_dkim,
                                       .policy_domain = "$(touch x)"}),
              "Amazon SES has been failing since 2024-10-04: 9 of 20 messages. The pattern is core-no-dkim: "
              "dmarcq readiness DOMAIN has the fix."},
          Row{alert("example.com", "Amazon SES",
                    VanishedSenderFacts{.last_seen = since, .longest_silence = 1}),
              "Amazon SES has not been seen since 2024-10-04; before, it was never silent for "
              "more than a day."},
          Row{alert("example.com", "", SilentReportsFacts{.last_report = since}),
              "No reports on example.com since 2024-10-04: is its rua still published, is the "
              "mailbox being read, or has the domain stopped sending?"},
          Row{alert("", "", SilentReportsFacts{.last_report = since}),
              "No reports at all since 2024-10-04: is the rua address still correct, and is its "
              "mailbox being read?"},
          Row{alert("example.com", "Yahoo", SilentReportsFacts{.last_report = since}),
              "Yahoo reported on example.com nearly every day, and has been silent since "
              "2024-10-04."},
          Row{alert("", "Yahoo", SilentReportsFacts{.last_report = since}),
              "Yahoo reported nearly every day, and has been silent since 2024-10-04."},
          Row{alert("", "", SilentReportsFacts{.last_report = since, .domains = 198, .of = 200}),
              "No reports on 198 of 200 domains since 2024-10-04: is their rua address still "
              "correct, and is its mailbox being read?"},
          Row{alert("", "", SilentReportsFacts{.last_report = since, .domains = 200, .of = 200}),
              "No reports at all since 2024-10-04: is the rua address still correct, and is its "
              "mailbox being read?"},
          Row{alert("", "Yahoo", SilentReportsFacts{.last_report = since, .domains = 5, .of = 9}),
              "Yahoo reported on 5 of 9 domains nearly every day, and has been silent since "
              "2024-10-04."},
          Row{alert("example.com", "crm-mailer.example",
                    UnprovenHitFacts{.quarantined = 3,
                                     .rejected = 40,
                                     .policy = "p=reject",
                                     .stricter_on = since,
                                     .why = {.reason = StandingReason::default_identity}}),
              "The policy, p=reject since 2024-10-04, is affecting a sender that nobody claimed and "
              "that came before: of crm-mailer.example, it quarantined 3 and rejected 40. Find out "
              "whose it is: it uses the default identity of a service that anyone can use, and "
              "nothing proves whose account it is."},
          Row{alert("example.com", "",
                    TlsFailureFacts{.failed = 1'070,
                                    .sessions = 2'000,
                                    .failing = 2,
                                    .reporters = 3,
                                    .result = TlsResultType::certificate_expired,
                                    .word = "certificate-expired",
                                    .host = "mx1.example.com"}),
              "TLS to the hosts that receive mail for example.com fails more often since 2024-10-04: 1,070 of "
              "2,000 sessions, most at mx1.example.com; 2 of 3 reporters see it. certificate-expired: the "
              "certificate of an MX has expired. dmarcq tls example.com."},
          Row{alert(
                  "example.com", "",
                  TlsFailureFacts{
                      .failed = 60, .sessions = 90, .failing = 1, .reporters = 2, .reporter = "A"}),
              "TLS to the hosts that receive mail for example.com fails more often since 2024-10-04: 60 of 90 "
              "sessions; A alone sees it. No reason told: the reporter gives no known result. dmarcq tls "
              "example.com."},
          Row{alert("", "up to 7", NewProblemsFacts{.problems = 1, .reasons = {{"truncated", 1}}}),
              "One document could not be read (1 truncated): dmarcq problems list."},
      })
    CHECK(alert_text(row.alert) == row.expected);
}

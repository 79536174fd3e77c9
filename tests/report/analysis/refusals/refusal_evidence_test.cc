// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/refusal_evidence.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/refusals/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const LogLine dmarc = {
    .recipient = "a@gmail.com",
    .text =
        "550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy. - gsmtp"};
const LogLine nameless = {.recipient = "a@gmail.com", .text = "550 no thanks"};
const LogLine spam = {.recipient = "a@gmail.com", .text = "550 5.7.1 message looks like spam"};
const LogLine policy = {.recipient = "a@yahoo.com",
                        .text = "554 5.7.9 Message not accepted for policy reasons."};
const LogLine reputation = {.recipient = "a@gmail.com",
                            .text = "550 5.7.1 very low reputation of the sending domain - gsmtp"};

LogLine with_sender(LogLine line, const char* sender) {
  line.sender = sender;
  return line;
}

}  // namespace

TEST_CASE("refusal evidence: what that day's reports say") {
  using E = RefusalEvidence;
  struct Row {
    const char* name;
    LogLine line;
    const char *from, *reporter, *org;
    Day of;
    DailyVerdicts::Sums sums;
    E expected;
  };
  for (const Row& row : {
           Row{"rejected",
               dmarc,
               "example.com",
               "google",
               our_org,
               day,
               {.fail = 9, .enforced = 9},
               E::proven_dmarc},
           Row{"rejected beside what passed",
               dmarc,
               "example.com",
               "google",
               our_org,
               day,
               {.pass = 90, .fail = 1, .enforced = 1},
               E::proven_dmarc},
           Row{"all passed",
               dmarc,
               "example.com",
               "google",
               our_org,
               day,
               {.pass = 9},
               E::reputation},
           Row{"failed, not enforced",
               dmarc,
               "example.com",
               "google",
               our_org,
               day,
               {.pass = 9, .fail = 1},
               E::mixed},
           Row{"no row of the day",
               dmarc,
               "example.com",
               "google",
               our_org,
               day + 1,
               {.pass = 9},
               E::before_dmarc},
           Row{"the day's reports are to come",
               dmarc,
               "example.com",
               "google",
               our_org,
               day - 1,
               {.pass = 9},
               E::no_reports},
           Row{"another operator",
               dmarc,
               "example.com",
               "yahoo",
               our_org,
               day,
               {.pass = 9},
               E::no_reports},
           Row{"another domain",
               dmarc,
               "example.net",
               "google",
               our_org,
               day,
               {.pass = 9},
               E::no_reports},
           Row{"another org's mail",
               dmarc,
               "example.com",
               "google",
               "00D8d000003TRx3EAG",
               day,
               {.fail = 9, .enforced = 9},
               E::before_dmarc},
           Row{"mail of no org",
               dmarc,
               "example.com",
               "google",
               "",
               day,
               {.fail = 9, .enforced = 9},
               E::before_dmarc},
           Row{"words that name nothing, of our org",
               nameless,
               "example.com",
               "google",
               our_org,
               day,
               {.fail = 9, .enforced = 9},
               E::proven_dmarc},
           Row{"words of reputation beside rejected mail",
               reputation,
               "example.com",
               "google",
               our_org,
               day,
               {.fail = 9, .enforced = 9},
               E::mixed},
           Row{"words of reputation, all passed",
               reputation,
               "example.com",
               "google",
               our_org,
               day,
               {.pass = 9},
               E::reputation},
           Row{"spam, all passed",
               spam,
               "example.com",
               "google",
               our_org,
               day,
               {.pass = 9},
               E::reputation},
           Row{"spam beside rejected mail: the words name another cause",
               spam,
               "example.com",
               "google",
               our_org,
               day,
               {.fail = 9, .enforced = 9},
               E::mixed},
           Row{"a policy without a name, all passed",
               policy,
               "example.com",
               "yahoo",
               our_org,
               day,
               {.pass = 9},
               E::reputation},
           Row{"a policy without a name, beside rejected mail",
               policy,
               "example.com",
               "yahoo",
               our_org,
               day,
               {.fail = 9, .enforced = 9},
               E::proven_dmarc},
           Row{"too large a mail is none of DMARC's",
               {.recipient = "a@gmail.com", .text = "552 5.3.4 Message too big"},
               "example.com",
               "google",
               our_org,
               day,
               {.pass = 9},
               E::not_asked},
           // Without an org, the rejected mail may be a forger's.
           Row{"no org, words of DMARC",
               with_sender(dmarc, "b@example.com"),
               "example.com",
               "google",
               "",
               day,
               {.fail = 9, .enforced = 9},
               E::proven_dmarc},
           Row{"no org, words that name nothing",
               with_sender(nameless, "b@example.com"),
               "example.com",
               "google",
               "",
               day,
               {.fail = 9, .enforced = 9},
               E::mixed},
           Row{"nothing tells From",
               with_sender(dmarc, ""),
               "example.com",
               "google",
               "",
               day,
               {.fail = 9, .enforced = 9},
               E::not_asked},
           Row{"an unknown user",
               {.recipient = "a@gmail.com", .text = "550 5.1.1 User unknown"},
               "example.com",
               "google",
               our_org,
               day,
               {.fail = 9, .enforced = 9},
               E::not_asked},
           Row{"Salesforce's own words",
               {.recipient = "a@gmail.com",
                .text = "554 5.4.7 [internal] exceeded max time without delivery"},
               "example.com",
               "google",
               our_org,
               day,
               {.fail = 9, .enforced = 9},
               E::not_asked},
           Row{"delivered",
               {.recipient = "a@gmail.com", .state = DeliveryState::delivered},
               "example.com",
               "google",
               our_org,
               day,
               {.pass = 9},
               E::not_asked},
       }) {
    CAPTURE(row.name);
    const Outcomes found({row.line});
    DailyVerdicts verdicts;
    verdicts.add(row.from, row.reporter, row.org, row.of, row.sums);
    CHECK(to_text(verdicts.evidence(found.all.at(0))) == to_text(row.expected));
  }
}

TEST_CASE("refusal evidence: rows of a day add up") {
  const Outcomes found({dmarc});
  DailyVerdicts verdicts;
  verdicts.add("example.com", "google", our_org, day, {.pass = 9});
  CHECK(verdicts.evidence(found.all.at(0)) == RefusalEvidence::reputation);
  verdicts.add("example.com", "google", "", day, {.fail = 1, .enforced = 1});  // a forger's
  CHECK(verdicts.evidence(found.all.at(0)) == RefusalEvidence::reputation);
  verdicts.add("example.com", "google", our_org, day, {.fail = 1, .enforced = 1});
  CHECK(verdicts.evidence(found.all.at(0)) == RefusalEvidence::proven_dmarc);
}

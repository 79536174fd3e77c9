// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/refusal_causes.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/refusals/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using Kind = RefusalCause::Kind;
using E = RefusalEvidence;

constexpr const char* dmarc =
    "550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy. - gsmtp";
constexpr const char* reputation = "550 5.7.1 very low reputation of the sending domain - gsmtp";
constexpr const char* policy = "554 5.7.9 Message not accepted for policy reasons.";
constexpr const char* spam = "550 5.7.1 message looks like spam";
constexpr const char* tenant =
    "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources";

std::vector<WeighedRefusal> refusals_of(const Outcomes& outcomes, E evidence = E::not_asked) {
  std::vector<WeighedRefusal> refusals;
  for (const MailOutcome& mail : outcomes.all)
    if (mail.failed()) refusals.push_back({&mail, evidence});
  return refusals;
}

LogLine refused(const std::string& text, const std::string& recipient = "a@gmail.com") {
  return {.recipient = recipient, .text = text};
}

}  // namespace

TEST_CASE("refusal causes: what a refusal comes to") {
  struct Row {
    const char* name;
    LogLine line;
    E evidence;
    Kind expected;
  };
  for (const Row& row : {
           Row{"proven", refused(dmarc), E::proven_dmarc, Kind::dmarc_enforced},
           Row{"near miss: not proven", refused(dmarc), E::before_dmarc, Kind::authentication},
           Row{"no known words, proven", refused("550 no"), E::proven_dmarc, Kind::dmarc_enforced},
           Row{"Direct Send", refused(tenant, "a@example.com"), E::not_asked, Kind::own_tenant},
           Row{"Email Relay",
               refused("550 5.7.64 TenantAttribution; Relay Access Denied", "a@example.com"),
               E::not_asked, Kind::relay_connector},
           Row{"own gateway",
               refused("550 Rejected by header based Anti-Spoofing policy: example.com",
                       "a@sub.example.com"),
               E::not_asked, Kind::own_gateway},
           Row{"another's gateway",
               refused("550 Rejected by header based Anti-Spoofing policy: example.com",
                       "a@example.net"),
               E::not_asked, Kind::receiver_rule},
           Row{"Salesforce itself", refused("550 5.7.1 Delivery not authorized, message discarded"),
               E::not_asked, Kind::sender_unverified},
           Row{"reputation", refused(reputation), E::reputation, Kind::reputation},
           Row{"speed", refused("421 4.7.28 rate limited - gsmtp"), E::not_asked, Kind::rate},
           Row{"greylisting is no speed", refused("451 4.7.1 Greylisted, try again later"),
               E::not_asked, Kind::network},
           Row{"unknown user", refused("550 5.1.1 User unknown"), E::not_asked, Kind::recipient},
           Row{"nothing known", refused("550 no"), E::not_asked, Kind::unknown},
           Row{"a policy without a name", refused(policy), E::no_reports, Kind::unknown},
           Row{"a policy without a name, proven", refused(policy), E::proven_dmarc,
               Kind::dmarc_enforced},
           Row{"a policy without a name, and all passed", refused(policy), E::reputation,
               Kind::reputation},
           Row{"a policy without a name, and some failed", refused(policy), E::mixed,
               Kind::unknown},
           Row{"spam, and all passed", refused(spam), E::reputation, Kind::content},
       }) {
    CAPTURE(row.name);
    const Outcomes found({row.line});
    CHECK(to_text(cause_of({&found.all.at(0), row.evidence})) == to_text(row.expected));
  }
}

TEST_CASE("refusal causes: figures, names, and the latest words that tell") {
  LogLine category = {.mail = "m3",
                      .recipient = "c@gmail.com",
                      .hour = 12,
                      .text = "550",
                      .stage = "Block bounce/1010",
                      .source = DeliverySource::marketing_cloud};
  const Outcomes found(
      {refused(dmarc),
       {.mail = "m2",
        .recipient = "b@outlook.com",
        .hour = 10,
        .text =
            "550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification"},
       category});
  const auto causes = refusal_causes(refusals_of(found, E::before_dmarc), found.all);
  REQUIRE(causes.size() == 1);
  const RefusalCause& cause = causes[0];
  CHECK(cause.kind == Kind::authentication);
  CHECK(cause.mails == 3);
  CHECK(cause.before_dmarc == 3);
  CHECK(cause.proven == 0);
  CHECK(cause.bounce_managed == 3);
  CHECK(cause.from_domains == std::set<std::string>{"example.com"});
  CHECK(cause.orgs == std::set<std::string>{our_org});
  CHECK(cause.receivers == std::set<std::string>{"google", "microsoft"});
  CHECK(cause.example.starts_with("550 5.7.509"));
  CHECK(cause.first_day == day);
  CHECK_FALSE(cause.repaired);
}

TEST_CASE("refusal causes: repaired once enough mail arrived in the same way") {
  struct Row {
    const char* name;
    const char* text;
    const char* recipient;
    const char* sender;
    int before, after;
    bool repaired;
  };
  const std::string ours = std::string("s=example.com__1a@") + our_bounce;
  for (const Row& row : {
           Row{"all was refused, three arrived", dmarc, "gmail.com", ours.c_str(), 0, 3, true},
           Row{"near miss: two arrived", dmarc, "gmail.com", ours.c_str(), 0, 2, false},
           Row{"one in ten was refused", dmarc, "gmail.com", ours.c_str(), 9, 29, false},
           Row{"and 30 arrived", dmarc, "gmail.com", ours.c_str(), 9, 30, true},
           Row{"at another operator", dmarc, "yahoo.com", ours.c_str(), 0, 50, false},
           Row{"from another domain", dmarc, "gmail.com", "s@example.net", 0, 50, false},
           Row{"nobody's to repair", "550 5.1.1 User unknown", "gmail.com", ours.c_str(), 0, 50,
               false},
       }) {
    CAPTURE(row.name);
    std::vector<LogLine> lines = {refused(row.text)};
    const auto deliver = [&](int count, double hour) {
      for (int i = 0; i < count; ++i)
        lines.push_back({.mail = "d" + std::to_string(lines.size()),
                         .recipient = std::string("b@") + row.recipient,
                         .state = DeliveryState::delivered,
                         .hour = hour,
                         .sender = row.sender});
    };
    deliver(row.before, 8);
    deliver(row.after, 10);
    const Outcomes found(lines);
    const auto causes = refusal_causes(refusals_of(found), found.all);
    REQUIRE(causes.size() == 1);
    CHECK(causes[0].repaired == row.repaired);
  }
}

TEST_CASE("refusal split: technical at several operators, reputation at one") {
  const Outcomes found(
      {refused(dmarc),
       {.mail = "m2", .recipient = "b@outlook.com", .text = dmarc},
       {.mail = "m3", .recipient = "c@yahoo.com", .text = reputation},
       {.mail = "m4", .recipient = "d@example.com", .text = tenant},
       {.mail = "m5", .recipient = "e@shop.example", .text = "550 5.1.1 User unknown"}});
  const RefusalSplit split = refusal_split(refusals_of(found));
  CHECK(split.technical == 2);
  CHECK(split.reputation == 1);
  CHECK(split.recipient == 1);
  CHECK(split.other == 1);  // the recipient's own tenant is no other operator's word
  CHECK(split.technical_at == std::set<std::string>{"google", "microsoft"});
  CHECK(split.reputation_at.size() == 1);
}

TEST_CASE("sureness: of the words, of a category, against reports") {
  struct Row {
    const char* name;
    LogLine line;
    E evidence;
    Sureness expected;
  };
  for (const Row& row : {
           Row{"words that name it", refused(dmarc), E::no_reports, Sureness::high},
           Row{"proven", refused("550 no"), E::proven_dmarc, Sureness::high},
           Row{"the reports speak against it", refused(dmarc), E::reputation, Sureness::low},
           Row{"reputation, and the reports agree", refused(reputation), E::reputation,
               Sureness::high},
           Row{"a category explains the words",
               {.text = "550 no", .stage = "Block bounce/1010"},
               E::not_asked,
               Sureness::medium},
           Row{"a category without words",
               {.stage = "Block bounce/1010"},
               E::not_asked,
               Sureness::low},
           Row{"no known words", refused("550 no"), E::not_asked, Sureness::low},
           Row{"the service's own list",
               {.state = DeliveryState::suppressed},
               E::not_asked,
               Sureness::high},
           Row{"an address that nobody has",
               {.recipient = "a@x.invalid", .state = DeliveryState::suppressed},
               E::not_asked,
               Sureness::high},
       }) {
    CAPTURE(row.name);
    const Outcomes found({row.line});
    CHECK(to_text(sureness_of({&found.all.at(0), row.evidence})) == to_text(row.expected));
  }
}

TEST_CASE("refusal split: what is no operator's word") {
  const Outcomes found({refused(dmarc),
                        {.mail = "m2",
                         .recipient = "b@shop.example",
                         .text = "550 5.7.1 Delivery not authorized, message discarded"},
                        {.mail = "m3", .recipient = "c@example.com", .text = tenant}});
  const RefusalSplit split = refusal_split(refusals_of(found, E::proven_dmarc));
  CHECK(split.technical == 1);
  CHECK(split.technical_at == std::set<std::string>{"google"});
  CHECK(split.proven == 1);
  CHECK(split.other == 2);
}

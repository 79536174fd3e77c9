// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/mail_outcome.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/report/analysis/refusals/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using S = DeliveryState;
const LogLine later = {
    .mail = "last", .recipient = "z@other.example", .state = S::delivered, .hour = 40};

}  // namespace

TEST_CASE("mail outcome: the final state, whatever the order of the events") {
  struct Row {
    const char* name;
    std::vector<LogLine> lines;
    FinalState expected;
  };
  using F = FinalState;
  for (const Row& row : {
           Row{"delivered", {{.state = S::received}, {.state = S::delivered}}, F::delivered},
           Row{"two hops",
               {{.state = S::delivered, .hour = 9}, {.state = S::delivered, .hour = 10}},
               F::delivered},
           Row{"refused", {{.state = S::received}, {.state = S::refused}}, F::refused},
           Row{"taken, then refused",
               {{.state = S::delivered}, {.state = S::refused, .hour = 10}},
               F::refused},
           Row{"put off, then delivered",
               {{.state = S::delayed}, {.state = S::delivered, .hour = 12}},
               F::delivered},
           Row{"put off for a day",
               {{.state = S::delayed}, {.state = S::delayed, .hour = 15}},
               F::expired},
           Row{"put off within the day", {{.state = S::delayed, .hour = 17}}, F::under_way},
           Row{"near miss: a day ago", {{.state = S::delayed, .hour = 16}}, F::expired},
           Row{"no word", {{.state = S::received}}, F::stuck},
           Row{"no word yet", {{.state = S::received, .hour = 30}}, F::under_way},
           Row{"on the service's list", {{.state = S::suppressed}}, F::never_sent},
           Row{"on the list, and delivered",
               {{.state = S::suppressed}, {.state = S::delivered}},
               F::delivered},
           Row{"nobody's address, shown as sent",
               {{.recipient = "a@x.invalid", .state = S::delivered}},
               F::never_sent},
           Row{"near miss: a name that ends alike",
               {{.recipient = "a@xinvalid", .state = S::delivered}},
               F::delivered},
           Row{"a complaint",
               {{.state = S::delivered}, {.state = S::complained, .hour = 20}},
               F::complained},
           Row{"unsubscribed", {{.state = S::unsubscribed, .hour = 20}}, F::unsubscribed},
           Row{"both", {{.state = S::complained}, {.state = S::unsubscribed}}, F::complained},
       }) {
    CAPTURE(row.name);
    for (const bool backwards : {false, true}) {
      std::vector<LogLine> lines = row.lines;
      lines.push_back(later);
      if (backwards) std::reverse(lines.begin(), lines.end());
      const Outcomes found(lines);
      REQUIRE(found.all.size() == 2);
      const bool first = *found.all[0].recipient_domain != "other.example";
      CHECK(to_text(found.all[first ? 0 : 1].state) == to_text(row.expected));
    }
  }
}

TEST_CASE("mail outcome: without a Message-ID, the service's own id tells mails apart") {
  using Source = DeliverySource;
  struct Row {
    const char* name;
    std::vector<LogLine> lines;
    std::vector<const char*> states;
  };
  const auto event = [](S state, double hour, const char* id, Source source = Source::ses,
                        const char* recipient = "a@shop.example", const char* mail = "") {
    return LogLine{.mail = mail,
                   .recipient = recipient,
                   .state = state,
                   .hour = hour,
                   .source = source,
                   .service_id = id};
  };
  for (const Row& row : {
           Row{"put off, then delivered",
               {event(S::delayed, 9, "q1"), event(S::delivered, 10, "q1")},
               {"delivered"}},
           Row{"three words of one",
               {event(S::received, 9, "q1"), event(S::delayed, 10, "q1"),
                event(S::delivered, 11, "q1")},
               {"delivered"}},
           Row{"a Message-ID goes before another id",
               {event(S::delayed, 9, "q1", Source::ses, "a@shop.example", "m"),
                event(S::delivered, 10, "q2", Source::ses, "a@shop.example", "m")},
               {"delivered"}},
           Row{"near miss: another id",
               {event(S::delayed, 9, "q1"), event(S::delivered, 10, "q2")},
               {"expired", "delivered"}},
           Row{"near miss: the same id of another service",
               {event(S::delayed, 9, "q1"), event(S::delivered, 10, "q1", Source::postmark)},
               {"expired", "delivered"}},
           Row{"near miss: another recipient",
               {event(S::delayed, 9, "q1"),
                event(S::delivered, 10, "q1", Source::ses, "b@shop.example")},
               {"expired", "delivered"}},
           Row{"near miss: a Message-ID that looks like it",
               {event(S::delayed, 9, "q1"),
                event(S::delivered, 10, "", Source::ses, "a@shop.example", "q1")},
               {"expired", "delivered"}},
           Row{"near miss: no id at all",
               {event(S::delayed, 9, ""), event(S::delivered, 10, "")},
               {"expired", "delivered"}},
       }) {
    CAPTURE(row.name);
    std::vector<LogLine> lines = row.lines;
    lines.push_back(later);
    const Outcomes found(lines);
    std::vector<std::string_view> states;
    for (const MailOutcome& mail : found.all) states.push_back(to_text(mail.state));
    states.pop_back();
    CHECK(std::ranges::equal(states, row.states));
  }
}

TEST_CASE("mail outcome: recipients of the day before were forgotten") {
  const auto event = [](const char* recipient, S state, double hour, const char* mail = "m1") {
    return LogLine{.mail = mail, .recipient = recipient, .state = state, .hour = hour};
  };
  struct Row {
    const char* name;
    std::vector<LogLine> lines;
    std::vector<const char*> states;
  };
  constexpr const char *nobody = "@shop.example", *ann = "ann@shop.example",
                       *bob = "bob@shop.example";
  for (const Row& row : {
           Row{"put off before midnight, delivered after it",
               {event(nobody, S::delayed, 1), event(ann, S::delivered, 2)},
               {"delivered"}},
           Row{"more of the same recipient",
               {event(nobody, S::received, 0.5), event(nobody, S::delayed, 1),
                event(ann, S::delayed, 2), event(ann, S::delivered, 3)},
               {"delivered"}},
           Row{"two of one domain: it is taken over once",
               {event(nobody, S::delayed, 1), event(ann, S::delivered, 2),
                event(bob, S::refused, 3)},
               {"delivered", "refused"}},
           Row{"a forgotten word that comes late",
               {event(nobody, S::received, 0.5), event(ann, S::delivered, 2),
                event(nobody, S::delayed, 1)},
               {"delivered"}},
           Row{"near miss: another domain",
               {event(nobody, S::delayed, 1), event("ann@other.example", S::delivered, 2)},
               {"expired", "delivered"}},
           Row{"near miss: another mail",
               {event(nobody, S::delayed, 1), event(ann, S::delivered, 2, "m2")},
               {"expired", "delivered"}},
           Row{"near miss: no id",
               {event(nobody, S::delayed, 1, ""), event(ann, S::delivered, 2, "")},
               {"expired", "delivered"}},
       }) {
    CAPTURE(row.name);
    std::vector<LogLine> lines = row.lines;
    lines.push_back(later);
    const Outcomes found(lines);
    std::vector<std::string_view> states;
    for (const MailOutcome& mail : found.all) states.push_back(to_text(mail.state));
    states.pop_back();
    CHECK(std::ranges::equal(states, row.states));
  }
  const Outcomes found({event(nobody, S::delayed, 1), event(ann, S::refused, 2)});
  CHECK(*found.all.at(0).recipient == ann);
  CHECK(found.all.at(0).recipient_hash == hash_of_address(ann));
  CHECK(found.all.at(0).attempts == 1);
}

TEST_CASE("mail outcome: neither a bounce nor a date to come settles what is under way") {
  constexpr double years = 70.0 * 365 * 24;
  const auto other = [](double hour, DeliverySource source) {
    return LogLine{.mail = "m2",
                   .recipient = "z@other.example",
                   .state = S::refused,
                   .hour = hour,
                   .source = source};
  };
  using Source = DeliverySource;
  struct Row {
    const char* name;
    LogLine line;
    std::vector<LogLine> others;
    FinalState expected;
  };
  const LogLine delayed{.state = S::delayed};
  LogLine bounced = delayed;
  bounced.source = Source::dsn;
  for (const Row& row : {
           Row{"a bounce of 2099", delayed, {other(years, Source::dsn)}, FinalState::under_way},
           Row{"a bounce of tomorrow", delayed, {other(40, Source::dsn)}, FinalState::under_way},
           Row{"a log of 2099", delayed, {other(years, Source::email_log)}, FinalState::under_way},
           Row{"near miss: a log that goes on",
               delayed,
               {other(33, Source::email_log)},
               FinalState::expired},
           Row{"near miss: no log tells of the mail",
               bounced,
               {other(33, Source::dsn)},
               FinalState::expired},
           Row{"nor of it, and the bounce is of 2099",
               bounced,
               {other(years, Source::dsn)},
               FinalState::expired},
           Row{"nor of it, which is of today",
               bounced,
               {other(20, Source::dsn)},
               FinalState::under_way},
       }) {
    CAPTURE(row.name);
    std::vector<LogLine> lines = row.others;
    lines.push_back(row.line);
    // To the end of this day there are 15 hours more; to that of the next one 39.
    const bool far = row.expected == FinalState::expired;
    const Outcomes found(lines, far ? day + 1 : day);
    REQUIRE(found.all.size() == 2);
    CHECK(to_text(found.all[0].state) == to_text(row.expected));
  }
}

TEST_CASE("mail outcome: a mail to two is two, one without a Message-ID is its own") {
  CHECK(Outcomes({{.recipient = "a@shop.example"}, {.recipient = "b@shop.example"}}).all.size() ==
        2);
  CHECK(Outcomes({{.mail = "m1"}, {.mail = "m2"}}).all.size() == 2);
  CHECK(Outcomes({{.mail = ""}, {.mail = ""}}).all.size() == 2);
  CHECK(Outcomes({LogLine(), LogLine()}).all.size() == 1);
  // Once they were forgotten, those of one mail in one domain are one.
  CHECK(Outcomes({{.recipient = "@shop.example"},
                  {.recipient = "@shop.example"},
                  {.recipient = "@other.example"}})
            .all.size() == 2);
}

TEST_CASE("mail outcome: whose mail it is, and whom it tells") {
  struct Row {
    const char* name;
    LogLine line;
    const char *from, *org;
    bool bounce_managed;
  };
  for (const Row& row :
       {Row{"Salesforce's envelope", {}, "example.com", our_org, true},
        Row{"From in the log",
            {.header_from = "b@news.example.com"},
            "news.example.com",
            our_org,
            true},
        Row{"bounce management off", {.sender = "b@example.net"}, "example.net", "", false},
        Row{"bounce management off, the mail came back",
            {.sender = "b@example.net",
             .source = DeliverySource::dsn,
             .more = "X-SFDC-LK: 00DA0000000Hu5a\nX-SFDC-User: 005A0000000Hu5a"},
            "example.net",
            our_org,
            false},
        Row{"the envelope before the field",
            {.source = DeliverySource::dsn, .more = "Reporting-MTA: x\nX-SFDC-LK: 00DB0000000Hu5a"},
            "example.com",
            our_org,
            true},
        Row{"the org in full in the envelope",
            {.sender = "s=example.com__1a@h.00da0000000hu5amac.um8.bnc.salesforce.com"},
            "example.com",
            our_org,
            true},
        Row{"a field of another name",
            {.sender = "", .more = "X-SFDC-LKX: 00DA0000000Hu5a"},
            "",
            "",
            false},
        Row{"a field that is no org id",
            {.sender = "", .more = "X-SFDC-LK: 005A0000000Hu5a"},
            "",
            "",
            false},
        Row{"nothing", {.sender = ""}, "", "", false},
        Row{"an envelope of Marketing Cloud",
            {.sender = "bounce-12_HTML-3456789-4455-7300123-67@bounce.s7.exacttarget.com"},
            "",
            "",
            false}}) {
    CAPTURE(row.name);
    const Outcomes found({row.line});
    REQUIRE(found.all.size() == 1);
    CHECK(*found.all[0].from_domain == row.from);
    CHECK(*found.all[0].org_id == row.org);
    CHECK(found.all[0].bounce_managed == row.bounce_managed);
  }
}

TEST_CASE("mail outcome: of mail that arrived, the address is not kept, only its hash") {
  const Outcomes found(
      {{.recipient = "Ann@shop.example", .state = S::delivered},
       {.mail = "m2", .recipient = "ann@shop.example", .state = S::refused, .hour = 10},
       {.mail = "m3", .recipient = "@shop.example", .hour = 11}});
  REQUIRE(found.all.size() == 3);
  CHECK(found.all[0].recipient->empty());
  CHECK(*found.all[1].recipient == "ann@shop.example");
  CHECK(found.all[0].recipient_hash == found.all[1].recipient_hash);
  CHECK(found.all[0].recipient_hash == hash_of_address(" ANN@shop.example"));
  CHECK(found.all[2].recipient_hash == 0);
}

TEST_CASE("mail outcome: why, by words, by the service's category, by what the address is") {
  struct Row {
    const char* name;
    LogLine line;
    RefusalClass why;
  };
  using C = RefusalClass;
  for (const Row& row :
       {Row{"words", {.text = "550 5.1.1 User unknown"}, C::unknown_user},
        Row{"words before a category",
            {.text = "550 5.1.1 User unknown", .stage = "Block bounce/1010"},
            C::unknown_user},
        Row{"a category alone", {.text = "550", .stage = "Block bounce/1010"}, C::auth_any},
        Row{"another", {.stage = "Hard bounce/2002"}, C::rcpt_dns},
        Row{"an unknown one", {.stage = "Block bounce/1999"}, C::unclassified},
        Row{"no category", {.stage = "during RCPT TO"}, C::unclassified},
        Row{"on the list",
            {.state = S::suppressed, .text = "OnAccountSuppressionList"},
            C::suppressed},
        Row{"nobody's address", {.recipient = "a@x.invalid", .state = S::suppressed}, C::rcpt_dns},
        Row{"delivered",
            {.state = S::delivered, .text = "550 5.1.1 User unknown"},
            C::unclassified}}) {
    CAPTURE(row.name);
    const Outcomes found({row.line});
    CHECK(to_text(found.all.at(0).why) == to_text(row.why));
  }
}

// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/mail_outcome.h"

#include <doctest/doctest.h>

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

TEST_CASE("mail outcome: a mail to two is two, one without a Message-ID is its own") {
  CHECK(Outcomes({{.recipient = "a@shop.example"}, {.recipient = "b@shop.example"}}).all.size() ==
        2);
  CHECK(Outcomes({{.mail = "m1"}, {.mail = "m2"}}).all.size() == 2);
  CHECK(Outcomes({{.mail = ""}, {.mail = ""}}).all.size() == 2);
  CHECK(Outcomes({{}, {}}).all.size() == 1);
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

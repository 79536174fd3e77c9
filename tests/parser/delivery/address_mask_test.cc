// SPDX-License-Identifier: MIT
// Whose mail it was is told by no text that is kept.
#include "parser/delivery/address_mask.h"

#include <doctest/doctest.h>

#include <string>

#include "parser/delivery/return_path.h"

using namespace dmarcq;

TEST_CASE("address mask: the local part goes, in every spelling of the @") {
  struct Row {
    const char *text, *expected;
  };
  for (const Row& row : {
           Row{"550 5.1.1 <ann@shop.example>: unknown", "550 5.1.1 <@shop.example>: unknown"},
           Row{"no ann@shop.example, no Bob@Shop.Example", "no @shop.example, no @Shop.Example"},
           Row{"\"ann other\"@shop.example is full", "@shop.example is full"},
           Row{"o'brien@shop.example", "@shop.example"},
           Row{"'ann@shop.example'", "'@shop.example'"},
           Row{"no ann @ shop.example here", "no @ shop.example here"},
           Row{"http://shop.example/u?to=ann%40shop.example&x=1",
               "http://shop.example/u?to=%40shop.example&x=1"},
           Row{"http://shop.example/ann%40shop.example", "http://shop.example/%40shop.example"},
           Row{"bounces+1-ann=shop.example%40mail.example", "%40mail.example"},
           Row{"bounces+1-ann=shop.example@mail.example", "@mail.example"},
           Row{"user ann=40shop.example", "user =40shop.example"},
           Row{"user ann&#64;shop.example", "user &#64;shop.example"},
           Row{"user ann(at)shop.example", "user (at)shop.example"},
           Row{"user ann [AT] shop.example", "user [AT] shop.example"},
           Row{"user ann.other at shop.example", "user at shop.example"},
           Row{"hal9000 AT shop.example is gone", "AT shop.example is gone"},
           Row{"see /u/ann.other at shop.example", "see /u/ at shop.example"},
           Row{"user ann%2Bnews at shop.example", "user at shop.example"},
           Row{"user ann＠shop.example", "user ＠shop.example"},
           Row{"user ann ＠ shop.example", "user ＠ shop.example"},
           Row{"no “ann.other@shop.example”", "no “@shop.example”"},
           Row{"ユーザーann.other@shop.example", "ユーザー@shop.example"},
           Row{"no o’brien@shop.example", "no @shop.example"},
           Row{"no jürgen@shop.example", "no @shop.example"},
           Row{"no 用户@shop.example", "no @shop.example"},
           Row{"no j.li at shop.example", "no at shop.example"},
           Row{"no j.r.li at shop.example", "no at shop.example"},
           Row{"no “ann.other at shop.example", "no “ at shop.example"},
           // Near misses.
           Row{"", ""},
           Row{"@shop.example", "@shop.example"},
           Row{"554 5.7.1 blocked using zen.spamhaus.org at mx1.example.net",
               "554 5.7.1 blocked using zen.spamhaus.org at mx1.example.net"},
           Row{"queued by mx1.host.de at mx2.example.net",
               "queued by mx1.host.de at mx2.example.net"},
           Row{"550 5.7.1 error S3140 at outlook.com", "550 5.7.1 error S3140 at outlook.com"},
           Row{"550 5.7.1 policy_violation.dmarc at example.net",
               "550 5.7.1 policy_violation.dmarc at example.net"},
           Row{"try １２＠１２", "try ＠１２"},
           Row{"550 5.7.1 refused at mx.shop.example", "550 5.7.1 refused at mx.shop.example"},
           Row{"see the page at support.example", "see the page at support.example"},
           Row{"try again at 10:30", "try again at 10:30"},
           Row{"550 5.7.1 at shop.example", "550 5.7.1 at shop.example"},
           Row{"40% of 100%40", "40% of 100%40"},
           Row{"(attention) shop.example", "(attention) shop.example"},
           Row{"header.from=shop.example", "header.from=shop.example"},
       }) {
    CAPTURE(row.text);
    CHECK(without_local_parts(row.text) == row.expected);
  }
}

TEST_CASE("address mask: the recipient's name, wherever it stands alone") {
  struct Row {
    const char *text, *recipient, *expected;
  };
  for (const Row& row : {
           Row{"550 5.1.1 unknown user: ann.other", "ann.other@shop.example",
               "550 5.1.1 unknown user: [...]"},
           Row{"550 <ANN> does not exist", "ann@shop.example", "550 <[...]> does not exist"},
           Row{"ann's mailbox is full, ann", "ann@shop.example", "[...]'s mailbox is full, [...]"},
           Row{"ann+news and ann", "ann+news@shop.example", "[...] and [...]"},
           Row{"no ann at shop.example", "ann@shop.example", "no [...] at shop.example"},
           Row{"to bounces+12-ann=shop.example", "ann@shop.example",
               "to bounces+12-[...]=shop.example"},
           Row{"unknown \"ann other\"", "\"ann other\"@shop.example", "unknown \"[...]\""},
           Row{"user <al>", "al@shop.example", "user <[...]>"},
           Row{"User unknown: “ann.other” （ann.other）", "ann.other@shop.example",
               "User unknown: “[...]” （[...]）"},
           Row{"«ann» ‚ann‘ ユーザーann…", "ann@shop.example", "«[...]» ‚[...]‘ ユーザー[...]…"},
           Row{"user “al”", "al@shop.example", "user “[...]”"},
           Row{"Herr Müller: jörg", "jörg@shop.example", "Herr Müller: [...]"},
           Row{"no zoe.org at shop.example", "zoe.org@shop.example", "no [...] at shop.example"},
           // Near misses: letters of another alphabet are part of a word.
           Row{"annü, éann, аann, annа", "ann@shop.example", "annü, éann, аann, annа"},
           // Near misses: parts of other words, ordinary words, what the reason is told by.
           Row{"annual report of ann-marie, ann.other, joann", "ann@shop.example",
               "annual report of ann-marie, ann.other, joann"},
           Row{"550 5.1.1 User unknown", "user@shop.example", "550 5.1.1 User unknown"},
           Row{"no al in a list", "al@shop.example", "no al in a list"},
           Row{"451 Greylisting in action", "greylisting@shop.example",
               "451 Greylisting in action"},
           Row{"550 5.1.1 x", "550@shop.example", "550 5.1.1 x"},
           Row{"of ann", "@shop.example", "of ann"},
           Row{"of ann", "", "of ann"},
           Row{"", "ann@shop.example", ""},
       }) {
    CAPTURE(row.text);
    CHECK(without_recipient(row.text, row.recipient) == row.expected);
  }
}

TEST_CASE("address mask: of an envelope sender, domains are kept") {
  struct Row {
    const char *sender, *expected;
  };
  const char* const core = "@0a1b.00dxx0000000001aaa.um8.bnc.salesforce.com";
  for (const Row& row : {
           Row{"ann=shop.example@bounce.example.com", "@bounce.example.com"},
           Row{"bounces+12-ann=shop.example@em.example.com", "@em.example.com"},
           Row{"bounce-12_HTML-345-67-89-10@bounce.e.example.com", "@bounce.e.example.com"},
           Row{"info@Example.com", "@example.com"},
           Row{"SRS0=HHH=TT=example.com=info@forward.example.net", "@example.com"},
           Row{"@example.com", "@example.com"},
           Row{"a b@example.com", "@example.com"},
           Row{"ann", ""},
           Row{"ann@not a domain", ""},
           Row{"", ""},
       }) {
    CAPTURE(row.sender);
    CHECK(without_people(row.sender) == row.expected);
    CHECK(without_people(without_people(row.sender)) == row.expected);
  }
  const std::string sender = std::string("jane.doe=example.com__k2f") + core;
  const std::string kept = without_people(sender);
  CHECK(kept == std::string("=example.com__") + core);
  CHECK(without_people(kept) == kept);
  // What is told by it stays the same.
  const ReturnPath before = stored_return_path(sender), after = stored_return_path(kept);
  CHECK(before.header_from == "jane.doe@example.com");
  CHECK(after.header_from == "@example.com");
  CHECK(after.kind == before.kind);
  CHECK(after.domain == before.domain);
  CHECK(stored_return_path("@example.com").domain == "example.com");
  CHECK(stored_return_path("@example.com").kind == ReturnPath::Kind::plain);
  // Mail itself has no such senders.
  CHECK(parse_return_path("@example.com").kind == ReturnPath::Kind::none);
  CHECK(stored_return_path("=example.com__@shop.example").kind == ReturnPath::Kind::plain);
  CHECK(stored_return_path("@ ").kind == ReturnPath::Kind::none);
}

TEST_CASE("address mask: of the rest of an event, only the org is kept") {
  CHECK(without_private_lines("SubscriberKey: 17\nX-SFDC-LK: 00D5f000004KsTr\nName: Ann") ==
        "X-SFDC-LK: 00D5f000004KsTr");
  for (const char* more : {"", "SubscriberKey: 17", "X-SFDC-LK: ann@shop.example", "X-SFDC-LK",
                           "X-SFDC-LK: 00D5f000004KsTrEAK0", "Y: X-SFDC-LK: 00D5f000004KsTr"}) {
    CAPTURE(more);
    CHECK(without_private_lines(more) == "");
  }
}

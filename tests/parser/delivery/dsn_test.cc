// SPDX-License-Identifier: MIT
// Bounces: delivery status notifications (RFC 3464), and what mail servers write as plain text.
#include "parser/delivery/dsn.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "parser/delivery/refusal.h"
#include "tests/parser/delivery/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

ReadDeliveries read(const std::string& text, const Limits& limits = {}) {
  return read_deliveries([&](DeliverySink sink) { return parse_dsn(text, limits, sink); });
}

const std::string head =
    "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\r\n"
    "To: info@example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    "Date: Thu, 24 Sep 2026 07:00:00 +0000\r\nMessage-ID: <dsn1@mx.example.org>\r\n";

std::string report(const std::string& words, const std::string& status,
                   const std::string& type = "message/delivery-status") {
  return head +
         "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
         "boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\n" +
         words + "\r\n--b1\r\nContent-Type: " + type + "\r\n\r\n" + status +
         "\r\n--b1\r\nContent-Type: message/rfc822\r\n\r\n"
         "Return-Path: <info=example.com__k2f@0a1b.00dxx.um8.bnc.salesforce.com>\r\n"
         "Received: from [10.0.0.1] by mx4-x.mta.salesforce.com (envelope-from <a@example.com>)\r\n"
         " (ecelerity 4.2.38 r(x)) with ESMTPS id 61/B8-07121-73D39426; Thu, 24 Sep 2026 06:59:00 +0000\r\n"
         "From: Info <info@Example.com>\r\nMessage-ID: <x1@sfdc.net>\r\nX-SFDC-LK: 00DXX0000000001\r\n"
         "X-SFDC-User: 005XX0000012345\r\nTo: jane@example.net\r\n\r\nHello\r\n--b1--\r\n";
}

std::string plain(const std::string& body) {
  return head + "Content-Type: text/plain\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("dsn: a delivery status with all that it tells") {
  const ReadDeliveries got = read(report(
      "It was not delivered.",
      "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Thu, 24 Sep 2026 06:58:00 +0000\r\n\r\n"
      "Final-Recipient: rfc822; jane@Example.net\r\nOriginal-Recipient: rfc822;jane.doe@example.net\r\n"
      "Action: failed\r\nStatus: 5.0.0\r\nRemote-MTA: dns; in.example.net\r\n"
      "Diagnostic-Code: smtp; 550-5.7.26 Unauthenticated email from example.com is\r\n"
      " 550-5.7.26 not accepted due to domain's DMARC policy\r\n"
      "Last-Attempt-Date: Thu, 24 Sep 2026 09:00:01 +0200\r\n\r\n"
      "Final-Recipient: rfc822; joe@example.net\r\nAction: delayed\r\nStatus: 4.2.2\r\n"
      "Diagnostic-Code: smtp; 452 over quota\r\n\r\n"
      "Final-Recipient: rfc822; joan@example.net\r\nAction: relayed\r\nStatus: 2.0.0\r\n"));
  REQUIRE(got.events.size() == 3);
  CHECK(got.result.source == DeliverySource::dsn);
  CHECK(got.result.damages.empty());
  const DeliveryEvent& event = got.events[0];
  CHECK(event.state == DeliveryState::refused);
  CHECK(rfc3339(event.time) == "2026-09-24T07:00:01Z");
  CHECK(event.recipient == "jane.doe@example.net");
  CHECK(event.header_from == "info@example.com");
  CHECK(event.envelope_sender == "info=example.com__k2f@0a1b.00dxx.um8.bnc.salesforce.com");
  CHECK(event.message_id == "x1@sfdc.net");
  CHECK(event.queue_id == "61/B8-07121-73D39426");
  CHECK(event.remote_host == "in.example.net");
  CHECK(event.user_id == "005XX0000012345");
  CHECK(event.text ==
        "550-5.7.26 Unauthenticated email from example.com is 550-5.7.26 not accepted due to "
        "domain's DMARC policy");
  CHECK(classify_refusal(event.text) == RefusalClass::auth_dmarc);
  CHECK(event.more ==
        "X-SFDC-LK: 00DXX0000000001\nX-SFDC-User: 005XX0000012345\nReporting-MTA: mx.example.org\n"
        "Arrival-Date: Thu, 24 Sep 2026 06:58:00 +0000\nFinal-Recipient: jane@Example.net");
  CHECK(event.key == "dsn|<x1@sfdc.net>|jane.doe@example.net|refused|5.0.0");
  CHECK(got.events[1].state == DeliveryState::delayed);
  CHECK(got.events[1].text == "452 4.2.2 over quota");
  CHECK(rfc3339(got.events[1].time) == "2026-09-24T07:00:00Z");
  CHECK(got.events[2].state == DeliveryState::delivered);
}

TEST_CASE("dsn: wrong labels, missing lines, words from elsewhere") {
  const std::string block =
      "Reporting-MTA: dns; mx.example.org\r\nFinal-Recipient: rfc822; jane@example.net\r\n"
      "Action: failed\r\nStatus: 5.1.1\r\n";
  struct Row {
    const char* name;
    std::string mail;
    const char* text;
  };
  for (const Row& row : {
           Row{"as text/plain",
               report("", block + "Diagnostic-Code: smtp; 550 gone\r\n", "text/plain"),
               "550 5.1.1 gone"},
           Row{"no empty line", report("", block), "5.1.1"},
           Row{"words for people",
               report("<jane@example.net>: host in.example.net said:\r\n 550 no such "
                      "user here (in reply to RCPT TO)\r\n",
                      block),
               "550 5.1.1 no such user here (in reply to RCPT TO)"},
           Row{"a code alone",
               report("<jane@example.net>: 550 no such user",
                      block + "Diagnostic-Code: smtp; 550\r\n"),
               "550 5.1.1 550 no such user"},
           Row{"a comment on the status",
               report(
                   "",
                   "Final-Recipient: rfc822; jane@example.net\r\nAction: failed\r\nStatus: 5.4.4 "
                   "(illegal host name)\r\n"),
               "5.4.4 illegal host name"},
           Row{"without delimiters",
               head + "Content-Type: multipart/report; boundary=none\r\n\r\n" + block +
                   "Diagnostic-Code: smtp; 550 gone\r\n",
               "550 5.1.1 gone"},
       }) {
    CAPTURE(row.name);
    const ReadDeliveries got = read(row.mail);
    REQUIRE(got.events.size() == 1);
    CHECK(got.events[0].recipient == "jane@example.net");
    CHECK(got.events[0].text == row.text);
    CHECK(got.events[0].state == DeliveryState::refused);
  }
}

TEST_CASE("dsn: plain text of mail servers") {
  struct Row {
    const char *name, *body, *recipients, *text;
  };
  for (
      const Row& row : {
          Row{"qmail",
              "Hi. This is the qmail-send program at mx.example.org.\n\n<jane@example.net>:\n192.0.2.5 does not "
              "like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.5.\n\n"
              "<joe@example.net>:\nRemote host said: 552 mailbox full\n\n"
              "--- Below this line is a copy of the message.\n\nReturn-Path: <info@example.com>\n"
              "From: other@example.org\n\nto: nobody@example.net\n",
              "jane@example.net joe@example.net", "550 5.1.1 no such user Giving up on 192.0.2.5."},
          Row{"Exim",
              "This message was created automatically by mail delivery software.\n\nA message that you sent could "
              "not be delivered to one or more of its\nrecipients. The following address(es) failed:\n\n"
              "  jane@example.net\n    host in.example.net [192.0.2.5]: 550 no such user\n\n"
              "------ This is a copy of the message, including all the headers. ------\n\nFrom: info@example.com\n",
              "jane@example.net", "550 no such user"},
          Row{"Gmail",
              "Delivery to the following recipient failed permanently:\n\n     jane@example.net\n\nTechnical details "
              "of permanent failure:\nThe error that the other server returned was:\n550 5.1.1 no such user\n\n"
              "----- Original message -----\n",
              "jane@example.net", "550 5.1.1 no such user"},
          Row{"sendmail",
              "   ----- The following addresses had permanent fatal errors -----\n<jane@example.net>\n    (reason: "
              "550 5.7.1 Access denied)\n\n   ----- Transcript of session follows -----\n>>> DATA\n",
              "jane@example.net", "550 5.7.1 Access denied)"},
          Row{"no code",
              "Could not be delivered to: <jane@example.net>\nas their mailbox is full.\n",
              "jane@example.net",
              "Could not be delivered to: <@example.net> as their mailbox is full."},
          Row{"addresses below the reason",
              "Could not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were "
              "affected:\n    jane@example.net\n    joe@example.net\n",
              "jane@example.net joe@example.net", "550 5.1.1 User unknown"},
      }) {
    CAPTURE(row.name);
    const ReadDeliveries got = read(plain(row.body));
    std::string recipients;
    for (const DeliveryEvent& event : got.events)
      recipients += (recipients.empty() ? "" : " ") + event.recipient;
    CHECK(recipients == row.recipients);
    REQUIRE(!got.events.empty());
    CHECK(got.events[0].text == row.text);
    CHECK(got.events[0].state == DeliveryState::refused);
  }
  const ReadDeliveries delayed = read(
      "From: mailer-daemon@mx.example.org\nTo: info@example.com\nAuto-Submitted: auto-replied\nSubject: Warning: "
      "message 1 delayed 24 hours\nDate: Thu, 24 Sep 2026 07:00:00 +0000\n\nA message that you sent has not yet "
      "been delivered.\n\n  jane@example.net\n    Delay reason: connection timed out\n");
  REQUIRE(delayed.events.size() == 1);
  CHECK(delayed.events[0].state == DeliveryState::delayed);
  CHECK(delayed.events[0].text == "Delay reason: connection timed out");
  const ReadDeliveries failed =
      read("X-Failed-Recipients: jane@example.net,\n joe@example.net\n" +
           plain("  jane@example.net\n    550 gone\n  joe@example.net\n    550 mailbox full\n"));
  REQUIRE(failed.events.size() == 2);
  CHECK(failed.events[1].text == "550 mailbox full");
}

TEST_CASE("dsn: recipients whose blocks run together keep their own originals") {
  const std::string failed = "Action: failed\r\nStatus: 5.1.1\r\n";
  const auto final_of = [](const char* user) {
    return "Final-Recipient: rfc822; " + std::string(user) + "@relay.example\r\n";
  };
  const auto original_of = [](const char* user) {
    return "Original-Recipient: rfc822; " + std::string(user) + "@example.net\r\n";
  };
  struct Case {
    const char* name;
    std::string status;
    const char* recipients;
  };
  for (const Case& row : {
           Case{"originals first",
                original_of("a") + final_of("x") + failed + original_of("b") + final_of("y") +
                    failed,
                "a@example.net b@example.net"},
           Case{"the first has none",
                final_of("x") + failed + original_of("b") + final_of("y") + failed,
                "x@relay.example b@example.net"},
           Case{"the second has none",
                original_of("a") + final_of("x") + failed + final_of("y") + failed,
                "a@example.net y@relay.example"},
           Case{"finals first",
                final_of("x") + original_of("a") + failed + final_of("y") + original_of("b") +
                    failed,
                "a@example.net b@example.net"},
           Case{"originals last",
                final_of("x") + "Action: failed\r\n" + original_of("a") + "Status: 5.1.1\r\n" +
                    final_of("y") + "Action: failed\r\n" + original_of("b"),
                "a@example.net b@example.net"},
           Case{"originals alone", original_of("a") + failed + original_of("b") + failed,
                "a@example.net b@example.net"},
           Case{"empty lines between",
                original_of("a") + final_of("x") + failed + "\r\n" + original_of("b") +
                    final_of("y") + failed,
                "a@example.net b@example.net"},
       }) {
    CAPTURE(row.name);
    std::string recipients;
    for (const DeliveryEvent& event : read(report("", row.status)).events)
      recipients += (recipients.empty() ? "" : " ") + event.recipient;
    CHECK(recipients == row.recipients);
  }
}

TEST_CASE("dsn: dates as mail servers write them") {
  const auto time_of = [](const std::string& date, const std::string& last_attempt) {
    std::string mail =
        report("", "Final-Recipient: rfc822; jane@example.net\r\nAction: failed\r\n" +
                       (last_attempt.empty() ? "" : "Last-Attempt-Date: " + last_attempt + "\r\n"));
    const std::string whole = "Date: Thu, 24 Sep 2026 07:00:00 +0000";
    mail.replace(mail.find(whole), whole.size(), "Date: " + date);
    const ReadDeliveries got = read(mail);
    return got.events.empty() ? got.result.damages.at(0).error.text : rfc3339(got.events[0].time);
  };
  struct Row {
    const char *date, *last_attempt, *expected;
  };
  for (const Row& row : {
           Row{"Thu, 24 Sep 2026 08:00:00 +0100 (BST)", "", "2026-09-24T07:00:00Z"},
           Row{"Thu, 24 Sep 2026 08:00:00 BST", "", "2026-09-24T08:00:00Z"},
           Row{"Thu, 24 Sep 2026 09:00:00 +0200", "Thu, 24 Sep 2026 08:00:00 BST",
               "2026-09-24T07:00:00Z"},
           Row{"yesterday", "24 Sep 2026 08:00:00 XYZ", "2026-09-24T08:00:00Z"},
           Row{"Thu, 24 Sep 2026 03:00:00 EDT", "", "2026-09-24T07:00:00Z"},
           Row{"2026-09-24T07:00:00Z", "", "2026-09-24T07:00:00Z"},
           Row{"Thu, 1 Jan 1970 00:00:00 +0100", "", "no date that can be read"},
           Row{"yesterday", "", "no date that can be read"},
       }) {
    CAPTURE(row.date);
    CHECK(time_of(row.date, row.last_attempt) == row.expected);
  }
}

TEST_CASE("dsn: no date is later than the day after our server had the mail") {
  struct Row {
    const char *name, *received, *date, *last_attempt, *expected;
  };
  constexpr const char* by_us =
      "from mx.example.net by in.example.com with ESMTP id 1; Thu, 24 Sep 2026 07:00:00 +0000";
  for (const Row& row : {
           Row{"both to come", by_us, "Mon, 30 Nov 2099 10:00:00 +0000",
               "Mon, 30 Nov 2099 09:00:00 +0000", "2026-09-24T07:00:00Z"},
           Row{"the Date to come", by_us, "Mon, 30 Nov 2099 10:00:00 +0000",
               "Thu, 24 Sep 2026 06:59:00 +0000", "2026-09-24T06:59:00Z"},
           Row{"the attempt to come", by_us, "Thu, 24 Sep 2026 06:58:00 +0000",
               "Mon, 30 Nov 2099 09:00:00 +0000", "2026-09-24T06:58:00Z"},
           Row{"a second too late", by_us, "Fri, 25 Sep 2026 07:00:01 +0000", "",
               "2026-09-24T07:00:00Z"},
           Row{"near miss: a day", by_us, "Fri, 25 Sep 2026 07:00:00 +0000", "",
               "2026-09-25T07:00:00Z"},
           Row{"near miss: long before", by_us, "Tue, 1 Sep 2026 07:00:00 +0000", "",
               "2026-09-01T07:00:00Z"},
           Row{"near miss: a Received without a date", "from mx.example.net by in.example.com",
               "Fri, 25 Sep 2026 07:00:01 +0000", "", "2026-09-25T07:00:01Z"},
       }) {
    CAPTURE(row.name);
    std::string mail =
        report("", "Final-Recipient: rfc822; jane@example.net\r\nAction: failed\r\n" +
                       (*row.last_attempt == '\0'
                            ? ""
                            : "Last-Attempt-Date: " + std::string(row.last_attempt) + "\r\n"));
    const std::string whole = "Date: Thu, 24 Sep 2026 07:00:00 +0000";
    mail.replace(mail.find(whole), whole.size(), "Date: " + std::string(row.date));
    // The one below it is of who sent the bounce.
    mail = "Received: " + std::string(row.received) +
           "\r\nReceived: from x by mx.example.net; Mon, 30 Nov 2099 10:00:00 +0000\r\n" + mail;
    const ReadDeliveries got = read(mail);
    REQUIRE(got.events.size() == 1);
    CHECK(rfc3339(got.events[0].time) == row.expected);
  }
}

TEST_CASE("dsn: style sheets and scripts in HTML are no words, however they are written") {
  for (const char* close : {"</style>", "</STYLE>", "</Style >"}) {
    CAPTURE(close);
    const ReadDeliveries got =
        read(head + "Content-Type: text/html\r\n\r\n<html><STYLE>p { margin: 550 5.7.1 }" + close +
             "<p>&lt;jane@example.net&gt;: 550 5.1.1 no such user</p></html>\r\n");
    REQUIRE(got.events.size() == 1);
    CHECK(got.events[0].recipient == "jane@example.net");
    CHECK(got.events[0].text == "550 5.1.1 no such user");
  }
}

TEST_CASE("dsn: events that a mail holds are not the owner's log") {
  const std::string event =
      R"({"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"jane@example.net"}],)"
      R"("timestamp":"2026-09-24T07:00:00Z"},"mail":{"messageId":"m"}})";
  for (const DeliveryEvent& got : read(plain(event + "\n")).events) {
    CHECK(got.source == DeliverySource::dsn);
    CHECK(got.queue_id != "m");
  }
}

TEST_CASE("dsn: other mail, damages, limits") {
  CHECK(
      read(
          "From: a@example.net\nContent-Type: multipart/report; report-type=feedback-report; "
          "boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n")
          .error == "not_a_report: a feedback report");
  const auto damage = [](const ReadDeliveries& got) {
    return got.result.damages.empty()
               ? got.error
               : got.result.damages[0].part + ": " + got.result.damages[0].error.text;
  };
  CHECK(damage(read(plain("Something went wrong.\n"))) == "mail: a bounce that names no recipient");
  CHECK(damage(read(report("", "Final-Recipient: x400; /c=de/\r\nAction: failed\r\n"))) ==
        "recipient 1: not a mail address (6 bytes)");
  CHECK(damage(read(
            "From: MAILER-DAEMON\nSubject: Returned mail\n\n<jane@example.net>: 550 gone\n")) ==
        "recipient 1: no date that can be read");
  std::string many;
  for (int i = 0; i < 3000; ++i)
    many += "Final-Recipient: rfc822; u" + std::to_string(i) +
            "@example.net\r\nAction: failed\r\n\r\n";
  CHECK(read(report("", many)).events.size() == most_dsn_recipients);
  Limits small;
  small.mail_size = 10;
  CHECK(read(plain("x"), small).error.starts_with("limit:mail_size"));
}

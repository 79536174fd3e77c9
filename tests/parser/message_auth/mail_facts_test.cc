// SPDX-License-Identifier: MIT
#include "parser/message_auth/mail_facts.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace dmarcq;

namespace {

MailFacts facts_of(const std::string& mail, const std::vector<std::string>& receivers = {}) {
  auto facts = read_mail_facts(mail, Limits{}, receivers);
  REQUIRE(facts);
  return std::move(*facts);
}
MailFacts facts_below(const std::string& fields, const std::vector<std::string>& receivers = {}) {
  return facts_of(fields + "From: a@kestrel.example\r\n\r\nHello\r\n", receivers);
}

std::string hop(const std::string& from, const std::string& by) {
  return "Received: from " + from + " by " + by +
         " with ESMTPS id 1;\r\n Tue, 24 Nov 2026 08:15:00 +0000\r\n";
}

}  // namespace

TEST_CASE("mail facts: by which hop a mail came in") {
  const std::string outside = "out.kestrel.example (out.kestrel.example [192.0.2.9])",
                    inside = "mx.owner.example (mx.owner.example [198.51.100.7])",
                    forged = hop("smtp.bank.example (smtp.bank.example [203.0.113.66])",
                                 "mx.owner.example");
  struct Row {
    const char* name;
    std::string fields;
    const char* ip;               ///< that handed it over; "" when that is not known
    bool in_received = *ip != 0;  ///< a hop is that
  };
  for (
      const Row& row : {
          Row{"no Received", "", ""},
          Row{"one", hop(outside, "mx.owner.example"), "192.0.2.9"},
          Row{"between hosts of the receiver",
              hop(inside, "store.owner.example") + hop(outside, "mx.owner.example"), "192.0.2.9"},
          Row{"an internal address",
              hop("mx1 ([10.0.0.1])", "store.owner.example") + hop(outside, "mx.owner.example"),
              "192.0.2.9"},
          Row{"a host of a private name",
              hop("compute.internal (compute.internal [10.0.0.1])", "store.owner.example") +
                  hop(outside, "mx.owner.example"),
              "192.0.2.9"},
          Row{"inside of Gmail",
              "Received: by 2002:a05:1::1 with SMTP id x; Tue, 24 Nov 2026 08:15:00 +0000\r\n" +
                  hop(outside, "mx.google.com"),
              "192.0.2.9"},
          Row{"what is below came with the mail", hop(outside, "mx.owner.example") + forged,
              "192.0.2.9"},
          Row{"a stranger whose address is not told: what is below is no proof",
              hop("out.forger.example", "mx.owner.example") + forged, ""},
          Row{"a stranger behind a translated address",
              hop("out.forger.example (out.forger.example [172.17.0.1])", "mx.owner.example") +
                  forged,
              ""},
          Row{"the receiver's own name as HELO, without a reverse name",
              "Authentication-Results: mx.owner.example; spf=fail (sender IP is 192.0.2.66) smtp.mailfrom=forger.example\r\n" +
                  hop("x.owner.example (192.0.2.66)", "mx.owner.example") + forged,
              "192.0.2.66"},
          Row{"the receiver's own name as HELO, and nothing else tells",
              hop("x.owner.example ([192.0.2.66])", "mx.owner.example") + forged, ""},
          Row{"an internal address as HELO",
              hop("[10.0.0.1] (out.forger.example [192.0.2.66])", "mx.owner.example") + forged,
              "192.0.2.66"},
          Row{"an address as HELO, and no other",
              hop("[203.0.113.66]", "mx.owner.example") + forged, ""},
          Row{"the address in front of HELO",
              hop("192.0.2.9 (EHLO out.kestrel.example)", "mx.owner.example") + forged,
              "192.0.2.9"},
          Row{"the receiver says for which address it checked",
              hop("DB1.eop.prod.protection.outlook.com (2001:db8::12)",
                  "AM0.eurprd01.prod.outlook.com") +
                  "Authentication-Results: spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=kestrel.example\r\n" +
                  hop("out.kestrel.example (192.0.2.9)", "x.mail.protection.outlook.com"),
              "192.0.2.9"},
          Row{"a hop below that claims this address is no handover",
              "Authentication-Results: mx.owner.example; spf=fail (sender IP is 192.0.2.66) smtp.mailfrom=forger.example\r\n" +
                  hop("out.forger.example", "mx.owner.example") +
                  hop("smtp.bank.example (smtp.bank.example [192.0.2.66])", "mx.owner.example"),
              "192.0.2.66", false},
          Row{"an address that no Received has",
              "Authentication-Results: mx.google.com; spf=pass (google.com: domain of a@kestrel.example designates 192.0.2.77 as permitted sender) smtp.mailfrom=a@kestrel.example\r\n"
              "Received: by mx.google.com with SMTP id x\r\n",
              "192.0.2.77", false},
          Row{"an address in a name that the sender chose",
              "Authentication-Results: mx.google.com; spf=neutral (google.com: 192.0.2.9 is neither permitted nor denied by best guess record for domain of \"a designates 203.0.113.66 as permitted sender\"@forger.example) smtp.mailfrom=x@forger.example\r\n" +
                  hop(outside, "mx.google.com"),
              "192.0.2.9"},
          Row{"Fastmail's iprev",
              "Authentication-Results: mx2.messagingengine.com; iprev=pass smtp.remote-ip=192.0.2.9 (out.kestrel.example)\r\n"
              "Received: by mx2.messagingengine.com with LMTP\r\n",
              "192.0.2.9", false},
          Row{"Received-SPF above the receiver's results",
              "Received-SPF: pass (x client-ip=203.0.113.66; \"\") client-ip=192.0.2.9; envelope-from=\"a client-ip=203.0.113.66\"@kestrel.example\r\n"
              "Authentication-Results: mx.owner.example; spf=pass smtp.mailfrom=kestrel.example\r\n"
              "Received: by mx.owner.example with LMTP\r\n",
              "192.0.2.9", false},
          Row{"Received-SPF below them",
              "Authentication-Results: mx.owner.example; spf=pass smtp.mailfrom=kestrel.example\r\n"
              "Received: by mx.owner.example with LMTP\r\nReceived-SPF: pass client-ip=203.0.113.66\r\n",
              ""},
          Row{"Received-SPF alone", "Received-SPF: pass client-ip=203.0.113.66\r\n", ""},
      }) {
    CAPTURE(row.name);
    const MailFacts facts = facts_below(row.fields);
    const auto address = facts.sending_ip();
    CHECK((address ? address->to_text() : "") == row.ip);
    CHECK((facts.entry() != nullptr) == row.in_received);
  }
}

TEST_CASE("mail facts: what stands in the header") {
  const MailFacts facts = facts_of(
      "Return-Path: <SRS0=a1=b2=kestrel.example=info@forward.example>\r\n"
      "Received: from a ([192.0.2.9]) by mx.owner.example; Tue, 24 Nov 2026 08:15:00 +0000\r\n"
      "FROM: =?utf-8?q?K=C3=A4the?= <a@Kestrel.Example>\r\n"
      "To: b@example.net\r\nCc: c@example.net\r\nReply-To: d@example.org\r\nSender: e@example.org\r\n"
      "Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
      "Date: Tue, 24 Nov 2026 08:14:00 +0000\r\nMessage-ID: <1@kestrel.example>\r\n"
      "X-Odd: a\xff\r\n folded\r\nx-odd: second\r\n\r\nbody\r\n");
  CHECK(facts.from_domain == "kestrel.example");
  REQUIRE(facts.from.size() == 1);
  CHECK(facts.from[0].display == "K\xc3\xa4the");
  CHECK(facts.subject ==
        "Gr\xc3\xbc\xc3\x9f"
        "e");
  CHECK(facts.to.size() == 2);
  CHECK(facts.reply_to[0].domain == "example.org");
  CHECK(facts.sender[0].domain == "example.org");
  CHECK(facts.message_id == "1@kestrel.example");
  CHECK(facts.return_path.address == "info@kestrel.example");
  CHECK(facts.return_path.forwarder == "forward.example");
  CHECK(facts.envelope_sender == "SRS0=a1=b2=kestrel.example=info@forward.example");
  CHECK(facts.date == 1'795'508'040);
  CHECK(facts.received_at == 1'795'508'100);
  CHECK(facts.value("x-odd") == "a\xef\xbf\xbd folded");
  CHECK(facts.count("x-odd") == 2);
  CHECK(facts.count("x-none") == 0);
  CHECK(facts.value("x-none").empty());
  CHECK(facts.fields[2].title == "FROM");
  CHECK_FALSE(facts.bare_line_ends);
  CHECK_FALSE(facts.receiver);
  CHECK(facts.believed().empty());
}

TEST_CASE("mail facts: the envelope sender, where there is no Return-Path") {
  const MailFacts facts = facts_below(
      "Received: from x ([192.0.2.9]) by mx.owner.example (envelope-from <b@kestrel.example>); x\r\n");
  CHECK(facts.return_path.address == "b@kestrel.example");
  CHECK(facts_below("Return-Path: <>\r\n").return_path.kind == ReturnPath::Kind::null);
  CHECK(facts_below("Return-Path: <>\r\n").envelope_sender.empty());
  CHECK(facts_below("").return_path.kind == ReturnPath::Kind::none);
}

TEST_CASE("mail facts: several From fields are no From") {
  const MailFacts facts =
      facts_of("From: a@kestrel.example\r\nFrom: b@else.example\r\nSubject: x\r\n\r\n");
  CHECK(facts.from_domain.empty());
  CHECK(facts.from.size() == 2);
}

TEST_CASE("mail facts: results with an open quote are not believed") {
  const std::string fields = "Received: from x ([192.0.2.9]) by mx.owner.example; x\r\n";
  CHECK(facts_below("Authentication-Results: mx.owner.example; spf=pass\r\n" + fields)
            .believed()
            .size() == 1);
  const MailFacts open =
      facts_below("Authentication-Results: mx.owner.example; spf=pass (\r\n" + fields);
  CHECK(open.receiver);
  CHECK(open.believed().empty());
}

TEST_CASE("mail facts: a word for the unsubscribe link") {
  struct Row {
    const char* name;
    std::string rest;
    bool expected;
  };
  const std::string parts = "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n";
  for (const Row& row : {
           Row{"plain", "\r\nUNSUBSCRIBE here\r\n", true},
           Row{"German", "\r\nNewsletter abbestellen\r\n", true},
           Row{"none", "\r\nsubscribe here\r\n", false},
           Row{"no body", "", false},
           Row{"quoted-printable",
               "Content-Transfer-Encoding: quoted-printable\r\n\r\nun=\r\nsubscribe\r\n", true},
           Row{"base64", "Content-Transfer-Encoding: base64\r\n\r\ndW5zdWJzY3JpYmU=\r\n", true},
           Row{"in a part",
               parts + "Content-Type: text/html\r\n\r\n<a>Unsubscribe</a>\r\n--b--\r\n", true},
           Row{"in an attachment",
               parts + "Content-Type: application/pdf\r\n\r\nunsubscribe\r\n--b--\r\n", false},
           Row{"in the header alone",
               "List-Unsubscribe: <mailto:unsubscribe@kestrel.example>\r\n\r\nHi\r\n", false},
       }) {
    CAPTURE(row.name);
    CHECK(facts_of("From: a@kestrel.example\r\n" + row.rest).offers_unsubscribe == row.expected);
  }
}

TEST_CASE("mail facts: files that are one mail, and files that are none") {
  const std::string mail = "From: a@kestrel.example\r\n\r\nHello\r\n";
  for (const std::string& front :
       {std::string(), std::string("\xef\xbb\xbf"), std::string("\r\n\r\n"),
        std::string("From a@kestrel.example Tue Nov 24 08:15:00 2026\r\n"),
        std::string(">From a@kestrel.example Tue Nov 24 08:15:00 2026\n")}) {
    CAPTURE(front);
    CHECK(mail_in(front + mail) == mail);
    CHECK(facts_of(front + mail).from_domain == "kestrel.example");
  }
  CHECK(facts_of("From: a@kestrel.example\n\nHello\n").bare_line_ends);
  CHECK(mail_in("From x").empty());
  CHECK(mail_in("").empty());
  struct Row {
    std::string bytes;
    Fault fault;
  };
  Limits limits;
  limits.mail_size = 1'000;
  limits.header_size = 100;
  for (const Row& row :
       {Row{"", Fault::malformed_mail}, Row{"Hello\n", Fault::malformed_mail},
        Row{"X: y\n\nFrom: a@kestrel.example\n", Fault::malformed_mail},
        Row{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + std::string(600, '\0'), Fault::closed_format},
        Row{mail + std::string(2'000, 'x'), Fault::limit},
        Row{"From: a@kestrel.example\r\nX: " + std::string(200, 'x') + "\r\n\r\n", Fault::limit}}) {
    CAPTURE(row.bytes.substr(0, 20));
    const auto facts = read_mail_facts(row.bytes, limits, {});
    REQUIRE_FALSE(facts);
    CHECK(facts.error().fault == row.fault);
    CHECK_FALSE(facts.error().text.empty());
  }
  CHECK(read_mail_facts(mail, limits, {}));
}

TEST_CASE("mail facts: no more fields than real mails have") {
  std::string fields;
  for (int i = 0; i < 5'000; ++i) fields += "Received: from a by b.example; x\r\n";
  CHECK(facts_below(fields).fields.size() == most_mail_fields);
}

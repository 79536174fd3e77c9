// SPDX-License-Identifier: MIT
#include "report/analysis/message/message_note.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/report/analysis/message/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using Kind = MessageNote::Kind;

std::vector<MessageNote> notes_of(const MailFacts& mail, std::vector<DkimCheck> signatures = {}) {
  const MessageAuthentication all = authenticated(mail, std::move(signatures));
  return message_notes(mail, all, route_of(mail, all, SenderCatalogue::built_in()));
}

/// "kind value/other, …" without the notes that most of these mails have.
std::string codes(const std::vector<MessageNote>& notes) {
  std::string text;
  for (const MessageNote& note : notes)
    if (note.kind != Kind::receiver_not_named && note.kind != Kind::not_signed_as_from)
      text += (text.empty() ? "" : ", ") + std::string(to_text(note.kind)) + " " + note.value +
              "/" + note.other;
  return text;
}

}  // namespace

TEST_CASE("message notes: words of their own") {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Kind::arc_broken); ++i)
    CHECK(words.insert(to_text(static_cast<Kind>(i))).second);
}

TEST_CASE("message notes: what broke a signature") {
  using enum SignatureResult;
  struct Row {
    const char* name;
    DkimCheck check;
    const char *results, *expected;
  };
  const auto with = [](DkimCheck check, auto change) {
    change(check);
    return check;
  };
  for (const Row& row : {
           Row{"passes", signature(pass), "", ""},
           Row{"open", signature(key_unknown), "dkim=pass header.d=kestrel.example", ""},
           Row{"body", signature(body_changed), "", "body-changed kestrel.example/sf1"},
           Row{"header", signature(header_changed), "", "header-changed kestrel.example/sf1"},
           Row{"the header, by this key",
               with(signature(header_changed), [](auto& c) { c.made_with_key = true; }), "",
               "header-changed kestrel.example/sf1"},
           Row{"another key",
               with(signature(header_changed), [](auto& c) { c.made_with_key = false; }), "",
               "other-key sf1/kestrel.example"},
           Row{"the subject",
               with(signature(header_changed), [](auto& c) { c.subject_tag = "[EXT]"; }), "",
               "subject-tagged [EXT]/kestrel.example"},
           Row{"no key", signature(key_missing), "", "key-missing sf1/kestrel.example"},
           Row{"testing", with(signature(pass), [](auto& c) { c.testing = true; }), "",
               "key-testing sf1/kestrel.example"},
           Row{"expired", with(signature(pass), [](auto& c) { c.expires = 1; }), "",
               "expired kestrel.example/sf1"},
           Row{"a tail", with(signature(pass), [](auto& c) { c.unsigned_tail = 7; }), "",
               "unsigned-tail 7/kestrel.example"},
           Row{"1024 bits", with(signature(pass), [](auto& c) { c.key_bits = 1024; }), "",
               "weak-key 1024/kestrel.example"},
           Row{"2048 bits", with(signature(pass), [](auto& c) { c.key_bits = 2048; }), "", ""},
           Row{"the receiver said otherwise", signature(key_missing),
               "dkim=pass header.d=kestrel.example",
               "key-missing sf1/kestrel.example, said-otherwise kestrel.example/pass"},
           Row{"the other way round", signature(pass), "dkim=fail header.d=kestrel.example",
               "said-otherwise kestrel.example/fail"},
           Row{"a temporary error is no other word", signature(pass),
               "dkim=temperror header.d=kestrel.example", ""},
       }) {
    CAPTURE(row.name);
    CHECK(codes(notes_of(mail_facts(row.results), {row.check})) == row.expected);
  }
}

TEST_CASE("message notes: how far the file can be trusted, and what the mail is") {
  struct Row {
    const char *name, *results, *fields, *from, *expected;
  };
  const char* const from = "From: Kestrel <a@kestrel.example>\r\n";
  for (
      const Row& row : {
          Row{"nothing", "spf=pass", "", from, ""},
          Row{"a claim", "spf=pass", "Authentication-Results: x.example; dkim=pass\r\n", from,
              "claims-only 1/"},
          Row{"the receiver's id below its Received", "",
              "Authentication-Results: mx.owner.example; dkim=pass\r\n", from,
              "results-unproven mx.owner.example/, claims-only 1/"},
          Row{"its own above, and one more below", "spf=pass",
              "Authentication-Results: mx.owner.example; dkim=pass\r\n", from, "claims-only 1/"},
          Row{"another org", "",
              "Return-Path: <a@mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com>\r\nX-SFDC-LK: 00D000000000001\r\n",
              from, "other-org 00D000000000001EAA/00DA0000000Hu5aMAC"},
          Row{"said to pass, and nothing does",
              "spf=none smtp.mailfrom=a@else.example; dmarc=pass header.from=kestrel.example", "",
              from, "dmarc-disputed pass/"},
          Row{"an open comment", "spf=pass (", "", from, "results-broken mx.owner.example/"},
          Row{"a bounce", "", "Return-Path: <>\r\n", from, "null-sender /"},
          Row{"forwarded", "", "X-Forwarded-To: b@example.net\r\n", from,
              "forwarded x-forwarded-to/"},
          Row{"sender rewritten", "",
              "Return-Path: <SRS0=a1=b2=kestrel.example=a@forward.example>\r\n", from,
              "forwarded Return-Path/"},
          Row{"a list", "", "List-Post: <mailto:x@example.org>\r\n", from, "forwarded list-post/"},
          Row{"two From fields", "", "", "From: a@kestrel.example\r\nFrom: b@kestrel.example\r\n",
              "several-from 2/"},
          Row{"two addresses of one domain", "", "",
              "From: a@kestrel.example, b@kestrel.example\r\n", "several-from 2/kestrel.example"},
          Row{"an address in the name", "", "",
              "From: \"ceo@bank.example\" <a@kestrel.example>\r\n",
              "name-holds-address ceo@bank.example/"},
          Row{"encoded", "", "", "From: =?utf-8?q?ceo=40bank.example?= <a@kestrel.example>\r\n",
              "name-holds-address ceo@bank.example/"},
          Row{"its own address", "", "", "From: \"a@news.kestrel.example\" <a@kestrel.example>\r\n",
              ""},
          Row{"an @ that is no address", "", "", "From: \"Kestrel @ work\" <a@kestrel.example>\r\n",
              ""},
          Row{"replies go elsewhere", "", "Reply-To: a@else.example\r\n", from,
              "reply-elsewhere else.example/"},
          Row{"replies stay in the organization", "", "Reply-To: a@news.kestrel.example\r\n", from,
              ""},
          Row{"a sandbox", "", "X-SFDC-App: coreapp-sandbox\r\n", from, "sandbox /"},
          Row{"a developer's org", "", "X-SFDC-ORGTYPE: free\r\n", from, "developer-org /"},
          Row{"Microsoft's marks, where another received it", "",
              "X-Forefront-Antispam-Report: CIP:192.0.2.9;SCL:9;SFV:SPM;CAT:SPM\r\nX-Microsoft-Antispam: BCL:9;\r\n",
              from, ""},
          Row{"ARC", "",
              "ARC-Seal: i=1; cv=none; d=list.example; b=A\r\nARC-Message-Signature: i=1; b=A\r\n"
              "ARC-Authentication-Results: i=1; list.example; dmarc=pass\r\n",
              from, "arc list.example/pass"},
          Row{"ARC in pieces", "", "ARC-Seal: i=2; cv=pass; d=list.example; b=A\r\n", from,
              "arc list.example/, arc-broken 1/"},
      }) {
    CAPTURE(row.name);
    CHECK(codes(notes_of(mail_facts(row.results, row.fields, "x\r\n", row.from))) == row.expected);
  }
  const auto alone = read_mail_facts("From: a@kestrel.example\n\nx\n", Limits{}, {});
  REQUIRE(alone);
  CHECK(codes(notes_of(*alone)) == "no-trace /, bare-line-ends /");
  const std::vector<MessageNote> guessed = notes_of(mail_facts("spf=pass"));
  CHECK(std::ranges::count(guessed, Kind::receiver_not_named, &MessageNote::kind) == 1);
  CHECK(std::ranges::count(guessed, Kind::not_signed_as_from, &MessageNote::kind) == 1);
}

TEST_CASE("message notes: Microsoft's marks") {
  struct Row {
    const char *results, *report, *bulk, *expected;
  };
  for (const Row& row : {
           Row{"compauth=fail reason=010", "", "", "self-to-self kestrel.example/010"},
           Row{"compauth=fail reason=601", "", "", "self-to-self kestrel.example/601"},
           Row{"compauth=fail reason=000", "", "", ""},
           Row{"compauth=pass reason=100", "", "", ""},
           Row{"compauth=fail reason=60", "", "", ""},
           Row{"compauth=fail reason=001", "SFV:SPM;SCL:5;CAT:SPOOF;", "",
               "junked SFV:SPM SCL:5/SPOOF"},
           Row{"spf=pass", "CIP:192.0.2.9;SCL:1;SFV:NSPM;CAT:NONE", "BCL:0;", ""},
           Row{"spf=pass", "SCL:6", "", "junked SFV: SCL:6/"},
           Row{"spf=pass", "SCL:-1;SFV:SKN", "BCL:7;", "junked BCL:7/BULK"},
           Row{"spf=pass", "XSFV:SPM;XSCL:9", "BCL:6", ""},
           Row{"spf=pass", "SCL:x;SFV", "BCL:", ""},
       }) {
    CAPTURE(row.results);
    CAPTURE(row.report);
    const auto mail = read_mail_facts(
        std::string("Authentication-Results: ") + row.results +
            "\r\nReceived: from y (2001:db8::1) by b.eurprd01.prod.outlook.com with Microsoft SMTP Server; x\r\n"
            "X-Forefront-Antispam-Report: " +
            row.report + "\r\nX-Microsoft-Antispam: " + row.bulk +
            "\r\nFrom: a@kestrel.example\r\n\r\n",
        Limits{}, {});
    REQUIRE(mail);
    CHECK(codes(notes_of(*mail)) == row.expected);
  }
}

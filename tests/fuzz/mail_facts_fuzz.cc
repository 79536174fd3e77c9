// SPDX-License-Identifier: MIT
// What `dmarcq message` says of one mail: any bytes give an error or an answer within the limits,
// and what is shown of it is clean text and valid JSON in UTF-8.
#include <sstream>

#include "parser/aggregate/xml_text.h"
#include "report/answers/message_answer.h"
#include "report/render/answers/message.h"
#include "report/render/phrases/evidence/message_phrases.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_resolver.h"

namespace dmarcq::fuzz {
namespace {

/// What is said of the mail is bounded.
void check_answer(const MessageAnswer& answer) {
  const MailFacts& mail = answer.mail;
  require(mail.fields.size() <= most_mail_fields, "no more fields than mails have");
  require(mail.hops.size() <= mail.fields.size(), "a hop is a field");
  require(!mail.handover || *mail.handover < mail.hops.size(), "the handover is a hop");
  require(mail.arc.sets.size() <= most_arc_sets, "no more ARC sets than RFC 8617 allows");
  require(mail.from_domain.empty() || !mail.from.empty(), "a domain is that of an address");
  require(answer.authentication.dkim.size() <= most_checked_signatures,
          "no more signatures than are checked");
  require(answer.checklist.size() == sender_rule_count, "each rule has a line");
  require(answer.route.proofs.size() <= 200, "no more signs than there are marks and hops");
  require(answer.route.weight != ProofWeight::proven || !answer.route.service.empty(),
          "what is proven has a name");
  for (const MailField& field : mail.fields) require(is_utf8(field.value), "fields are UTF-8");
  for (const MessageNote& note : answer.notes)
    require(!sentence_of(note).empty(), "a note has a sentence");
}

void properties(std::string_view input) {
  test::FakeResolver dns;
  MessageQuestion question{.mail = input, .limits = small_limits()};
  for (Resolver* const resolver : {static_cast<Resolver*>(nullptr), static_cast<Resolver*>(&dns)}) {
    question.resolver = resolver;
    question.receivers = resolver == nullptr ? std::vector<std::string>()
                                             : std::vector<std::string>{"mx.owner.example"};
    const auto answer = message_answer(nullptr, question);
    if (!answer) {
      require(!answer.error().text.empty(), "an error says what is wrong");
      return;
    }
    check_answer(*answer);
    require(resolver != nullptr || !answer->mail.receiver || !answer->mail.receiver->named,
            "nobody is named");
    std::ostringstream text, json;
    write_message_text(text, *answer, {});
    require(is_clean(text.str(), "\n"), "the text is clean");
    write_message_json(json, *answer, "mail.eml", true);
    require(is_utf8(json.str()), "the JSON is UTF-8");
    require(json.str().find('\n') == json.str().size() - 1, "one line of JSON");
  }
  require(dns.asked.size() <= 100, "few questions for one mail");
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "Authentication-Results: mx.owner.example; dkim=pass header.d=kestrel.example; spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=a@kestrel.example; dmarc=pass (p=NONE) header.from=kestrel.example\r\n"
      "Received: from out.kestrel.example (out.kestrel.example [192.0.2.9]) (using TLSv1.3) by mx.owner.example (Postfix) with ESMTPS id 1; Tue, 24 Nov 2026 08:15:00 +0100 (CET)\r\n"
      "ARC-Seal: i=1; cv=none; d=kestrel.example; b=A\r\nARC-Authentication-Results: i=1; mx.owner.example; dmarc=pass\r\n"
      "DKIM-Signature: v=1; a=rsa-sha256; d=kestrel.example; s=sf1; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"
      "From: =?utf-8?q?a=40b?= <a@kestrel.example>, b@else.example\r\nReply-To: x@y.example\r\nList-Unsubscribe: <https://kestrel.example/u>\r\n"
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nunsubscribe\r\n",
      "Return-Path: <bounce-1_HTML-2-3-4-5@bounce.kestrel.example>\nReceived: by 2002:a05:1::1 with SMTP id x; x\nX-SFDC-LK: 00DA0000000Hu5a\nX-SFDCOrgRelay: 00DA0000000Hu5a\n"
      "X-SFDC-EmailCategory: apiSingleMail\nX-Forefront-Antispam-Report: SFV:SPM;SCL:5\nFrom: a@kestrel.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n"};
}

std::vector<std::string_view> words() {
  return {"Authentication-Results: ",
          "mx.owner.example;",
          "Received: from ",
          " by mx.owner.example with ESMTPS; ",
          "(may be forged)",
          "[192.0.2.9]",
          "[10.0.0.1]",
          "Received-SPF: pass client-ip=192.0.2.9\r\n",
          "sender IP is ",
          " as permitted sender",
          "smtp.mailfrom=",
          "DKIM-Signature: ",
          "l=0;",
          "x=1;",
          "ARC-Seal: i=2; cv=pass;",
          "Return-Path: <>\r\n",
          "SRS0=a=b=c.example=d@e.example",
          "X-SFDC-LK: 00DA0000000Hu5a\r\n",
          "Feedback-ID: 1:2:3:sfmktgcld\r\n",
          "X-Microsoft-Antispam: BCL:9;\r\n",
          "compauth=fail reason=010",
          "From: ",
          "\x1b[2J",
          "\xe2\x80\xae",
          "=?utf-8?q?=1B?=",
          "\r\n ",
          "\r\n\r\n",
          "<",
          ">",
          "\"",
          "("};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.milliseconds = 100, .microseconds_per_byte = 10, .bytes_per_byte = 200},
      dmarcq::fuzz::properties);
}

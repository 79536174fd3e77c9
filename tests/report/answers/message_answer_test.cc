// SPDX-License-Identifier: MIT
#include "report/answers/message_answer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ingest/dns/dns_snapshot.h"
#include "sample.h"
#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

std::string file(const std::string& name) {
  std::ifstream stream(std::string(DMARCQ_SOURCE_DIR) + "/fixtures/mails/" + name,
                       std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

MessageAnswer answer_of(const std::string& mail, Snapshot* snapshot = nullptr,
                        Resolver* resolver = nullptr) {
  auto answer =
      message_answer(snapshot, {.mail = mail, .resolver = resolver, .today = sample_today()});
  REQUIRE(answer);
  return std::move(*answer);
}

DnsSnapshot zone() {
  auto snapshot = DnsSnapshot::parse(file("dns.zone"));
  REQUIRE(snapshot);
  return *snapshot;
}

}  // namespace

TEST_CASE("message: with neither DNS nor reports, the body and the receiver's words") {
  const MessageAnswer answer = answer_of(file("core-signed.eml"));
  CHECK_FALSE(answer.dns_asked);
  CHECK_FALSE(answer.reports_asked);
  CHECK(answer.streams.empty());
  CHECK_FALSE(answer.spf_check);
  CHECK_FALSE(answer.dmarc);
  CHECK(answer.authentication.spf.why == "DNS was not asked");
  CHECK(answer.authentication.dkim.at(0).check.result == SignatureResult::key_unknown);
  CHECK(answer.authentication.dmarc.passes == true);
  CHECK(answer.authentication.dmarc.policy.from == AppliedPolicy::From::receiver);
  CHECK_FALSE(answer.is_open());
  CHECK(answer.checklist.size() == sender_rule_count);
  CHECK(answer_of(file("core-body-changed.eml")).authentication.dkim.at(0).check.result ==
        SignatureResult::body_changed);
}

TEST_CASE("message: with DNS") {
  DnsSnapshot dns = zone();
  const MessageAnswer answer = answer_of(file("core-signed.eml"), nullptr, &dns);
  CHECK(answer.dns_asked);
  REQUIRE(answer.spf_check);
  CHECK(answer.spf_check->result == SpfResult::pass);
  CHECK(answer.authentication.dkim.at(0).check.result == SignatureResult::pass);
  REQUIRE(answer.dmarc);
  CHECK(answer.authentication.dmarc.policy.from == AppliedPolicy::From::dns);
  CHECK(answer.authentication.dmarc.policy.policy == "reject");
  CHECK(answer.sender.service == "Salesforce");
  REQUIRE(answer.org);
  CHECK(answer.org->org.org_id == answer.route.org_id);
}

TEST_CASE("message: why SPF is not checked again") {
  FakeResolver dns;
  const std::string
      hop =
          "Received: from out.kestrel.example (out.kestrel.example [192.0.2.9]) by mx.owner.example "
          "with ESMTPS id 1; x\r\n",
      from = "From: a@kestrel.example\r\n\r\n";
  struct Row {
    const char* name;
    std::string mail;
    const char* why;
    const char* checked;  ///< "" when it is not
  };
  for (const Row& row : {
           Row{"no address", "Return-Path: <a@kestrel.example>\r\n" + from,
               "the address that handed the mail over is not known", ""},
           Row{"no envelope sender", hop + from, "the mail does not tell its envelope sender", ""},
           Row{"an envelope sender", "Return-Path: <a@kestrel.example>\r\n" + hop + from, "",
               "kestrel.example"},
           Row{"a forwarder's",
               "Return-Path: <SRS0=a1=b2=kestrel.example=a@forward.example>\r\n" + hop + from, "",
               "forward.example"},
           Row{"a bounce", "Return-Path: <>\r\n" + hop + from, "", "out.kestrel.example"},
           Row{"the receiver's word on it",
               "Authentication-Results: mx.owner.example; spf=fail smtp.mailfrom=x@else.example\r\n"
               "Return-Path: <a@kestrel.example>\r\n" +
                   hop + from,
               "", "else.example"},
       }) {
    CAPTURE(row.name);
    const MessageAnswer answer = answer_of(row.mail, nullptr, &dns);
    CHECK(answer.spf_check.has_value() == (*row.checked != '\0'));
    if (answer.spf_check)
      CHECK(answer.spf_check->domain == row.checked);
    else
      CHECK(answer.authentication.spf.why == row.why);
  }
}

TEST_CASE("message: a domain without a record") {
  FakeResolver dns;
  dns.text("kestrel.example", "v=spf1 -all");
  const MessageAnswer answer = answer_of("From: a@kestrel.example\r\n\r\n", nullptr, &dns);
  CHECK(answer.authentication.dmarc.policy.none_published);
  CHECK(answer.authentication.dmarc.policy.policy.empty());
  FakeResolver silent;
  silent.silent("_dmarc.kestrel.example");
  CHECK_FALSE(answer_of("From: a@kestrel.example\r\n\r\n", nullptr, &silent)
                  .authentication.dmarc.policy.none_published);
}

TEST_CASE("message: what reports say of the same stream") {
  using Like = MessageStream::Like;
  const auto snapshot = sample_snapshot();
  const std::string from = std::string("From: a@") + sample_domain + "\r\n\r\n";
  const MessageAnswer plain = answer_of(from, snapshot.get());
  CHECK(plain.reports_asked);
  REQUIRE(plain.streams.size() == 1);
  CHECK(plain.streams[0].like == Like::from);
  CHECK(plain.streams[0].totals.messages > 0);
  CHECK(plain.streams[0].sources > 1);
  CHECK(plain.authentication.dmarc.policy.from == AppliedPolicy::From::reports);
  CHECK_FALSE(plain.authentication.dmarc.policy.policy.empty());
  const MessageAnswer sent =
      answer_of("Received: from x ([203.0.113.25]) by mx.owner.example with ESMTPS; x\r\n" + from,
                snapshot.get());
  REQUIRE(sent.streams.size() == 2);
  CHECK(sent.streams[0].like == Like::address);
  CHECK(sent.streams[0].sources == 1);
  CHECK(sent.streams[0].totals.messages < sent.streams[1].totals.messages);
  CHECK(sent.streams[0].first_day <= sent.streams[0].last_day);
  const MessageAnswer other = answer_of("From: a@nobody.example\r\n\r\n", snapshot.get());
  CHECK(other.reports_asked);
  CHECK(other.streams.empty());
  CHECK(answer_of("From: a@b.example, c@d.example\r\n\r\n", snapshot.get()).streams.empty());
}

TEST_CASE("message: what it is like") {
  using Like = MessageStream::Like;
  CHECK(to_text(Like::address_and_selector) == "address-and-selector");
  CHECK(to_text(Like::address) == "address");
  CHECK(to_text(Like::selector) == "selector");
  CHECK(to_text(Like::from) == "from");
}

TEST_CASE("message: what is no mail is an error") {
  for (const char* text : {"", "hello", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}) {
    const auto answer = message_answer(nullptr, {.mail = text});
    REQUIRE_FALSE(answer);
    CHECK_FALSE(answer.error().text.empty());
  }
}

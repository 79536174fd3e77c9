// SPDX-License-Identifier: MIT
#include "report/analysis/message/message_row.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/message/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("one mail as a row of a report") {
  const MailFacts mail = mail_facts("spf=pass smtp.mailfrom=b@news.kestrel.example");
  MessageAuthentication all = message_authentication(
      mail, {.signatures = {signature(SignatureResult::pass),
                            signature(SignatureResult::key_unknown, "else.example"),
                            signature(SignatureResult::malformed, "")},
             .policy = {.from = AppliedPolicy::From::dns, .policy = "reject"}});
  const MessageRow one(mail, all, 20'000);
  const RowLookup lookup = one.lookup();
  const Identity& identity = lookup.identity(one.row().identity);
  CHECK(identity.header_from == "kestrel.example");
  CHECK(identity.envelope_from == "news.kestrel.example");
  REQUIRE(identity.dkim.size() == 2);
  CHECK(identity.dkim[0].domain == "kestrel.example");
  CHECK(identity.dkim[0].selector == "sf1");
  CHECK(identity.dkim[0].result.is(DkimResult::pass));
  CHECK(identity.dkim[1].result.is(DkimResult::temperror));
  REQUIRE(identity.spf.size() == 1);
  CHECK(identity.spf[0].result.is(SpfResult::pass));
  CHECK(one.row().source_ip.to_text() == "192.0.2.9");
  CHECK(one.row().messages == 1);
  CHECK(one.row().first_day == 20'000);
  CHECK(one.row().last_day == 20'000);
  CHECK(lookup.domain(0) == "kestrel.example");
  CHECK(lookup.reporter(0) == "mx.owner.example");
  CHECK(lookup.policy(0)->p.is(Policy::reject));
}

TEST_CASE("one mail as a row: what is aligned, by the policy") {
  using enum SignatureResult;
  struct Row {
    const char* results;
    SignatureResult result;
    const char* domain;
    Alignment mode;
    bool dkim, spf;
  };
  for (const Row& row : {
           Row{"spf=pass smtp.mailfrom=kestrel.example", pass, "kestrel.example", Alignment::strict,
               true, true},
           Row{"spf=pass smtp.mailfrom=news.kestrel.example", pass, "news.kestrel.example",
               Alignment::relaxed, true, true},
           Row{"spf=pass smtp.mailfrom=news.kestrel.example", pass, "news.kestrel.example",
               Alignment::strict, false, false},
           Row{"spf=fail smtp.mailfrom=kestrel.example", body_changed, "kestrel.example",
               Alignment::relaxed, false, false},
           Row{"spf=temperror smtp.mailfrom=kestrel.example", key_unknown, "kestrel.example",
               Alignment::relaxed, false, false},
           Row{"spf=pass smtp.mailfrom=else.example", pass, "else.example", Alignment::relaxed,
               false, false},
       }) {
    CAPTURE(row.results);
    const MailFacts mail = mail_facts(row.results);
    const MessageAuthentication all =
        message_authentication(mail, {.signatures = {signature(row.result, row.domain)},
                                      .policy = {.from = AppliedPolicy::From::dns,
                                                 .policy = "none",
                                                 .adkim = row.mode,
                                                 .aspf = row.mode}});
    const MessageRow one(mail, all, 20'000);
    const PolicyEvaluated& evaluation = one.lookup().evaluation(0);
    CHECK((evaluation.dkim == DmarcResult::pass) == row.dkim);
    CHECK((evaluation.spf == DmarcResult::pass) == row.spf);
  }
  const MailFacts bounce =
      mail_facts("spf=pass smtp.helo=out.kestrel.example", "Return-Path: <>\r\n");
  const MessageRow one(bounce, authenticated(bounce), 20'000);
  CHECK(one.lookup().identity(0).envelope_from.empty());
  CHECK(one.lookup().identity(0).spf.front().domain == "out.kestrel.example");
}

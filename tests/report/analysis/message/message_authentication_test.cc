// SPDX-License-Identifier: MIT
#include "report/analysis/message/message_authentication.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/message/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

std::string word(const std::optional<bool>& passes) {
  if (!passes) return "open";
  return *passes ? "pass" : "fail";
}

}  // namespace

TEST_CASE("message authentication: alignment with From") {
  struct Row {
    const char *name, *from;
    bool relaxed, strict;
  };
  for (const Row& row : {Row{"kestrel.example", "kestrel.example", true, true},
                         Row{"news.kestrel.example", "kestrel.example", true, false},
                         Row{"kestrel.example", "news.kestrel.example", true, false},
                         Row{"notkestrel.example", "kestrel.example", false, false},
                         Row{"", "kestrel.example", false, false}, Row{"", "", false, false}}) {
    CAPTURE(row.name);
    const AlignedModes modes = aligned_modes(row.name, row.from);
    CHECK(modes.relaxed == row.relaxed);
    CHECK(modes.strict == row.strict);
    CHECK(modes.in(Alignment::relaxed) == row.relaxed);
    CHECK(modes.in(Alignment::strict) == row.strict);
  }
}

TEST_CASE("message authentication: what SPF was checked for") {
  struct Row {
    const char *name, *results, *fields;
    const char *domain, *mail_from;
    bool null_sender;
    const char* passes;
  };
  for (const Row& row : {
           Row{"the receiver's word", "spf=pass smtp.mailfrom=b@kestrel.example", "",
               "kestrel.example", "b@kestrel.example", false, "pass"},
           Row{"a Return-Path that is another than the receiver's is nobody's word",
               "spf=pass smtp.mailfrom=x@forger.example", "Return-Path: <a@kestrel.example>\r\n",
               "forger.example", "x@forger.example", false, "pass"},
           Row{"the receiver tells the domain alone", "spf=fail smtp.mailfrom=kestrel.example",
               "Return-Path: <a@kestrel.example>\r\n", "kestrel.example", "a@kestrel.example",
               false, "fail"},
           Row{"another domain alone", "spf=softfail smtp.mailfrom=forger.example",
               "Return-Path: <a@kestrel.example>\r\n", "forger.example", "forger.example", false,
               "fail"},
           Row{"a forwarder wrote the sender anew", "",
               "Return-Path: <SRS0=a1=b2=kestrel.example=a@forward.example>\r\n", "forward.example",
               "SRS0=a1=b2=kestrel.example=a@forward.example", false, "open"},
           Row{"no results", "", "Return-Path: <a@kestrel.example>\r\n", "kestrel.example",
               "a@kestrel.example", false, "open"},
           Row{"a bounce", "spf=none smtp.helo=out.kestrel.example", "Return-Path: <>\r\n",
               "out.kestrel.example", "", true, "fail"},
           Row{"a bounce without results", "", "Return-Path: <>\r\n", "out.kestrel.example", "",
               true, "open"},
           Row{"both identities",
               "spf=pass smtp.helo=out.else.example; spf=fail smtp.mailfrom=a@kestrel.example", "",
               "kestrel.example", "a@kestrel.example", false, "fail"},
           Row{"DNS was silent", "spf=temperror smtp.mailfrom=a@kestrel.example", "",
               "kestrel.example", "a@kestrel.example", false, "open"},
           Row{"an open comment: anybody may have written it",
               "spf=pass smtp.mailfrom=a@else.example (", "Return-Path: <a@kestrel.example>\r\n",
               "kestrel.example", "a@kestrel.example", false, "open"},
       }) {
    CAPTURE(row.name);
    const MailFacts mail = mail_facts(row.results, row.fields);
    const SpfColumn column = authenticated(mail).spf;
    CHECK(column.domain == row.domain);
    CHECK(column.mail_from == row.mail_from);
    CHECK(column.null_sender == row.null_sender);
    CHECK(word(column.passes) == row.passes);
  }
  const MailFacts silent = mail_facts("spf=temperror smtp.mailfrom=a@kestrel.example");
  for (const auto& [recomputed, passes] : {std::pair{SpfResult::pass, "pass"},
                                           {SpfResult::softfail, "fail"},
                                           {SpfResult::none, "fail"},
                                           {SpfResult::temperror, "open"}})
    CHECK(word(message_authentication(silent, {.spf = recomputed}).spf.passes) == passes);
}

TEST_CASE("message authentication: which word is on which signature") {
  using enum SignatureResult;
  struct Row {
    const char *name, *results;
    SignatureResult result;
    const char *said, *passes;
  };
  for (const Row& row : {
           Row{"by d=", "dkim=pass header.d=kestrel.example", key_unknown, "pass", "pass"},
           Row{"by i=", "dkim=pass header.i=@kestrel.example header.s=sf1 header.b=AbCd",
               key_unknown, "pass", "pass"},
           Row{"another selector", "dkim=pass header.d=kestrel.example header.s=sf2", key_unknown,
               "", "open"},
           Row{"another signature of the same key",
               "dkim=pass header.d=kestrel.example header.b=XbCd", key_unknown, "", "open"},
           Row{"more of b= than is kept",
               "dkim=pass header.d=kestrel.example header.b=AbCdEfGhIjKlMn", key_unknown, "pass",
               "pass"},
           Row{"another domain", "dkim=pass header.d=news.kestrel.example", key_unknown, "",
               "open"},
           Row{"one result without a name, one signature", "dkim=pass", key_unknown, "pass",
               "pass"},
           Row{"two results without a name", "dkim=pass; dkim=fail", key_unknown, "", "open"},
           Row{"no result", "spf=pass smtp.mailfrom=kestrel.example", key_unknown, "", "open"},
           Row{"the receiver's word stands", "dkim=fail header.d=kestrel.example", pass, "fail",
               "fail"},
           Row{"it does not know", "dkim=temperror header.d=kestrel.example", pass, "temperror",
               "pass"},
           Row{"an unknown word", "dkim=timeout header.d=kestrel.example", body_changed, "timeout",
               "fail"},
           Row{"none said, checked", "", pass, "", "pass"},
           Row{"body changed", "", body_changed, "", "fail"},
           Row{"header changed", "", header_changed, "", "fail"},
           Row{"malformed", "", malformed, "", "fail"},
           Row{"no key", "", key_missing, "", "fail"},
           Row{"unusable key", "", key_unusable, "", "fail"},
       }) {
    CAPTURE(row.name);
    const MailFacts mail = mail_facts(row.results);
    const MessageAuthentication all = authenticated(mail, {signature(row.result)});
    REQUIRE(all.dkim.size() == 1);
    CHECK(all.dkim[0].said == row.said);
    CHECK(word(all.dkim[0].passes) == row.passes);
    CHECK(all.signed_as_from());
  }
  const MailFacts two =
      mail_facts("dkim=fail header.d=kestrel.example; dkim=pass header.d=kestrel.example");
  const MessageAuthentication all =
      authenticated(two, {signature(key_unknown), signature(key_unknown)});
  CHECK(all.dkim[0].said == "fail");
  CHECK(all.dkim[1].said == "pass");
  CHECK_FALSE(authenticated(two, {signature(pass, "else.example")}).signed_as_from());
}

TEST_CASE("message authentication: testing keys and signatures that had expired") {
  const MailFacts mail = mail_facts("");  // received at 1'795'508'100
  DkimCheck check = signature(SignatureResult::pass);
  check.testing = true;
  CHECK(word(authenticated(mail, {check}).dkim[0].passes) == "fail");
  check.testing = false;
  check.expires = 1'795'508'100;
  CHECK_FALSE(authenticated(mail, {check}).dkim[0].expired);
  check.expires = 1'795'508'099;
  CHECK(authenticated(mail, {check}).dkim[0].expired);
  CHECK(word(authenticated(mail, {check}).dkim[0].passes) == "fail");
}

TEST_CASE("message authentication: a signature covers a field as often as it is there") {
  const MailFacts mail = mail_facts("", "X-A: 1\r\nX-B: 1\r\nX-B: 2\r\n");
  DkimColumn column;
  column.check.signed_fields = {"x-a", "x-b", "x-none"};
  CHECK(column.covers("x-a", mail));
  CHECK_FALSE(column.covers("x-b", mail));
  CHECK(column.covers("x-none", mail));  // over-signed: none can be added
  CHECK_FALSE(column.covers("x-c", mail));
  column.check.signed_fields.emplace_back("x-b");
  CHECK(column.covers("x-b", mail));
}

TEST_CASE("message authentication: DMARC") {
  using enum SignatureResult;
  using From = AppliedPolicy::From;
  struct Row {
    const char *name, *results;
    std::vector<DkimCheck> signatures;
    const char *said, *recomputed, *passes, *policy;
  };
  for (const Row& row : {
           Row{"Gmail",
               "dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=kestrel.example",
               {signature(key_unknown)},
               "pass",
               "open",
               "pass",
               "reject"},
           Row{"Microsoft",
               "dmarc=fail action=oreject header.from=kestrel.example",
               {},
               "fail",
               "fail",
               "fail",
               ""},
           Row{"Yahoo",
               "dmarc=pass(p=QUARANTINE,sp=NONE) header.from=kestrel.example",
               {},
               "pass",
               "fail",
               "pass",
               "quarantine"},
           Row{"a pass of another From",
               "dmarc=pass (p=REJECT) header.from=forger.example",
               {},
               "",
               "fail",
               "fail",
               ""},
           Row{"a pass by the organizational domain",
               "dmarc=pass header.from=mail.kestrel.example",
               {},
               "pass",
               "fail",
               "pass",
               ""},
           Row{"no record, OpenDMARC's way",
               "dmarc=none (p=none dis=none) header.from=kestrel.example",
               {},
               "none",
               "fail",
               "fail",
               ""},
           Row{"best guess",
               "dmarc=bestguesspass action=none header.from=kestrel.example",
               {signature(pass)},
               "bestguesspass",
               "pass",
               "pass",
               ""},
           Row{"temporary error, and a signature that passes",
               "dmarc=temperror header.from=kestrel.example",
               {signature(pass)},
               "temperror",
               "pass",
               "pass",
               ""},
           Row{"SPF aligned",
               "spf=pass smtp.mailfrom=a@news.kestrel.example",
               {},
               "",
               "open",
               "pass",
               ""},
           Row{"SPF of another domain",
               "spf=pass smtp.mailfrom=a@else.example",
               {},
               "",
               "fail",
               "fail",
               ""},
           Row{"a signature of another domain",
               "",
               {signature(pass, "else.example")},
               "",
               "fail",
               "fail",
               ""},
           Row{"one fails, one is open",
               "",
               {signature(body_changed), signature(key_unknown)},
               "",
               "open",
               "open",
               ""},
           Row{"a policy in other words",
               "dmarc=pass (sp=REJECT xp=NONE p=what) header.from=kestrel.example",
               {},
               "pass",
               "fail",
               "pass",
               ""},
       }) {
    CAPTURE(row.name);
    const MailFacts mail = mail_facts(row.results, "Return-Path: <a@else.example>\r\n");
    const DmarcColumn column = authenticated(mail, row.signatures).dmarc;
    CHECK(column.said == row.said);
    CHECK(word(column.recomputed) == row.recomputed);
    CHECK(word(column.passes) == row.passes);
    CHECK(column.policy.policy == row.policy);
    CHECK((column.policy.from == From::receiver) == !column.policy.policy.empty());
  }
}

TEST_CASE("message authentication: the policy for a name below, and strict alignment") {
  const std::string from = "From: a@news.kestrel.example\r\n";
  for (const auto& [comment, policy] : {std::pair{"p=REJECT sp=NONE", ""},
                                        {"p=REJECT sp=REJECT", "reject"},
                                        {"p=REJECT", "reject"}}) {
    CAPTURE(comment);
    const MailFacts mail = mail_facts(
        std::string("dmarc=pass (") + comment + ") header.from=news.kestrel.example", "", "", from);
    CHECK(authenticated(mail).dmarc.policy.policy == policy);
  }
  const MailFacts mail = mail_facts("", "Return-Path: <a@else.example>\r\n", "", from);
  Rechecked rechecked{.signatures = {signature(SignatureResult::pass)},
                      .policy = {.from = AppliedPolicy::From::dns, .policy = "reject"}};
  CHECK(word(message_authentication(mail, rechecked).dmarc.passes) == "pass");
  rechecked.policy.adkim = Alignment::strict;
  CHECK(word(message_authentication(mail, rechecked).dmarc.passes) == "fail");
  // What DNS says of the policy stands above what the receiver wrote.
  const MailFacts told = mail_facts("dmarc=pass (p=NONE) header.from=kestrel.example");
  CHECK(message_authentication(told, rechecked).dmarc.policy.policy == "reject");
}

TEST_CASE("message authentication: where the envelope sender is not known, SPF may be aligned") {
  CHECK(word(authenticated(mail_facts("")).dmarc.recomputed) == "open");
  CHECK(word(authenticated(mail_facts(""), {signature(SignatureResult::pass)}).dmarc.recomputed) ==
        "pass");
}

TEST_CASE("message authentication: what is checked again counts no word of the receiver's") {
  struct Row {
    const char *name, *results;
    std::vector<DkimCheck> signatures;
    std::optional<SpfResult> spf;
    const char *recomputed, *passes;
    bool disputed;
  };
  const char *const
      said_pass =
          "dkim=pass header.d=kestrel.example; spf=pass smtp.mailfrom=a@kestrel.example; "
          "dmarc=pass header.from=kestrel.example",
      *const said_fail =
          "dkim=fail header.d=kestrel.example; spf=fail smtp.mailfrom=a@else.example; "
          "dmarc=fail header.from=kestrel.example",
      *const by_dkim = "dkim=pass header.d=kestrel.example; spf=none smtp.mailfrom=a@else.example";
  using enum SignatureResult;
  for (const Row& row : {
           Row{"both agree", said_pass, {signature(pass)}, SpfResult::pass, "pass", "pass", false},
           Row{"SPF is still open",
               said_pass,
               {signature(body_changed)},
               {},
               "open",
               "pass",
               false},
           Row{"a failing look-up leaves it open",
               said_pass,
               {signature(body_changed)},
               SpfResult::temperror,
               "open",
               "pass",
               false},
           Row{"the receiver said pass, nothing passes now",
               said_pass,
               {signature(key_missing)},
               SpfResult::softfail,
               "fail",
               "pass",
               true},
           Row{"one of two that pass is enough",
               said_pass,
               {signature(key_missing)},
               SpfResult::pass,
               "pass",
               "pass",
               false},
           Row{"the receiver said fail, the key is there now",
               said_fail,
               {signature(pass)},
               {},
               "pass",
               "fail",
               true},
           Row{"without a word on DMARC",
               by_dkim,
               {signature(body_changed)},
               {},
               "fail",
               "pass",
               true},
       }) {
    CAPTURE(row.name);
    const DmarcColumn column =
        message_authentication(mail_facts(row.results),
                               {.signatures = row.signatures, .spf = row.spf})
            .dmarc;
    CHECK(word(column.recomputed) == row.recomputed);
    CHECK(word(column.passes) == row.passes);
    CHECK(column.is_disputed() == row.disputed);
  }
}

TEST_CASE("message authentication: by which mechanism it passes, in the policy's mode") {
  const MailFacts mail = mail_facts("spf=pass smtp.mailfrom=a@news.kestrel.example");
  Rechecked rechecked{.signatures = {signature(SignatureResult::pass, "news.kestrel.example")}};
  CHECK(message_authentication(mail, rechecked).passes_by_dkim());
  CHECK(message_authentication(mail, rechecked).passes_by_spf());
  rechecked.policy.adkim = Alignment::strict;
  CHECK_FALSE(message_authentication(mail, rechecked).passes_by_dkim());
  CHECK(message_authentication(mail, rechecked).passes_by_spf());
  rechecked.policy.aspf = Alignment::strict;
  CHECK_FALSE(message_authentication(mail, rechecked).passes_by_spf());
}

TEST_CASE("message authentication: without a From domain nothing is judged") {
  const MailFacts mail = mail_facts("spf=pass smtp.mailfrom=a@kestrel.example", "", "",
                                    "From: a@kestrel.example, b@else.example\r\n");
  const DmarcColumn column = authenticated(mail, {signature(SignatureResult::pass)}).dmarc;
  CHECK_FALSE(column.recomputed);
  CHECK_FALSE(column.passes);
}

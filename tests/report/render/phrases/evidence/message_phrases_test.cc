// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/message_phrases.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace dmarcq;

namespace {

void check_sentence(const std::string& text) {
  CAPTURE(text);
  REQUIRE_FALSE(text.empty());
  CHECK(text.back() == '.');
  CHECK(text.find("  ") == text.npos);
  CHECK(text.find("..") == text.npos);
}

MessageAnswer answer_about(const std::string& from_domain) {
  MessageAnswer answer;
  answer.mail.from_domain = from_domain;
  answer.authentication.dmarc.passes = false;
  answer.reports_asked = true;
  return answer;
}

DkimColumn column(const std::string& domain, std::optional<bool> passes, bool aligned) {
  DkimColumn made;
  made.check.domain = domain;
  made.check.result = SignatureResult::pass;
  made.passes = passes;
  made.aligned = {.relaxed = aligned, .strict = false};
  return made;
}

}  // namespace

TEST_CASE("message phrases: every rule, reason and note has its sentence") {
  std::set<std::string> sentences;
  for (std::size_t i = 0; i < sender_rule_count; ++i)
    CHECK(sentences.insert(std::string(title_of(static_cast<SenderRule>(i)))).second);
  for (int i = 0; i <= static_cast<int>(RuleReason::no_link); ++i) {
    const std::string text =
        sentence_of(ChecklistLine{.reason = static_cast<RuleReason>(i), .value = "a value"});
    check_sentence(text);
    CHECK(sentences.insert(text).second);
  }
  for (int i = 0; i <= static_cast<int>(MessageNote::Kind::arc_broken); ++i) {
    const std::string text = sentence_of(
        MessageNote{.kind = static_cast<MessageNote::Kind>(i), .value = "3", .other = "x.example"});
    check_sentence(text);
    CHECK(sentences.insert(text).second);
  }
}

TEST_CASE("message phrases: notes and reasons") {
  using Kind = MessageNote::Kind;
  struct Row {
    MessageNote note;
    const char* expected;
  };
  for (
      const Row& row : {
          Row{{Kind::claims_only, "1", ""},
              "One Authentication-Results field is not from the receiver: shown as claims and not believed, since anyone can write them."},
          Row{{Kind::results_unproven, "mx.owner.example", ""},
              "Results under the name of mx.owner.example stand below the Received line by which the mail came in: they may have come with it, and are not believed. If mx.owner.example takes such fields out of incoming mail, name it: --authserv-id mx.owner.example."},
          Row{{Kind::results_unproven, "mx.google.com", "provider"},
              "Results under the name of mx.google.com stand below the Received line by which the mail came in: they may have come with it, and are not believed. It writes its own above that line."},
          Row{{Kind::dmarc_disputed, "pass", ""},
              "By the receiver's words DMARC passes; checked again, it fails. The file, a key or a record was changed since, or the receiver saw what is not in the file."},
          Row{{Kind::dmarc_disputed, "fail", ""},
              "By the receiver's words DMARC fails; checked again, it passes. A key or a record was repaired since, or the receiver saw another version of the mail."},
          Row{{Kind::unsigned_tail, "1", "kestrel.example"},
              "The signature of kestrel.example leaves the last 1 byte of the body unsigned (l=)."},
          Row{{Kind::unsigned_tail, "18446744073709551615", "kestrel.example"},
              "The signature of kestrel.example leaves the last 18,446,744,073,709,551,615 bytes of the body unsigned (l=)."},
          Row{{Kind::reply_elsewhere, "x.case.salesforce.com", ""},
              "Replies go to x.case.salesforce.com (Email-to-Case). DMARC does not look at that."},
          Row{{Kind::reply_elsewhere, "else.example", ""},
              "Replies go to else.example. DMARC does not look at that."},
          Row{{Kind::several_from, "2", ""},
              "2 From fields or addresses: DMARC looks at none of them, and many receivers refuse such mail."},
          Row{{Kind::several_from, "2", "kestrel.example"},
              "2 From fields or addresses: DMARC looks at kestrel.example, and many receivers refuse such mail."},
          Row{{Kind::arc, "list.example", "pass"},
              "ARC: list.example sealed first and says dmarc=pass. ARC is on its way to Historic; do not build on it."},
          Row{{Kind::arc, "", ""},
              "ARC: somebody sealed first. ARC is on its way to Historic; do not build on it."},
          Row{{Kind::junked, "SFV:SPM SCL:5", "SPOOF"},
              "Microsoft marked it as junk (SFV:SPM SCL:5 CAT:SPOOF). That is no refusal and is in no report."},
      })
    CHECK(sentence_of(row.note) == row.expected);
  CHECK(sentence_of(ChecklistLine{.rule = SenderRule::tls, .reason = RuleReason::not_known}) ==
        "No Received field of the receiver tells.");
  CHECK(
      sentence_of(ChecklistLine{.rule = SenderRule::one_click, .reason = RuleReason::not_known}) ==
      "A signature covers both fields; whether it passes was not checked (--dns).");
  CHECK(sentence_of(ChecklistLine{.rule = SenderRule::spf, .reason = RuleReason::not_known}) ==
        "Not told by the receiver, and not checked again here (--dns).");
  CHECK(sentence_of(ChecklistLine{.rule = SenderRule::dkim, .reason = RuleReason::missing}) ==
        "The mail has no DKIM signature.");
  CHECK(sentence_of(ChecklistLine{
            .rule = SenderRule::dmarc, .reason = RuleReason::missing, .value = "x.example"}) ==
        "x.example has no DMARC record.");
  CHECK(sentence_of(ChecklistLine{.rule = SenderRule::one_from, .reason = RuleReason::missing}) ==
        "The mail has no From field.");
}

TEST_CASE("message phrases: signs of the route") {
  using Kind = RouteProof::Kind;
  const auto text = [](Kind kind, std::string name, std::string value) {
    return sentence_of(RouteProof{
        .kind = kind, .service = "Salesforce", .name = std::move(name), .value = std::move(value)});
  };
  CHECK(text(Kind::signature, "sf1", "kestrel.example") ==
        "DKIM passes for kestrel.example (s=sf1)");
  CHECK(text(Kind::network, "13.110.14.214/32", "13.110.14.214") ==
        "13.110.14.214 is an address of Salesforce");
  CHECK(text(Kind::network, "13.111.0.0/16", "13.111.3.3") ==
        "13.111.3.3 is an address of Salesforce (13.111.0.0/16)");
  CHECK(text(Kind::field, "X-SFDC-LK", "00D") == "X-SFDC-LK: 00D");
  CHECK(text(Kind::signed_field, "X-SFDC-LK", "00D") ==
        "X-SFDC-LK: 00D (covered by a passing signature)");
  CHECK(feature_words("APISINGLEMAIL").starts_with("a single email sent by code"));
  CHECK(feature_words("somethingElse").empty());
  CHECK(feature_words("").empty());
}

TEST_CASE("message phrases: what a signature comes to") {
  using enum SignatureResult;
  for (const auto& [result, words] : {std::pair{pass, "pass"},
                                      {body_changed, "body changed"},
                                      {header_changed, "header changed"},
                                      {malformed, "malformed"},
                                      {key_missing, "no key"},
                                      {key_unusable, "unusable key"},
                                      {key_unknown, "body intact"}}) {
    DkimColumn made;
    made.check.result = result;
    CHECK(signature_words(made) == words);
  }
  DkimColumn made;
  made.check.result = pass;
  made.check.testing = true;
  CHECK(signature_words(made) == "testing key");
  made.expired = true;
  CHECK(signature_words(made) == "expired");
  made.check = {.result = header_changed, .made_with_key = false};
  CHECK(signature_words(made) == "other key");
  CHECK(aligned_words({.relaxed = true, .strict = true}) == "strict");
  CHECK(aligned_words({.relaxed = true, .strict = false}) == "relaxed");
  CHECK(aligned_words({}) == "no");
}

TEST_CASE("message phrases: the outcome") {
  MessageAnswer answer = answer_about("kestrel.example");
  MessageAuthentication& all = answer.authentication;
  CHECK(dmarc_sentence(answer) ==
        "DMARC fails for kestrel.example: it is not signed as that domain.");
  all.spf.domain = "x.else.example";
  CHECK(
      dmarc_sentence(answer) ==
      "DMARC fails for kestrel.example: it is not signed as that domain, and SPF is checked for x.else.example, which is not aligned.");
  all.dkim = {column("kestrel.example", false, true)};
  all.spf = {.domain = "kestrel.example",
             .said = "softfail",
             .aligned = {.relaxed = true, .strict = true}};
  CHECK(dmarc_sentence(answer) ==
        "DMARC fails for kestrel.example: its signature does not pass, and SPF gives softfail.");
  all.dmarc.passes.reset();
  CHECK(dmarc_sentence(answer) ==
        "Whether DMARC passes for kestrel.example is open: the results above do not tell.");
  all.dmarc.passes = true;
  all.dkim[0].passes = true;
  CHECK(dmarc_sentence(answer) == "DMARC passes for kestrel.example, by DKIM of kestrel.example.");
  all.spf.passes = true;
  CHECK(dmarc_sentence(answer) ==
        "DMARC passes for kestrel.example, by DKIM of kestrel.example and SPF of kestrel.example.");
  const MessageAuthentication both = all;
  all.spf.passes = false;
  all.dkim[0].passes = false;
  CHECK(dmarc_sentence(answer) ==
        "DMARC passes for kestrel.example, the receiver says; no result above shows by what.");
  all = both;
  all.dmarc.policy.none_published = true;
  CHECK(
      dmarc_sentence(answer) ==
      "kestrel.example has no DMARC record, so DMARC does not apply; with a record, the mail would pass.");
  all.dmarc.passes = false;
  CHECK(
      dmarc_sentence(answer) ==
      "kestrel.example has no DMARC record, so DMARC does not apply; with a record, the mail would fail.");
  all.dmarc.policy = {.from = AppliedPolicy::From::reports, .policy = "none"};
  all.dmarc.said = "none";
  CHECK(dmarc_sentence(answer).starts_with("DMARC fails"));
  CHECK(dmarc_sentence(answer_about("")).starts_with("DMARC has no From domain to look at"));
}

TEST_CASE("message phrases: what to do") {
  using Steps = std::vector<std::string>;
  MessageAnswer answer = answer_about("kestrel.example");
  answer.authentication.dmarc.passes = true;
  answer.authentication.dkim = {column("kestrel.example", true, true)};
  CHECK(next_steps(answer) == Steps{"Nothing has to be repaired for this mail."});
  answer.checklist = {{.status = ChecklistLine::Status::failed}};
  CHECK(next_steps(answer) ==
        Steps{"For DMARC, nothing has to be repaired; see the rules above that failed."});
  answer.authentication.dkim = {column("else.example", true, false)};
  CHECK(
      next_steps(answer) ==
      Steps{
          "Nothing in the file shows by what it passes: check again with --dns, or --snapshot FILE."});
  answer.authentication.spf = {.domain = "else.example", .passes = true};  // not aligned
  CHECK(next_steps(answer)[0].starts_with("Nothing in the file shows"));
  answer.authentication.dmarc.recomputed = false;
  REQUIRE(next_steps(answer).size() == 1);
  CHECK(next_steps(answer)[0].starts_with("Before you change anything, settle why"));
  answer.authentication.dmarc.recomputed.reset();
  answer.authentication.spf.aligned.relaxed = true;
  CHECK(
      next_steps(answer) ==
      Steps{
          "It passes by SPF alone, which forwarding breaks: sign with DKIM for the From domain as well."});

  answer.authentication.dmarc.passes = false;
  answer.route = {.service = "Salesforce", .route = "core", .service_id = ServiceId::salesforce};
  CHECK(next_steps(answer).empty());  // a claim is no ground for advice
  answer.route.weight = ProofWeight::proven;
  for (const auto& [route, words] : {std::pair{"core", "Stay on Salesforce Core"},
                                     {"marketing-cloud", "In Marketing Cloud"},
                                     {"account-engagement", "In Account Engagement"},
                                     {"email-relay", "The mail goes out through your relay"}}) {
    CAPTURE(route);
    answer.route.route = route;
    REQUIRE(next_steps(answer).size() == 1);
    CHECK(next_steps(answer)[0].starts_with(words));
  }
  answer.route = {.service = "Salesforce",
                  .route = "email-relay",
                  .service_id = ServiceId::salesforce,
                  .relay_host = "relay.kestrel.example"};
  REQUIRE(next_steps(answer).size() == 1);
  CHECK(next_steps(answer)[0].find("your relay relay.kestrel.example:") != std::string::npos);
  answer.route = {.service = "SendGrid", .weight = ProofWeight::proven};
  CHECK(next_steps(answer).empty());

  // What was changed on the way is no matter of keys; another key is.
  answer.route = {.service = "Salesforce",
                  .route = "core",
                  .service_id = ServiceId::salesforce,
                  .weight = ProofWeight::proven};
  DkimColumn& broken = answer.authentication.dkim[0];
  broken.aligned.relaxed = true;
  broken.passes = false;
  for (const auto& [check, changed] :
       {std::pair{DkimCheck{.result = SignatureResult::body_changed}, true},
        {DkimCheck{.result = SignatureResult::header_changed, .made_with_key = true}, true},
        {DkimCheck{.result = SignatureResult::header_changed, .subject_tag = "[EXT]"}, true},
        {DkimCheck{.result = SignatureResult::header_changed}, false},
        {DkimCheck{.result = SignatureResult::header_changed, .made_with_key = false}, false},
        {DkimCheck{.result = SignatureResult::key_missing}, false}}) {
    broken.check = check;
    REQUIRE(next_steps(answer).size() == 1);
    CHECK(next_steps(answer)[0].starts_with("The mail was changed on its way") == changed);
  }
  answer.route = {};

  answer.authentication.dmarc.passes.reset();
  CHECK(next_steps(answer).size() == 3);
  answer.dns_asked = true;
  answer.mail.receiver.emplace();
  answer.mail.hops.emplace_back();
  CHECK(next_steps(answer).empty());
  answer.reports_asked = false;
  REQUIRE(next_steps(answer).size() == 1);
  CHECK(next_steps(answer)[0].ends_with("dmarcq ingest."));
}

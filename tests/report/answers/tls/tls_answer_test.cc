// SPDX-License-Identifier: MIT
#include "report/answers/tls/tls_answer.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/report/answers/tls/tls_support.h"
#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// "example.com yes 40 0 ready; "
std::string words_of(const TlsAnswer& answer) {
  std::string words;
  for (const TlsDomainAnswer& domain : answer.domains)
    words += fmt::format("{} {} {} {} {}; ", domain.domain, domain.own ? "own" : "not own",
                         domain.reports, domain.all.failed, to_text(domain.readiness.verdict));
  return words;
}

}  // namespace

TEST_CASE("tls answer: which reports the question is about") {
  std::vector<TlsSample> samples = quiet_days();
  samples.push_back({.day = tls_today - 1,
                     .failed = 4,
                     .result = "certificate-expired",
                     .domain = "a.stranger.example"});
  samples.push_back({.day = tls_today - 2, .failed = 5, .domain = "sub.example.com"});
  samples.push_back({.day = tls_today + 9, .failed = 6});
  TlsSnapshot snapshot(samples);
  const std::string all =
      "example.com own 40 0 ready; sub.example.com own 1 5 too little data; "
      "a.stranger.example not own 1 4 too little data; ";
  TlsQuestion question{.today = tls_today};
  SUBCASE("all, up to today") {
    const TlsAnswer answer = tls_answer(snapshot, question);
    CHECK(words_of(answer) == all);
    CHECK(answer.from_future == 1);
    CHECK(answer.reports == 42);
    CHECK(answer.since == tls_today - 19);
    CHECK(answer.until == tls_today);
    CHECK(answer.has_failures());
    CHECK(answer.domains.back().results.size() == 1);
    CHECK(answer.domains.front().groups.empty());
    CHECK_FALSE(answer.domains.front().now);
  }
  SUBCASE("a domain and those below") {
    question.domains = {"example.com"};
    CHECK(words_of(tls_answer(snapshot, question)) ==
          "example.com own 40 0 ready; sub.example.com own 1 5 too little data; ");
  }
  SUBCASE("near miss: not what only ends in it") {
    question.domains = {"ranger.example"};
    CHECK(tls_answer(snapshot, question).domains.empty());
  }
  SUBCASE("few days and one reporter: readiness still looks at four weeks and at all") {
    question.since = tls_today - 1;
    question.reporters = {"google inc."};
    CHECK(words_of(tls_answer(snapshot, question)) ==
          "example.com own 2 0 ready; a.stranger.example not own 1 4 too little data; ");
  }
  SUBCASE("an end in the future that was asked for") {
    question.until = tls_today + 20;
    const TlsAnswer answer = tls_answer(snapshot, question);
    CHECK(answer.from_future == 0);
    CHECK(answer.until == tls_today + 9);
    CHECK(answer.domains.front().all.failed == 6);
  }
  SUBCASE("by day") {
    question.by = TlsBy::day;
    CHECK(tls_answer(snapshot, question).domains.front().groups.size() == 20);
  }
  SUBCASE("nothing") {
    snapshot.tls.clear();
    const TlsAnswer answer = tls_answer(snapshot, question);
    CHECK(answer.reports == 0);
    CHECK_FALSE(answer.has_failures());
  }
}

TEST_CASE("tls answer: DNS is held against what was seen") {
  TlsSnapshot snapshot(quiet_days());
  FakeResolver dns;
  dns.record("example.com", RecordType::mx, "10 mx1.example.com")
      .record("mx1.example.com", RecordType::a, "192.0.2.1")
      .text("_mta-sts.example.com", "v=STSv1; id=7");
  TlsQuestion question{.today = tls_today, .dns = &dns};
  const auto ask = [&] { return tls_answer(snapshot, question).domains.front(); };
  SUBCASE("the record, without the policy") {
    CHECK(ask().now->id == "7");
    CHECK(ask().now->differences.empty());
    CHECK(to_text(ask().readiness.verdict) == "ready");
  }
  SUBCASE("an MX that the policy does not name is in the way") {
    dns.record("example.com", RecordType::mx, "20 mx3.example.com")
        .record("mx3.example.com", RecordType::a, "192.0.2.3");
    const TlsDomainAnswer domain = ask();
    CHECK(to_text(domain.readiness.verdict) == "not ready");
    REQUIRE(domain.readiness.blockers.size() == 1);
    CHECK(domain.readiness.blockers.front().host == "mx3.example.com");
  }
  SUBCASE("the policy as it is published") {
    question.sts_policy.copy =
        "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 604800\n";
    CHECK(ask().now->differences.size() == 2);
  }
}

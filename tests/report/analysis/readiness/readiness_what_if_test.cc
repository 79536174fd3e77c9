// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "report/analysis/readiness/what_if.h"
#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

namespace {

WhatIf tried(LongWorld& w, const std::string& trial, const Scenario& scenario = {}) {
  const auto parsed = PolicyTrial::parse(trial);
  REQUIRE(parsed);
  const RowLookup lookup = w.world.lookup();
  const Streams streams = find_streams(w.timeline, lookup, {},
                                       {.first = w.first,
                                        .last = w.last,
                                        .window_first = w.last,
                                        .domain = w.domain,
                                        .scenario = scenario});
  return what_if(w.timeline, lookup, streams, scenario, *parsed);
}

}  // namespace

TEST_CASE("what-if: which tags can be tried") {
  CHECK(PolicyTrial::parse("p=reject,adkim=s; t=y")->adkim_strict == true);
  for (const char* bad : {"p=maybe", "pct=50", "adkim=x", "rua=mailto:a@b.example", "p", "t=1"}) {
    CAPTURE(bad);
    CHECK_FALSE(PolicyTrial::parse(bad));
  }
  CHECK(PolicyTrial::parse("pct=50").error().find("RFC 9989") != std::string::npos);
}

TEST_CASE(
    "what-if: p, sp and np go to their names, t=y one step down, adkim and aspf to the raw results") {
  LongWorld w;
  w.first = w.last;      // one day, three reporters
  w.mail(healthy_core);  // 60 pass
  w.mail({.ip = "203.0.113.9",
          .spf = "parcel.example pass",
          .evaluated = "fail/fail",
          .messages = 7});  // 21 at the domain
  w.mail({.ip = "203.0.113.9",
          .spf = "parcel.example pass",
          .evaluated = "fail/fail",
          .from = "nothere.example.com",
          .messages = 2});  // 6 at a name that no mail is authenticated for
  w.mail({.ip = "54.240.8.40",
          .spf = "amazonses.com pass",
          .dkim = "example.com/abcdefghijklmnopqrstuvwxyz234567 pass",
          .evaluated = "pass/fail",
          .from = "shop.example.com",
          .messages = 10});  // 30, relaxed
  w.mail({.ip = "203.0.113.9",
          .spf = "parcel.example pass",
          .evaluated = "fail/fail",
          .from = "shop.example.com",
          .messages = 1});  // 3
  w.finish();
  struct Row {
    const char* trial;
    std::uint64_t quarantine, reject;
  };
  for (const Row& row : {Row{"p=none", 0, 0}, Row{"p=quarantine", 30, 0}, Row{"p=reject", 0, 30},
                         Row{"p=reject,sp=quarantine", 9, 21}, Row{"p=none,np=reject", 0, 6},
                         Row{"p=reject,t=y", 30, 0}, Row{"p=quarantine,t=y", 0, 0},
                         Row{"p=reject,sp=reject,adkim=s", 0, 60}, Row{"p=reject,aspf=s", 0, 30},
                         Row{"p=quarantine,sp=none,np=reject", 21, 6}}) {
    CAPTURE(row.trial);
    const WhatIf result = tried(w, row.trial);
    CHECK(result.all.asked.quarantine == row.quarantine);
    CHECK(result.all.asked.reject == row.reject);
    CHECK(result.all.asked.messages() == 120);
    // Only strict alignment takes a result away from mail that passed.
    CHECK(result.all.more_failures == (std::string(row.trial).ends_with("adkim=s") ? 30 : 0));
    CHECK(result.all.fewer_failures == 0);
    std::uint64_t flows = 0, days = 0, reporters = 0;
    for (const auto& line : result.by_flow) flows += line.asked.affected();
    for (const auto& [day, line] : result.by_day) days += line.asked.affected();
    for (const auto& [reporter, line] : result.by_reporter) reporters += line.asked.affected();
    CHECK(flows == row.quarantine + row.reject);
    CHECK(days == row.quarantine + row.reject);
    CHECK(reporters == row.quarantine + row.reject);
  }
  CHECK(tried(w, "p=reject,t=y").all.asked_without_test.reject == 30);
  CHECK(tried(w, "p=reject").by_subdomain.at("shop.example.com").exists);
  CHECK_FALSE(tried(w, "p=reject").by_subdomain.at("nothere.example.com").exists);
  CHECK(tried(w, "p=reject", {.fixed = {FindingCode::unauthenticated}}).all.asked.affected() == 0);
  CHECK(tried(w, "p=reject", {.fixed = {FindingCode::unauthenticated}}).all.fewer_failures == 30);
  std::uint64_t of_senders = 0;
  for (const auto& [sender, line] : tried(w, "p=reject,adkim=s").by_sender)
    of_senders += line.more_failures;
  CHECK(of_senders == 30);
  CHECK(tried(w, "p=reject", {.exclude = {"spoofing"}}).all.asked.messages() == 90);
}

TEST_CASE("what-if: what is not tried stays as most reporters saw it, whoever reports last") {
  LongWorld w;
  w.first = w.last;  // one day, three reporters
  w.mail(healthy_core);
  w.mail({.ip = "54.240.8.40",
          .spf = "amazonses.com pass",
          .dkim = "example.com/abcdefghijklmnopqrstuvwxyz234567 pass",
          .evaluated = "pass/fail",
          .from = "shop.example.com",
          .messages = 10});
  w.mail({.ip = "203.0.113.9",
          .spf = "parcel.example pass",
          .evaluated = "fail/fail",
          .messages = 7});  // 21
  w.mail({.ip = "203.0.113.9",
          .spf = "parcel.example pass",
          .evaluated = "fail/fail",
          .from = "shop.example.com",
          .messages = 1});  // 3
  PolicyPublished open_below = World::policy(w.domain, "quarantine");
  open_below.sp = Policy::none;
  w.publish(w.first, open_below);
  ReportSeen forged;
  forged.domain = w.domain;
  forged.reporter = 99;
  forged.day = w.last;
  forged.policy = World::policy(w.domain, "none");
  forged.policy.testing = "y";
  w.timeline.add(forged);
  w.finish();
  struct Row {
    const char* trial;
    std::uint64_t quarantine, reject;
  };
  for (const Row& row : {Row{"p=reject", 0, 21}, Row{"p=quarantine", 21, 0},
                         Row{"p=reject,sp=reject", 0, 24}, Row{"adkim=r", 21, 0}}) {
    CAPTURE(row.trial);
    const WhatIf result = tried(w, row.trial);
    CHECK(result.all.asked.quarantine == row.quarantine);
    CHECK(result.all.asked.reject == row.reject);
  }
}

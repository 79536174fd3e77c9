// SPDX-License-Identifier: MIT
// The numbers that gates ask for, by name, and how far back a question reaches.
#include "report/analysis/readiness/readiness_question.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace dmarcq;

namespace {

using L = ReadinessLimits;

const ReadinessKey* key_of(std::string_view name) {
  const auto found = std::ranges::find(readiness_keys(), name, &ReadinessKey::name);
  return found == readiness_keys().end() ? nullptr : &*found;
}

/// Days for a question with this change.
Day days(auto&& change) {
  ReadinessQuestion question;
  change(question);
  return days_needed(question);
}

}  // namespace

TEST_CASE("readiness keys: each limit by its own name, at the gate that asks for it") {
  struct Case {
    const char* name;
    GateId gate;
    decltype(ReadinessKey::member) member;
  };
  const std::vector<Case> cases{
      {"observe_days", GateId::observation, &L::observe_days},
      {"business_cycle_days", GateId::observation, &L::business_cycle_days},
      {"quarantine_days", GateId::observation, &L::quarantine_days},
      {"fresh_days", GateId::freshness, &L::fresh_days},
      {"reporters", GateId::freshness, &L::reporters},
      {"messages", GateId::volume, &L::messages},
      {"own_rate_quarantine", GateId::pass_rate, &L::own_rate_quarantine},
      {"own_rate_reject", GateId::pass_rate, &L::own_rate_reject},
      {"sender_rate_quarantine", GateId::pass_rate, &L::sender_rate_quarantine},
      {"sender_rate_reject", GateId::pass_rate, &L::sender_rate_reject},
      {"spf_only_share", GateId::routes, &L::spf_only_share},
      {"unknown_share_quarantine", GateId::unknown_sources, &L::unknown_share_quarantine},
      {"unknown_share_reject", GateId::unknown_sources, &L::unknown_share_reject},
      {"steady_days", GateId::unknown_sources, &L::steady_days},
      {"new_days_quarantine", GateId::new_senders, &L::new_days_quarantine},
      {"new_days_reject", GateId::new_senders, &L::new_days_reject},
      {"stability_drop", GateId::stability, &L::stability_drop},
      {"indirect_share", GateId::indirect_loss, &L::indirect_share},
      {"silence_days", GateId::missing_senders, &L::silence_days},
      {"spf_lookups", GateId::dns, &L::spf_lookups},
      {"expected", GateId::missing_senders, &L::expected},
  };
  CHECK(readiness_keys().size() == cases.size());
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const ReadinessKey* const key = key_of(c.name);
    REQUIRE(key != nullptr);
    CHECK(to_text(key->gate) == to_text(c.gate));
    CHECK(key->member == c.member);
    CHECK_FALSE(key->meaning.empty());
  }
  CHECK(key_of("window_days") == nullptr);  // a part of the question, no opinion of a gate
  CHECK(key_of("Observe_days") == nullptr);
}

TEST_CASE("readiness limits: what the standards give, and reject never asks for less") {
  const ReadinessLimits limits;
  CHECK(limits.quarantine_days == 30);  // the month of RFC 9989 section 7.4
  CHECK(limits.spf_lookups == 10);      // RFC 7208 section 4.6.4
  CHECK(limits.business_cycle_days == 0);
  CHECK(limits.expected.empty());
  CHECK(limits.own_rate_reject >= limits.own_rate_quarantine);
  CHECK(limits.sender_rate_reject >= limits.sender_rate_quarantine);
  CHECK(limits.unknown_share_reject <= limits.unknown_share_quarantine);
  CHECK(limits.new_days_reject >= limits.new_days_quarantine);
  // All mail together is asked for more than each sender.
  CHECK(limits.own_rate_quarantine >= limits.sender_rate_quarantine);
  CHECK(limits.own_rate_reject >= limits.sender_rate_reject);
  for (const ReadinessKey& key : readiness_keys())
    if (const auto* const share = std::get_if<double L::*>(&key.member)) {
      CAPTURE(key.name);
      CHECK(limits.*(*share) > 0);
      CHECK(limits.*(*share) < 1);
    }
}

TEST_CASE("readiness question: three months, or what is longer, and thirty days to learn from") {
  using Q = ReadinessQuestion;
  CHECK(days([](Q&) {}) == 120);
  // Twice the window, to compare.
  CHECK(days([](Q& q) { q.window_days = 1; }) == 120);
  CHECK(days([](Q& q) { q.window_days = 45; }) == 120);
  CHECK(days([](Q& q) { q.window_days = 46; }) == 122);
  // What must be observed, or be in force, and a month more.
  CHECK(days([](Q& q) { q.limits.observe_days = 60; }) == 120);
  CHECK(days([](Q& q) { q.limits.observe_days = 61; }) == 121);
  CHECK(days([](Q& q) { q.limits.business_cycle_days = 60; }) == 120);
  CHECK(days([](Q& q) { q.limits.business_cycle_days = 365; }) == 425);
  CHECK(days([](Q& q) { q.limits.quarantine_days = 60; }) == 120);
  CHECK(days([](Q& q) { q.limits.quarantine_days = 90; }) == 150);
  // The longest of several decides.
  CHECK(days([](Q& q) {
          q.window_days = 100;
          q.limits.observe_days = 180;
          q.limits.quarantine_days = 150;
        }) == 240);
  // Others do not lengthen it.
  CHECK(days([](Q& q) {
          q.today = 20'000;
          q.limits.silence_days = 300;
          q.limits.new_days_reject = 60;
        }) == 120);
}

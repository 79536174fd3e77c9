// SPDX-License-Identifier: MIT
// Servers and relays of the owner's that only show by their volume.
#include <doctest/doctest.h>

#include "tests/report/analysis/sender/learned/learner.h"

using namespace dmarcq;

namespace {

/// Signed with the owner's key, without a name that tells where it comes from.
RowSpec signed_at(const std::string& ip, std::uint64_t messages) {
  return {.ip = ip,
          .spf = "x.example fail",
          .dkim = "example.com/own pass",
          .evaluated = "pass/fail",
          .messages = messages};
}

bool is_server(const std::vector<RowSpec>& lessons) {
  Learner learner(lessons);
  const RowEvidence evidence = learner.ask(signed_at("203.0.113.9", 1));
  return learner.known.servers.is_proven(evidence.row, evidence.names.own_word());
}

RowSpec core_direct(std::uint64_t messages) {
  return {.ip = core_ip,
          .spf = our_bounce + " pass",
          .dkim = "example.com/sf1 pass",
          .evaluated = "pass/fail",
          .messages = messages};
}
RowSpec core_through(const std::string& ip, std::uint64_t messages) {
  RowSpec spec = core_direct(messages);
  spec.ip = ip;
  spec.spf = our_bounce + " fail";
  return spec;
}

bool is_relay(const std::vector<RowSpec>& lessons, const std::string& ip = "203.0.113.9") {
  Learner learner(lessons);
  const RowEvidence evidence = learner.ask(core_through(ip, 1));
  const auto through = deliverer(evidence, learner.words);
  return through && learner.known.origins.is_relay(evidence.names.own_word(), *through);
}

}  // namespace

TEST_CASE("own origins: a server carries the bulk of what its key signs") {
  const std::string server = "203.0.113.9", forwarder = "198.51.100.9";
  CHECK(is_server({signed_at(server, 20)}));
  CHECK_FALSE(is_server({signed_at(server, 19)}));
  CHECK(is_server({signed_at(server, 25), signed_at(forwarder, 75)}));
  CHECK_FALSE(is_server({signed_at(server, 24), signed_at(forwarder, 76)}));
  RowSpec few_days = signed_at(server, 100);
  few_days.last = few_days.first + 3;
  CHECK_FALSE(is_server({few_days}));
  ++few_days.last;
  CHECK(is_server({few_days}));
  RowSpec fails = signed_at(server, 100);
  fails.dkim = "example.com/own fail";
  CHECK_FALSE(is_server({fails}));
}

TEST_CASE("own origins: where a key's mail was seen direct, no server is looked for") {
  RowSpec direct = signed_at(core_ip, 100);
  direct.spf = our_bounce + " pass";
  CHECK_FALSE(is_server({signed_at("203.0.113.9", 100), direct}));
  CHECK_FALSE(is_server({direct, signed_at("203.0.113.9", 100)}));
  CHECK(is_server({other_reporters, forged(direct), signed_at("203.0.113.9", 100)}));
}

TEST_CASE("own origins: a mailbox service is a key's home if most comes from there") {
  Learner learner({signed_at("209.85.220.41", 60), signed_at("203.0.113.9", 40)});
  const DirectSelector* const found = learner.known.selectors.find("example.com", "own");
  REQUIRE(found != nullptr);
  CHECK(found->service_id == ServiceId::google_workspace);
  Learner half({signed_at("209.85.220.41", 50), signed_at("203.0.113.9", 50)});
  CHECK(half.known.selectors.find("example.com", "own")->service.empty());
}

TEST_CASE("own origins: a relay carries more of Core's mail than Core itself") {
  const std::string relay = "203.0.113.9";
  CHECK(is_relay({core_through(relay, 100)}));
  CHECK(is_relay({core_through(relay, 100), core_direct(90)}));
  CHECK_FALSE(is_relay({core_through(relay, 100), core_direct(100)}));
  CHECK_FALSE(is_relay({core_through(relay, 9)}));  // so few may be forwarding
  CHECK(is_relay({core_through(relay, 10)}));
  CHECK_FALSE(is_relay({core_through(core_ip, 100)}, core_ip));            // Core itself
  CHECK(is_relay({core_through("209.85.220.41", 100)}, "209.85.220.42"));  // any of Google's
  CHECK_FALSE(is_relay({other_reporters, forged(core_through(relay, 100))}));
}

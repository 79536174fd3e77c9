// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_policy_now.h"

#include <doctest/doctest.h>

#include "support.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("policy seen against policy now") {
  using Mode = MtaStsPolicy::Mode;
  std::vector<TlsSample> samples = quiet_days(4);
  MtaStsHealth sts{.id = "1", .policy = sts_policy()};
  MxHealth mx{.state = MxHealth::State::hosts, .hosts = {"mx1.example.com"}};
  std::string_view expected;
  SUBCASE("the same") { sts.policy->mx = {"mx2.example.com", "mx1.example.com"}; }
  SUBCASE("the policy was not fetched") { sts.policy.reset(); }
  SUBCASE("another mode") {
    sts.policy->mode = Mode::enforce;
    expected = "mode ";
  }
  SUBCASE("other hosts, and one of them missing") {
    sts.policy->mx = {"mx2.example.com"};
    expected = "hosts mx-uncovered ";
  }
  SUBCASE("a wildcard covers") {
    sts.policy->mx = {"*.example.com"};
    expected = "hosts ";
  }
  SUBCASE("not fetched, and a host that the seen policy does not name") {
    sts.policy.reset();
    mx.hosts.push_back("mx3.example.com");
    expected = "mx-uncovered ";
  }
  SUBCASE("the record is gone") {
    sts = {};
    expected = "no-record ";
  }
  SUBCASE("DNS did not answer") { sts = {.faults = {{.kind = DomainFault::Kind::unanswered}}}; }
  SUBCASE("a reporter last found none") {
    samples.push_back({.day = tls_today + 1, .sts = std::nullopt});
    expected = "not-found ";
  }
  SUBCASE("near miss: it found one beside another kind") {
    samples.push_back({.sts = std::nullopt});
  }
  SUBCASE("near miss: a stranger found none") {
    samples.push_back({.day = tls_today + 1,
                       .from = "evil.example",
                       .trust = Trust::unverified,
                       .sts = std::nullopt});
  }
  const auto list = observations(samples);
  const TlsPolicyNow now =
      tls_policy_now(list, tls_domain, tls_voices_with_say(list, tls_domain), sts, mx);
  std::string words;
  for (const auto& difference : now.differences)
    words += std::string(to_text(difference.kind)) + " ";
  CHECK(words == expected);
}

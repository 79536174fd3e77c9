// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_observation.h"

#include <doctest/doctest.h>

#include "store/document/packed_report.h"
#include "support.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("TLS observations: whose word it is") {
  struct Row {
    const char* name;
    TlsSample sample;
    std::string key, shown;
    bool trusted, known;
  };
  for (const Row& row : {
           Row{"a large reporter", {}, "google.com", "Google Inc.", true, true},
           Row{"another name of the same domain",
               {.organization = "Someone else", .from = "mail.google.com"},
               "google.com",
               "Someone else",
               true,
               false},
           Row{"a small one",
               {.organization = "mailer.example", .from = "mailer.example"},
               "mailer.example",
               "mailer.example",
               true,
               false},
           Row{"forged",
               {.from = "evil.example", .trust = Trust::unverified},
               "\tgoogle inc., sent by evil.example",
               "Google Inc., sent by evil.example",
               false,
               false},
           Row{"a file",
               {.from = "", .trust = Trust::unverified},
               "\tgoogle inc., unverified",
               "Google Inc., unverified",
               false,
               false},
           Row{"near miss: trusted, and from nowhere",
               {.from = "", .trust = Trust::verified},
               "\tgoogle inc., unverified",
               "Google Inc., unverified",
               false,
               false},
           Row{"no name",
               {.organization = "", .from = "a.example", .trust = Trust::contradictory},
               "\t(no name), sent by a.example",
               "(no name), sent by a.example",
               false,
               false},
       }) {
    CAPTURE(row.name);
    const TlsVoice voice = tls_voice(stored_report(row.sample));
    CHECK(voice.key == row.key);
    CHECK(voice.name == row.shown);
    CHECK(voice.trusted == row.trusted);
    CHECK(voice.known == row.known);
  }
}

TEST_CASE("TLS observations: what is not told, and what does not add up") {
  StoredTlsReport stored = stored_report({.ok = 7, .failed = 5});
  TlsPolicy& policy = stored.report.policies.front();
  const auto only = [&] {
    std::vector<TlsObservation> list;
    observe(stored, list);
    REQUIRE(list.size() == 1);
    return list.front();
  };
  SUBCASE("failures without details are of no result") {
    REQUIRE(only().failures.size() == 1);
    CHECK(only().failures.front().word.empty());
    CHECK(only().failures.front().sessions == 5);
  }
  SUBCASE("the summary counts, the details stay as they are") {
    policy.failures = {{.result_type = "Certificate-Expired", .failed_sessions = 4},
                       {.result_type = "certificate-expired", .failed_sessions = 4}};
    CHECK(only().sessions.failed == 5);
    REQUIRE(only().failures.size() == 1);
    CHECK(only().failures.front().sessions == 8);
    CHECK(only().failures.front().result == TlsResultType::certificate_expired);
  }
  SUBCASE("without a summary, the details count") {
    policy.failed_sessions.reset();
    policy.failures = {{.result_type = "x", .failed_sessions = 4}, {.result_type = "y"}};
    CHECK(only().sessions.failed == 5);
  }
  SUBCASE("one detail without a count is the summary's") {
    policy.failures = {{.result_type = "x"}};
    CHECK(only().failures.front().sessions == 5);
  }
  SUBCASE("a detail of no session is no failure") {
    policy.failed_sessions = 0;
    policy.failures = {{.result_type = "x", .failed_sessions = 0}};
    CHECK(only().failures.empty());
  }
  SUBCASE("a report without policies says nothing") {
    stored.report.policies.clear();
    std::vector<TlsObservation> list;
    observe(stored, list);
    CHECK(list.empty());
  }
  SUBCASE("sums saturate") {
    TlsSessions sessions{.ok = most_messages - 1, .failed = 1};
    sessions.add({.ok = 5, .failed = most_messages});
    CHECK(sessions.ok == most_messages);
    CHECK(sessions.all() == most_messages);
    CHECK(is_share(most_messages, most_messages, 100));
  }
}

TEST_CASE("TLS observations: three days give a say, and only to the trusted") {
  const auto voices = [](const std::vector<TlsSample>& samples) {
    return tls_voices_with_say(observations(samples), tls_domain).size();
  };
  CHECK(voices({{.day = 1}, {.day = 2}, {.day = 3}}) == 1);
  CHECK(voices({{.day = 1}, {.day = 2}, {.day = 2}}) == 0);
  CHECK(voices({{.day = 1}, {.day = 2}, {.day = 3, .domain = "other.example"}}) == 0);
  CHECK(voices({{.day = 1, .trust = Trust::unverified},
                {.day = 2, .trust = Trust::unverified},
                {.day = 3, .trust = Trust::unverified}}) == 0);
  // Names change, the domain of the sender does not.
  CHECK(voices({{.day = 1, .organization = "a", .from = "x.example"},
                {.day = 2, .organization = "b", .from = "x.example"},
                {.day = 3, .organization = "c", .from = "x.example"}}) == 1);
}

TEST_CASE("TLS observations: the policy that most saw last") {
  std::vector<TlsSample> samples = quiet_days(4);
  const auto seen = [&] {
    const auto list = observations(samples);
    return tls_policy_seen(list, tls_domain, tls_voices_with_say(list, tls_domain));
  };
  REQUIRE(seen());
  CHECK(seen()->policy.mode == MtaStsPolicy::Mode::testing);
  CHECK(seen()->seen_by.size() == 2);
  SUBCASE("of two that as many saw, the later") {
    samples.push_back({.day = tls_today + 1, .sts = sts_policy(MtaStsPolicy::Mode::enforce)});
    CHECK(seen()->policy.mode == MtaStsPolicy::Mode::enforce);
    CHECK(seen()->seen_by == std::vector<std::string>{"Google Inc."});
    CHECK(seen()->of == 2);
  }
  SUBCASE("DANE beside it does not hide it") {
    samples.push_back({.sts = std::nullopt});
    CHECK(seen()->seen_by.size() == 2);
  }
  SUBCASE("a stranger's word is not heard") {
    samples.push_back({.day = tls_today + 1,
                       .from = "evil.example",
                       .trust = Trust::unverified,
                       .sts = sts_policy(MtaStsPolicy::Mode::none)});
    CHECK(seen()->policy.mode == MtaStsPolicy::Mode::testing);
  }
  SUBCASE("none") {
    for (TlsSample& sample : samples) sample.sts.reset();
    CHECK_FALSE(seen());
  }
}

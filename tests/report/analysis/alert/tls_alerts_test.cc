// SPDX-License-Identifier: MIT
#include "report/analysis/alert/tls_alerts.h"

#include <doctest/doctest.h>

#include <functional>

#include "report/analysis/alert/alert_kinds.h"
#include "tests/report/analysis/tls/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using Samples = std::vector<TlsSample>;

const Day today = tls_today + 1;

/// Of the last week, the reporter's reports.
void fail(Samples& samples, const std::string& from, std::uint64_t failed, Day days = 7) {
  for (TlsSample& sample : samples)
    if (sample.from == from && sample.day > tls_today - days) {
      sample.failed = failed;
      sample.result = "certificate-expired";
      sample.host = "mx1.example.com";
    }
}

std::vector<Alert> alerts_of(const Samples& samples, std::vector<ToldAlert> told = {}) {
  return tls_alerts(observations(samples),
                    [](const std::string& domain) { return domain == tls_domain; },
                    {.today = today, .domains = {}, .told = std::move(told), .problems = {}});
}

}  // namespace

TEST_CASE("tls-failures: several reporters, or much of one; and a rise") {
  struct Row {
    const char* name;
    std::function<void(Samples&)> change;
    std::string_view expected;  ///< the severity; "": no alert
  };
  const auto enforced = [](Samples& samples) {
    for (TlsSample& sample : samples) sample.sts = sts_policy(MtaStsPolicy::Mode::enforce);
  };
  const auto both = [](Samples& samples) {
    fail(samples, "google.com", 5);
    fail(samples, "mailer.example", 5);
  };
  for (const Row& row : {
           Row{"nothing fails", [](Samples&) {}, ""},
           Row{"two reporters", both, "look"},
           Row{"two reporters under enforce", [&](Samples& s) { enforced(s), both(s); }, "act"},
           Row{"one reporter's small trouble", [](Samples& s) { fail(s, "google.com", 7); }, ""},
           Row{"one that sees much of it fail", [](Samples& s) { fail(s, "google.com", 20); },
               "look"},
           Row{"the same under enforce",
               [&](Samples& s) { enforced(s), fail(s, "google.com", 20); }, "look"},
           Row{"near miss: the second sees less than 1 %",
               [](Samples& s) {
                 fail(s, "google.com", 5);
                 fail(s, "mailer.example", 1);
                 for (TlsSample& sample : s)
                   if (sample.from == "mailer.example") sample.ok = 1'000;
               },
               ""},
           Row{"as before",
               [](Samples& s) {
                 fail(s, "google.com", 5, 30);
                 fail(s, "mailer.example", 5, 30);
               },
               ""},
           Row{"no time before",
               [&](Samples& s) {
                 both(s);
                 std::erase_if(s, [](auto& sample) { return sample.day < today - 7; });
               },
               ""},
           Row{"over",
               [](Samples& s) {
                 fail(s, "google.com", 5, 15);
                 fail(s, "mailer.example", 5, 15);
                 fail(s, "google.com", 0);
                 fail(s, "mailer.example", 0);
               },
               ""},
           Row{"forged",
               [](Samples& s) {
                 for (Day day = 0; day < 5; ++day)
                   s.push_back({.day = tls_today - day,
                                .from = "evil.example",
                                .failed = 10'000,
                                .result = "certificate-expired",
                                .trust = Trust::unverified});
               },
               ""},
           Row{"one report of its own domain",
               [](Samples& s) {
                 s.push_back({.organization = "evil",
                              .from = "evil.example",
                              .failed = 10'000,
                              .result = "certificate-expired"});
               },
               ""},
           Row{"somebody else's domain",
               [&](Samples& s) {
                 both(s);
                 for (TlsSample& sample : s) sample.domain = "other.example";
               },
               ""},
       }) {
    CAPTURE(row.name);
    Samples samples = quiet_days(30);
    row.change(samples);
    const std::vector<Alert> alerts = alerts_of(samples);
    CHECK((alerts.empty() ? "" : to_text(severity_of(alerts.front()))) == row.expected);
  }
}

TEST_CASE("tls-failures: once told, it holds until it is over") {
  Samples samples = quiet_days(30);
  fail(samples, "google.com", 5, 20);
  fail(samples, "mailer.example", 5, 20);
  CHECK(alerts_of(samples).empty());
  const std::string key = "tls-failures\texample.com\t";
  const std::vector<Alert> alerts = alerts_of(samples, {{key, today - 19}});
  REQUIRE(alerts.size() == 1);
  CHECK(alerts.front().key() == key);
  CHECK(alerts.front().since == today - 19);
  const auto& facts = std::get<TlsFailureFacts>(alerts.front().facts);
  CHECK(facts.failed == 70);
  CHECK(facts.sessions == 1'470);
  CHECK(facts.failing == 2);
  CHECK(facts.word == "certificate-expired");
  CHECK(facts.host == "mx1.example.com");
  fail(samples, "google.com", 0);
  fail(samples, "mailer.example", 0);
  CHECK(alerts_of(samples, {{key, today - 19}}).empty());
}

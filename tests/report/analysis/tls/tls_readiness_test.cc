// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_readiness.h"

#include <doctest/doctest.h>

#include <functional>

#include "support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using Samples = std::vector<TlsSample>;
using Mode = MtaStsPolicy::Mode;

const std::string mailer = "mailer.example";

/// "not ready: failures no-policy"; in brackets what may be somebody's invention.
std::string verdict_of(const Samples& samples) {
  const TlsReadiness readiness = tls_readiness(observations(samples), tls_domain, tls_today);
  std::string words(to_text(readiness.verdict));
  for (const TlsBlocker& blocker : readiness.blockers)
    words += (blocker.certain ? " " : " (") + std::string(to_text(blocker.kind)) +
             (blocker.certain ? "" : ")");
  return words;
}

struct Row {
  const char* name;
  std::function<void(Samples&)> change;
  std::string_view expected;
};

void each(Samples& samples, const std::function<void(TlsSample&)>& change) {
  for (TlsSample& sample : samples) change(sample);
}

TlsSample failing(const std::string& organization, const std::string& from, Day before,
                  std::uint64_t failed, std::string host = "mx1.example.com") {
  return {.day = tls_today - before,
          .organization = organization,
          .from = from,
          .ok = 0,
          .failed = failed,
          .result = "certificate-expired",
          .host = std::move(host)};
}

}  // namespace

TEST_CASE("readiness for MTA-STS enforce: what must be known") {
  for (const Row& row : {
           Row{"ready", [](Samples&) {}, "ready"},
           Row{"fourteen days are enough", [](Samples& s) { s = quiet_days(14); }, "ready"},
           Row{"near miss: thirteen", [](Samples& s) { s = quiet_days(13); },
               "too little data (few-days)"},
           Row{"already enforced",
               [](Samples& s) { each(s, [](auto& one) { one.sts = sts_policy(Mode::enforce); }); },
               "ready"},
           Row{"no reports", [](Samples& s) { s.clear(); }, "too little data (no-reports)"},
           Row{"of another domain",
               [](Samples& s) { each(s, [](auto& one) { one.domain = "other.example"; }); },
               "too little data (no-reports)"},
           Row{"one reporter",
               [](Samples& s) { std::erase_if(s, [](auto& one) { return one.from == mailer; }); },
               "too little data (few-reporters)"},
           Row{"one reporter under two names",
               [](Samples& s) { each(s, [](auto& one) { one.from = mailer; }); },
               "too little data (few-reporters)"},
           Row{"a second one that nobody knows",
               [](Samples& s) {
                 each(s, [](auto& one) {
                   if (one.from == mailer) one.trust = Trust::unverified;
                 });
               },
               "too little data (few-reporters)"},
           Row{"a second one of two days",
               [](Samples& s) {
                 std::erase_if(
                     s, [](auto& one) { return one.from == mailer && one.day < tls_today - 1; });
               },
               "too little data (few-reporters)"},
           Row{"few sessions", [](Samples& s) { each(s, [](auto& one) { one.ok = 2; }); },
               "too little data (few-sessions)"},
           Row{"silent for eight days",
               [](Samples& s) { each(s, [](auto& one) { one.day -= 8; }); },
               "too little data (silent)"},
           Row{"near miss: for seven", [](Samples& s) { each(s, [](auto& one) { one.day -= 7; }); },
               "ready"},
           Row{"no policy", [](Samples& s) { each(s, [](auto& one) { one.sts.reset(); }); },
               "not ready no-policy"},
           Row{"mode none",
               [](Samples& s) { each(s, [](auto& one) { one.sts = sts_policy(Mode::none); }); },
               "not ready policy-none"},
       }) {
    CAPTURE(row.name);
    Samples samples = quiet_days();
    row.change(samples);
    CHECK(verdict_of(samples) == row.expected);
  }
}

TEST_CASE("readiness for MTA-STS enforce: failures, and whose word they are") {
  for (const Row& row : {
           Row{"before the two weeks",
               [](Samples& s) {
                 s.push_back(failing("Google Inc.", "google.com", 14, 50));
                 s.push_back(failing(mailer, mailer, 14, 50));
               },
               "ready"},
           Row{"near miss: on their first day",
               [](Samples& s) {
                 s.push_back(failing("Google Inc.", "google.com", 13, 5));
                 s.push_back(failing(mailer, mailer, 13, 5));
               },
               "not ready failures"},
           Row{"one reporter, few sessions",
               [](Samples& s) { s.push_back(failing("Google Inc.", "google.com", 3, 14)); },
               "ready"},
           Row{"near miss: 1 % of them, by a large reporter",
               [](Samples& s) { s.push_back(failing("Google Inc.", "google.com", 3, 15)); },
               "not ready one-voice"},
           Row{"the same by one that may be anybody decides nothing",
               [](Samples& s) { s.push_back(failing(mailer, mailer, 3, 5'000)); },
               "too little data (one-voice)"},
           Row{"two reporters, each with a failure of its own",
               [](Samples& s) {
                 s.push_back(failing("Google Inc.", "google.com", 3, 5));
                 s.push_back(failing(mailer, mailer, 3, 5, "mx2.example.com"));
               },
               "ready"},
           Row{"a forged report of one stranger",
               [](Samples& s) {
                 s.push_back(failing("Google Inc.", "evil.example", 3, 1'000'000));
                 s.back().trust = Trust::unverified;
               },
               "ready"},
           Row{"one that comes from its own domain, once",
               [](Samples& s) { s.push_back(failing("evil", "evil.example", 3, 1'000'000)); },
               "ready"},
           Row{"a host that the policy does not name, by one of the large",
               [](Samples& s) {
                 s.push_back(failing("Google Inc.", "google.com", 3, 5, "mx3.example.com"));
               },
               "not ready mx-uncovered"},
           Row{"the same by another",
               [](Samples& s) { s.push_back(failing(mailer, mailer, 3, 5, "mx3.example.com")); },
               "too little data (mx-uncovered)"},
           Row{"no success since",
               [](Samples& s) { s.push_back(failing("Google Inc.", "google.com", 0, 5)); },
               "not ready mx-unproven"},
       }) {
    CAPTURE(row.name);
    Samples samples = quiet_days();
    row.change(samples);
    CHECK(verdict_of(samples) == row.expected);
  }
}

TEST_CASE(
    "readiness for MTA-STS enforce: it names whose word it rests on, and what it passed over") {
  Samples samples = quiet_days();
  samples.push_back(failing("Google Inc.", "google.com", 3, 5));
  samples.push_back(failing("Google Inc.", "evil.example", 3, 77));
  samples.back().trust = Trust::contradictory;
  TlsReadiness readiness = tls_readiness(observations(samples), tls_domain, tls_today);
  CHECK(readiness.reporters == std::vector<std::string>{"Google Inc.", mailer});
  CHECK(readiness.without_say == std::vector<std::string>{"Google Inc., sent by evil.example"});
  CHECK(readiness.failed_without_say == 77);
  CHECK(readiness.days == 20);
  REQUIRE(readiness.excused.size() == 1);
  CHECK(readiness.excused.front().failed == 5);
  CHECK(readiness.excused.front().sessions == 1'405);
  readiness.add({.kind = TlsBlocker::Kind::mx_uncovered, .certain = true, .host = "mx9"});
  CHECK(to_text(readiness.verdict) == "not ready");
}

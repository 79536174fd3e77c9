// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_groups.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const TlsSample google = {.failed = 10, .result = "certificate-expired", .host = "mx1.example.com"};
const TlsSample mailer = {.day = tls_today + 1,
                          .organization = "mailer.example",
                          .from = "mailer.example",
                          .failed = 2,
                          .result = "certificate-expired",
                          .host = "mx2.example.com"};
const TlsSample forged = {.from = "evil.example",
                          .failed = 1'000,
                          .result = "starttls-not-supported",
                          .trust = Trust::unverified};
const TlsSample quiet = {.organization = "quiet.example", .from = "quiet.example"};

std::string words_of(const std::vector<TlsSample>& samples, TlsBy by) {
  std::string words;
  for (const TlsGroup& group : tls_groups(observations(samples), by))
    words += fmt::format("{} {}{} of {} {}; ", group.label,
                         group.ok ? fmt::format("ok {} failed ", *group.ok) : "", group.failed,
                         group.of_domain, to_text(group.scope()));
  return words;
}

}  // namespace

TEST_CASE("TLS groups: by domain, result, host, reporter and day") {
  const std::vector<TlsSample> samples = {google, mailer, forged};
  CHECK(words_of(samples, TlsBy::domain) ==
        "example.com ok 300 failed 1012 of 1312 all-reporters; ");
  CHECK(
      words_of(samples, TlsBy::result) ==
      "starttls-not-supported 1000 of 1312 unverified-only; certificate-expired 12 of 1312 all-reporters; ");
  CHECK(
      words_of(samples, TlsBy::mx) ==
      " 1000 of 1312 unverified-only; mx1.example.com 10 of 1312 one-reporter; mx2.example.com 2 of 1312 one-reporter; ");
  CHECK(
      words_of(samples, TlsBy::reporter) ==
      "Google Inc., sent by evil.example ok 100 failed 1000 of 1312 unverified-only; Google Inc. ok 100 failed 10 of 1312 only-reporter; "
      "mailer.example ok 100 failed 2 of 1312 only-reporter; ");
  CHECK(
      words_of(samples, TlsBy::day) ==
      "2026-09-04 ok 200 failed 1010 of 1312 only-reporter; 2026-09-05 ok 100 failed 2 of 1312 only-reporter; ");
  CHECK(words_of({quiet}, TlsBy::result).empty());
  CHECK(words_of({quiet}, TlsBy::domain) == "example.com ok 100 failed 0 of 100 no-reporter; ");
  CHECK(words_of({}, TlsBy::domain).empty());
}

TEST_CASE("TLS groups: who saw a failure") {
  struct Row {
    std::vector<TlsSample> samples;
    std::string_view expected;
  };
  for (const Row& row :
       {Row{{google}, "only-reporter"}, Row{{google, quiet}, "one-reporter"},
        Row{{google, mailer, quiet}, "some-reporters"}, Row{{google, mailer}, "all-reporters"},
        Row{{quiet}, "no-reporter"}, Row{{forged, quiet}, "unverified-only"},
        // A forger beside one reporter does not make it everyone's.
        Row{{google, forged, quiet}, "one-reporter"}, Row{{google, forged}, "only-reporter"}}) {
    CAPTURE(row.expected);
    const auto groups = tls_groups(observations(row.samples), TlsBy::domain);
    REQUIRE(groups.size() == 1);
    CHECK(to_text(groups.front().scope()) == row.expected);
  }
}

TEST_CASE("TLS groups: one voice under two names is one reporter") {
  TlsSample renamed = google;
  renamed.organization = "google.com";
  const auto groups = tls_groups(observations({google, renamed}), TlsBy::reporter);
  REQUIRE(groups.size() == 1);
  CHECK(groups.front().label == "Google Inc.");
  CHECK(groups.front().failed == 20);
}

// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "report/analysis/tls/tls_observation.h"

namespace dmarcq::test {

inline const Day tls_today = 20'700;  // 2026-09-04
inline const std::string tls_domain = "example.com";

inline MtaStsPolicy sts_policy(MtaStsPolicy::Mode mode = MtaStsPolicy::Mode::testing,
                               std::vector<std::string> mx = {"mx1.example.com",
                                                              "mx2.example.com"}) {
  return {.mode = mode, .mx = std::move(mx), .max_age = 604'800};
}

/// A report of a day by an organization, whose mail came from a domain; of one policy.
struct TlsSample {
  Day day = tls_today;
  std::string organization = "Google Inc.", from = "google.com";
  std::uint64_t ok = 100, failed = 0;
  std::string result = {}, host = {};
  Trust trust = Trust::plausible;
  std::optional<MtaStsPolicy> sts = sts_policy();
  std::string domain = tls_domain;
};

inline StoredTlsReport stored_report(const TlsSample& sample) {
  static std::int64_t next = 0;
  TlsPolicy policy{.type = sample.sts ? "sts" : "no-policy-found",
                   .sts = sample.sts,
                   .domain = sample.domain,
                   .successful_sessions = sample.ok,
                   .failed_sessions = sample.failed};
  if (!sample.result.empty())
    policy.failures.push_back({.result_type = sample.result,
                               .receiving_mx_hostname = sample.host,
                               .failed_sessions = sample.failed});
  return {.id = ++next,
          .day = sample.day,
          .report = {.organization_name = sample.organization, .policies = {policy}},
          .trust = sample.trust,
          .from_domain = sample.from};
}

inline std::vector<TlsObservation> observations(const std::vector<TlsSample>& samples) {
  std::vector<TlsObservation> list;
  for (const TlsSample& sample : samples) observe(stored_report(sample), list);
  return list;
}

/// Two reporters, every day of so many up to today, without a failure.
inline std::vector<TlsSample> quiet_days(Day days = 20) {
  std::vector<TlsSample> samples;
  for (Day day = tls_today - days + 1; day <= tls_today; ++day) {
    samples.push_back({.day = day});
    samples.push_back({.day = day, .organization = "mailer.example", .from = "mailer.example"});
  }
  return samples;
}

}  // namespace dmarcq::test

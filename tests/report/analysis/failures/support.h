// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>

#include "report/analysis/failures/judged_failure.h"

namespace dmarcq::test {

/// Day 20,000 is 2024-10-04.
inline JudgedFailure failure_from(const std::string& ip, Day day = 20'000,
                                  std::uint64_t incidents = 1) {
  static std::int64_t last_id = 0;
  JudgedFailure failure{.id = ++last_id, .day = day};
  failure.report.source_ip = IpAddress::parse(ip);
  failure.report.incidents = incidents;
  failure.report.header_from = failure.report.reported_domain = "example.com";
  failure.report.reporter = "mx.example.net";
  return failure;
}

inline JudgedFailure complaint_from(const std::string& ip, Day day = 20'000) {
  JudgedFailure failure = failure_from(ip, day);
  failure.report.kind = FailureKind::complaint;
  return failure;
}

/// All on day 20,000.
inline RowsOfAddress rows_of(std::string service, std::string route, std::uint64_t messages,
                             std::uint64_t fail, std::vector<std::string> orgs = {}) {
  return {.domain = "example.com",
          .service = std::move(service),
          .route = std::move(route),
          .orgs = std::move(orgs),
          .days = {{.day = 20'000, .messages = messages, .dmarc_fail = fail}}};
}

}  // namespace dmarcq::test

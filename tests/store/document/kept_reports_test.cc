// SPDX-License-Identifier: MIT
#include "store/document/kept_reports.h"

#include <doctest/doctest.h>

#include <string>

#include "parser/failure_report/failure_report_reader.h"
#include "parser/tls_report/tls_report_reader.h"
#include "store/document/head_lines.h"
#include "store/document/packed_report.h"
#include "tests/support/fixture_files.h"

using namespace dmarcq;

TEST_CASE("kept reports: a TLS report is read as it was written") {
  int seen = 0;
  for (const auto& path : test::fixture_files("tls_reports", ".json")) {
    CAPTURE(path.filename().string());
    const auto report = parse_tls_report(test::read_file(path), {}, {});
    if (!report) continue;
    ++seen;
    const std::string content = tls_content(*report);
    const auto again = tls_from_content(content, deviation_lines(report->deviations));
    REQUIRE(again);
    CHECK(tls_content(*again) == content);
    CHECK(again->deviations == report->deviations);
    CHECK(tls_claim(*again) == tls_claim(*report));
    CHECK(tls_sessions(*again) == tls_sessions(*report));
    CHECK(tls_day(*again) == tls_day(*report));
    for (std::size_t cut = 0; cut < content.size(); cut += 7)
      CHECK_FALSE(tls_from_content(content.substr(0, cut), ""));
  }
  CHECK(seen > 5);
}

TEST_CASE("kept reports: what makes TLS reports claim to be one") {
  TlsReport report{.organization_name = "Example Inc.",
                   .contact_info = {},
                   .report_id = "1",
                   .begin = 1'790'000'000,
                   .end = 1'790'086'399,
                   .policies = {},
                   .deviations = {}};
  report.policies.resize(2);
  report.policies[0].domain = "a.example";
  report.policies[1].domain = "b.example";
  TlsReport same = report;
  same.organization_name = "EXAMPLE inc.";
  std::swap(same.policies[0], same.policies[1]);
  same.policies[0].successful_sessions = 7;
  CHECK(tls_claim(same) == tls_claim(report));
  for (const auto& change :
       {+[](TlsReport& r) { r.report_id = "2"; }, +[](TlsReport& r) { ++r.end; },
        +[](TlsReport& r) { r.organization_name = "Other"; },
        +[](TlsReport& r) { r.policies[1].domain = "c.example"; },
        +[](TlsReport& r) { r.policies.pop_back(); }}) {
    TlsReport other = report;
    change(other);
    CHECK(tls_claim(other) != tls_claim(report));
  }
}

TEST_CASE("kept reports: sessions saturate, and failures count where the summary is silent") {
  TlsReport report;
  report.policies.resize(3);
  report.policies[0].successful_sessions = 10;
  report.policies[0].failures.resize(1);
  report.policies[0].failures[0].failed_sessions = 4;
  report.policies[1].failed_sessions = 3;
  report.policies[1].failures.resize(1);
  report.policies[1].failures[0].failed_sessions = 4;  // the summary counts
  CHECK(tls_sessions(report) == 17);
  for (TlsPolicy& policy : report.policies) policy.successful_sessions = most_messages;
  CHECK(tls_sessions(report) == most_messages);
}

TEST_CASE("kept reports: a failure report is read as it was written, with people and without") {
  int seen = 0;
  for (const auto& path : test::fixture_files("failure_reports", ".eml")) {
    CAPTURE(path.filename().string());
    auto report = parse_failure_report(test::read_file(path), {});
    REQUIRE(report);
    ++seen;
    const OriginMarks marks = origin_marks(*report);
    for (const bool with_people : {true, false}) {
      if (!with_people) forget_people(*report);
      if (!with_people) CHECK_FALSE(names_people(*report));
      const std::string content = failure_content(*report, marks);
      FailureReport again;
      OriginMarks marks_again;
      REQUIRE(failure_from_content(content, again, marks_again));
      CHECK(failure_content(again, marks_again) == content);
      CHECK(marks_again == marks);
      CHECK(again.incidents == report->incidents);
      CHECK(again.unaligned == report->unaligned);
      CHECK(failure_day(again) == failure_day(*report));
    }
    CHECK(report->original_header.empty());
    CHECK(report->subject.empty());
  }
  CHECK(seen > 5);
  FailureReport nothing;
  OriginMarks no_marks;
  for (const char* const text : {"", "[]", "{", "7", "\"x\""})
    CHECK_FALSE(failure_from_content(text, nothing, no_marks));
}

// SPDX-License-Identifier: MIT
#include "report/render/answers/tls/tls.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "report/render/paragraph.h"
#include "tests/report/answers/tls/tls_support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

TlsAnswer answer_of(TlsBy by) {
  std::vector<TlsSample> samples = quiet_days();
  for (const char* from : {"google.com", "mailer.example"})
    samples.push_back({.day = tls_today - 1,
                       .organization = from,
                       .from = from,
                       .failed = 40,
                       .result = "certificate-host-mismatch",
                       .host = "mx1.example.com"});
  samples.push_back({.day = tls_today - 3,
                     .failed = 4'000,
                     .result = "sts-webpki-invalid",
                     .domain = "a-rather-long-name-of-a-stranger.example"});
  TlsSnapshot snapshot(samples);
  return tls_answer(snapshot, {.today = tls_today, .by = by});
}

std::size_t letters(std::string_view line) {  // of UTF-8
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string listed(TlsBy by, Format format) {
  const TlsAnswer answer = answer_of(by);
  std::ostringstream out;
  write_listing(out, format, tls_listing(answer, by), {}, Formulas::guarded);
  return out.str();
}

}  // namespace

TEST_CASE("tls: for people, within 60 and 80 columns") {
  for (const TlsBy by : {TlsBy::domain, TlsBy::result, TlsBy::mx, TlsBy::reporter, TlsBy::day})
    for (const unsigned width : {60u, 80u}) {
      CAPTURE(to_text(by));
      const TlsAnswer answer = answer_of(by);
      std::ostringstream out;
      set_line_width(out, width);
      write_tls_text(out, answer, by, {.width = width});
      const std::string text = out.str();
      CHECK(text.contains("example.com: not ready for MTA-STS enforce"));
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);)
        CHECK_MESSAGE(letters(line) <= width, line);
    }
}

TEST_CASE("tls: what fails, who repairs it, and whose word it is") {
  const TlsAnswer answer = answer_of(TlsBy::domain);
  std::ostringstream out;
  write_tls_text(out, answer, TlsBy::domain, {});
  std::string text = out.str();
  std::ranges::replace(text, '\n', ' ');
  const auto blanks =
      std::ranges::unique(text, [](char a, char b) { return a == ' ' && b == ' '; });
  text.erase(blanks.begin(), blanks.end());
  for (
      const char* there :
      {"TLS of incoming mail, 2026-08-16 to 2026-09-04 (UTC days): 43 reports on 2 domains.",
       "certificate-host-mismatch: the certificate of an MX does not name the host. Every "
       "reporter saw it: it is yours to repair.",
       "Repair, who runs the MX: Give the MX a certificate with its name",
       "Not one of yours: anyone can send such reports.", "2 of 2",
       "Policy seen: testing for mx1.example.com and mx2.example.com, kept for 7 days, by 2 of 2 "}) {
    CAPTURE(there);
    CHECK(text.contains(there));
  }
  CHECK(TlsAnswer{}.domains.empty());
  std::ostringstream nothing;
  write_tls_text(nothing, {}, TlsBy::domain, {});
  CHECK(nothing.str().empty());
}

TEST_CASE("tls: for programs") {
  const std::string json = listed(TlsBy::mx, Format::json);
  for (const char* there :
       {"\"schema\": \"dmarcq.tls/1\"", "\"own\": false", "\"scope\": \"all-reporters\"",
        "\"by\": \"mx\"", "\"verdict\": \"not ready\"", "\"policy_now\": null",
        "\"repaired_by\": \"who runs the MX\""}) {
    CAPTURE(there);
    CHECK(json.contains(there));
  }
  CHECK(listed(TlsBy::domain, Format::csv)
            .starts_with("domain,sessions,failed,of_domain,results,mx,reporters_failing,reporters,"
                         "scope,first_day,last_day,own,enforce\n"
                         "example.com,4280,80,4280,certificate-host-mismatch,mx1.example.com,2,2,"
                         "all-reporters,2026-08-16,2026-09-04,yes,not ready\n"));
  CHECK(listed(TlsBy::result, Format::csv)
            .contains("\nexample.com,certificate-host-mismatch,,80,4280,certificate-host-mismatch,"
                      "mx1.example.com,2,2,all-reporters,2026-09-03,2026-09-03,yes,not ready\n"));
  CHECK(listed(TlsBy::day, Format::markdown).starts_with("| "));
  CHECK(std::ranges::count(listed(TlsBy::domain, Format::ndjson), '\n') == 2);
}

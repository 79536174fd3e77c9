// SPDX-License-Identifier: MIT
// TLS reports: any bytes cost little, and what is read keeps the promises of TlsReport.
#include "ingest/content.h"
#include "parser/tls_report/tls_report_reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/parser/tls_report/promises.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  // A file name stands in the first line of some.
  TlsReportHints hints;
  std::string_view json = input;
  if (const std::size_t line = input.find('\n'); line < 200 && !input.starts_with('{')) {
    hints = {input.substr(0, line), input.substr(0, line), input.substr(0, line)};
    json = input.substr(line + 1);
  }
  const auto report = parse_tls_report(json, hints, Limits{});
  if (report) {
    const std::string broken = test::broken_promise(*report);
    require(broken.empty(), broken.c_str());
    require(looks_like_tls_report(json), "what is read looks like one");
  } else {
    require(!report.error().text.empty() && is_clean(report.error().text), "an error is told");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  return {R"(a.example!example.com!1788393600!1788479999!1.json.gz
{"organization-name":"x","policies":[{"policy":{"policy-type":"sts"}}]})",
          R"({"date-range":{"start-datetime":"2026-09-03T00:00:00Z","end-datetime":1788479999},)"
          R"("policies":[{"policy":{"policy-type":"tlsa","policy-string":"3 1 1 00"}}]})"};
}

std::vector<std::string_view> words() {
  return {"\"",
          "\\",
          "\\ud83d",
          "\\u0000",
          "null",
          "[]",
          "{}",
          ":",
          ",",
          "]}",
          "[{",
          "9007199254740993",
          "-1",
          "1e9",
          "\"1\"",
          "!",
          "mx: ",
          "mode: ",
          "\\n",
          "24:00:00Z",
          "+02:00",
          "\"policies\":",
          "\"mx-host\":",
          "\"failure-details\":",
          "\"summary\":",
          "\xff"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.microseconds_per_byte = 5, .bytes = 8u << 20, .bytes_per_byte = 400},
      dmarcq::fuzz::properties);
}

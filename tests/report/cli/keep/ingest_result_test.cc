// SPDX-License-Identifier: MIT
#include "report/cli/keep/ingest_result.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "report/cli/terminal/fault_lines.h"
#include "report/cli/terminal/progress.h"

using namespace dmarcq;

namespace {

IngestSummary sample() {
  IngestSummary summary;
  summary.items = 812;
  summary.stored = 790;
  summary.duplicate = 15;
  summary.not_a_report = 4;
  summary.problem = 3;
  summary.not_a_report_kinds = {{"failure_report", 1}, {"tls_report", 1}, {"other", 2}};
  summary.reports_stored = 801;
  summary.reports_duplicate = 16;
  summary.records = 9120;
  summary.messages = 120334;
  summary.bytes = 5000;
  return summary;
}

}  // namespace

TEST_CASE("ingest_line: the numbers add up, and words agree with them") {
  CHECK(
      ingest_line(sample()) ==
      "812 items = 790 stored + 15 duplicate + 1 TLS report + 1 failure report + 2 not a report + 3 problems; 801 reports, 9,120 records, 120,334 messages");
  IngestSummary one;
  one.items = one.problem = 1;
  CHECK(ingest_line(one) ==
        "1 item = 0 stored + 0 duplicate + 0 not a report + 1 problem; nothing new");
  one.known = 1200;
  CHECK(
      ingest_line(one) ==
      "1 item = 0 stored + 0 duplicate + 0 not a report + 1 problem; nothing new; 1,200 items known from earlier runs");
}

TEST_CASE("ingest_line: a log or a bounce is not called 'not a report'") {
  IngestSummary logs;
  logs.items = logs.not_a_report = 5;
  logs.not_a_report_kinds = {
      {"delivery_log", 2}, {"bounce", 1}, {"unknown_table", 1}, {"other", 1}};
  logs.deliveries_stored = 25;
  CHECK(
      ingest_line(logs) ==
      "5 items = 0 stored + 0 duplicate + 2 from delivery logs + 1 bounce + 2 not a report + 0 problems; 25 delivery events");
}

TEST_CASE("ingest_line: reports of other kinds are called by their names and are news") {
  IngestSummary others;
  others.items = others.not_a_report = 7;
  others.not_a_report_kinds = {{"tls_report", 3},
                               {"failure_report", 1},
                               {"complaint", 1},
                               {"announcement", 1},
                               {"other", 1}};
  others.tls_stored = 1;
  CHECK(
      ingest_line(others) ==
      "7 items = 0 stored + 0 duplicate + 3 TLS reports + 1 failure report + 1 complaint + 2 not a report + 0 problems");
  others.tls_stored = 0;
  CHECK(ingest_line(others).ends_with("; nothing new"));
}

TEST_CASE("write_ingest_json: exactly the keys of the contract") {
  std::ostringstream out;
  JsonWriter json(out);
  write_ingest_json(json, sample(), 1.23456);
  json.finish();
  CHECK(nlohmann::json::parse(out.str()) ==
        nlohmann::json::parse(R"({"schema":"dmarcq.ingest/1","items":812,"known":0,
    "outcomes":{"stored":790,"duplicate":15,"not_a_report":4,"problem":3},"not_a_report":{"failure_report":1,"complaint":0,"tls_report":1,"announcement":0,"delivery_log":0,"bounce":0,"other":2},
    "reports":{"stored":801,"duplicate":16,"replaced":0},"deliveries":{"stored":0,"repeated":0,"left_out":0,"damaged":0},"tls_reports":{"stored":0,"repeated":0},"failures":{"stored":0,"repeated":0},"records":9120,"messages":120334,"unusable_records":0,"unusable_messages":0,"bytes":5000,"seconds":1.234})"));
}

TEST_CASE("progress_text: what is done, how fast, how long still") {
  CHECK(progress_text({.bytes_done = 1'240'000'000,
                       .bytes_total = 2'000'000'000,
                       .items = 4120,
                       .reports = 3980,
                       .records = 4'120'000,
                       .seconds = 10}) ==
        " 62 %  1.2 GB of 2.0 GB  4,120 items  3,980 reports  412,000 records/s  0:07 left");
  CHECK(progress_text({.bytes_done = 500,
                       .bytes_total = {},
                       .items = 1,
                       .reports = 0,
                       .records = 0,
                       .seconds = 0.1}) == "500 bytes  1 item  0 reports");
  CHECK(progress_text({.bytes_done = 10,
                       .bytes_total = 10,
                       .items = 1,
                       .reports = 1,
                       .records = 1,
                       .seconds = 0.1})
            .starts_with(" 99 %"));
}

TEST_CASE("ProgressLine: drawn and wiped on a terminal, silent elsewhere") {
  std::ostringstream out, err;
  Io io{.out = out,
        .err = err,
        .out_terminal = {},
        .err_terminal = {.is_terminal = true, .width = 40, .redraws = true}};
  {
    ProgressLine(io).show({.bytes_done = 1, .bytes_total = 2});
  }
  CHECK(err.str().starts_with("\r"));
  CHECK(err.str().ends_with("\r\x1b[K"));
  err.str("");
  io.quiet = true;
  {
    ProgressLine(io).show({.bytes_done = 1, .bytes_total = 2});
  }
  io.quiet = false;
  io.err_terminal = {};
  {
    ProgressLine(io).show({.bytes_done = 1, .bytes_total = 2});
  }
  CHECK(err.str().empty());
}

TEST_CASE("FaultLines: the first are said, the rest counted; strangers' names are made harmless") {
  std::ostringstream out, err;
  Io io{.out = out, .err = err, .out_terminal = {}, .err_terminal = {}};
  ProgressLine progress(io);
  FaultLines faults(io, progress, false);
  const Origin origin{"inbox.mbox", 118, "", "a\x1b[2J.zip"};
  for (int i = 0; i < 60; ++i)
    faults.say(origin, {Fault::truncated, "gzip stream ends after 812 bytes", ""});
  faults.finish();
  CHECK(
      err.str().starts_with("dmarcq: inbox.mbox:118 a[2J.zip: gzip stream ends after 812 bytes\n"));
  CHECK(err.str().ends_with("… and 40 more; see dmarcq problems list\n"));
  CHECK(err.str().find('\x1b') == std::string::npos);
}

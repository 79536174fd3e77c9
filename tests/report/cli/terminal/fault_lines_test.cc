// SPDX-License-Identifier: MIT
// The usual case: keep/ingest_result_test.cc.
#include "report/cli/terminal/fault_lines.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace dmarcq;

namespace {

struct Screen {
  std::ostringstream out, err;
  Io io{.out = out, .err = err, .out_terminal = {}, .err_terminal = {}};
  ProgressLine progress{io};

  /// What is said of so many equal faults.
  std::string said(int number, bool all, bool as_json = false, const Error& error = fault()) {
    FaultLines faults(io, progress, all, as_json);
    for (int i = 0; i < number; ++i) faults.say({"a.mbox", 1, "", ""}, error);
    faults.finish();
    return err.str();
  }
  static Error fault() { return {Fault::truncated, "it ends", ""}; }
};

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

TEST_CASE("FaultLines: twenty are said, of more only how many they are") {
  CHECK(Screen().said(0, false).empty());
  CHECK(Screen().said(1, false) == "dmarcq: a.mbox:1: it ends\n");
  CHECK(lines(Screen().said(20, false)) == 20);
  CHECK(Screen().said(20, false).find("more") == std::string::npos);
  const std::string many = Screen().said(21, false);
  CHECK(lines(many) == 21);
  CHECK(many.ends_with("it ends\n… and 1 more; see dmarcq problems list\n"));
  CHECK(Screen().said(1'220, false).ends_with("… and 1,200 more; see dmarcq problems list\n"));
}

TEST_CASE("FaultLines: all are said where all are asked for") {
  const std::string all = Screen().said(100, true);
  CHECK(lines(all) == 100);
  CHECK(all.ends_with("dmarcq: a.mbox:1: it ends\n"));
}

TEST_CASE("FaultLines: notes are said as well, twenty of them, and not with --quiet") {
  const auto noted = [](int number, bool all, bool quiet, bool as_json) {
    Screen screen;
    screen.io.quiet = quiet;
    FaultLines faults(screen.io, screen.progress, all, as_json);
    for (int i = 0; i < number; ++i)
      faults.note({"a\x1b.csv", 0, "", "b.csv"}, "the day was assumed");
    faults.finish();
    return screen.err.str();
  };
  CHECK(noted(1, false, false, false) == "dmarcq: a.csv b.csv: the day was assumed\n");
  CHECK(lines(noted(100, false, false, false)) == 20);
  CHECK(lines(noted(100, true, false, false)) == 100);
  CHECK(noted(1, false, true, false).empty());
  CHECK(nlohmann::json::parse(noted(1, false, false, true))["level"] == "info");
}

TEST_CASE("FaultLines: a fault without words is named") {
  CHECK(Screen().said(1, false, false, {Fault::limit, "", "mail_size"}) ==
        "dmarcq: a.mbox:1: limit:mail_size\n");
  CHECK(Screen().said(1, false, false, {Fault::encrypted, "", ""}) ==
        "dmarcq: a.mbox:1: encrypted\n");
}

TEST_CASE("FaultLines, JSON: a line each, of one kind, with the words as they are") {
  Screen screen;
  std::istringstream said(screen.said(22, false, true, {Fault::truncated, "\"\x1b[31m\n", ""}));
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(said, line);) {
    CHECK(line.find('\x1b') == std::string::npos);
    all.push_back(nlohmann::json::parse(line));
  }
  REQUIRE(all.size() == 21);
  CHECK(all[0]["level"] == "warning");
  CHECK(all[0]["place"] == "a.mbox:1");
  CHECK(all[0]["text"] == "\"\x1b[31m\n");
  CHECK(all[20]["text"] == "2 more faults; see dmarcq problems list");
  CHECK_FALSE(all[20].contains("place"));
  CHECK(screen.out.str().empty());
}

TEST_CASE("log_json: the time is UTC to the millisecond; without a place there is no such member") {
  Screen screen;
  log_json(screen.io, "info", "", "x");
  const auto line = nlohmann::ordered_json::parse(screen.err.str());
  const auto time = line["time"].get<std::string>();
  REQUIRE(time.size() == std::string("2026-11-21T08:00:00.000Z").size());
  CHECK((time[10] == 'T' && time[19] == '.' && time[23] == 'Z'));
  CHECK(screen.err.str() == "{\"time\":\"" + time + "\",\"level\":\"info\",\"text\":\"x\"}\n");
  screen.err.str("");
  log_json(screen.io, "error", "a.mbox", "x");
  CHECK(nlohmann::json::parse(screen.err.str())["place"] == "a.mbox");
}

TEST_CASE("FaultLines: the progress line is taken away before anything is said") {
  for (const bool as_json : {false, true}) {
    Screen screen;
    screen.io.err_terminal = {.is_terminal = true, .width = 80, .redraws = true};
    ProgressLine progress(screen.io);
    FaultLines faults(screen.io, progress, false, as_json);
    progress.show({.bytes_done = 1});
    screen.err.str("");
    faults.say({"a.mbox", 1, "", ""}, Screen::fault());
    CHECK(screen.err.str().starts_with(as_json ? "\r\x1b[K{" : "\r\x1b[Kdmarcq: "));
    progress.wipe();
    CHECK(screen.err.str().ends_with('\n'));
  }
}

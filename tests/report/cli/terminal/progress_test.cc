// SPDX-License-Identifier: MIT
// The usual case: keep/ingest_result_test.cc.
#include "report/cli/terminal/progress.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "report/render/utf8.h"

using namespace dmarcq;

namespace {

struct Screen {
  std::ostringstream out, err;
  Io io{.out = out,
        .err = err,
        .out_terminal = {},
        .err_terminal = {.is_terminal = true, .width = 80, .redraws = true}};
};

const ProgressFigures long_run{.bytes_done = 1'240'000'000,
                               .bytes_total = 2'000'000'000,
                               .items = 4'120,
                               .reports = 3'980,
                               .records = 4'120'000,
                               .seconds = 10};

}  // namespace

TEST_CASE("progress_text: what is not known yet is not said") {
  struct Row {
    const char* name;
    ProgressFigures now;
    const char* words;
  };
  const Row rows[] = {
      {"nothing yet", {}, "0 bytes  0 items  0 reports"},
      {"one of each", {.bytes_done = 1, .items = 1, .reports = 1}, "1 byte  1 item  1 report"},
      {"a total of nothing is none",
       {.bytes_done = 5, .bytes_total = 0},
       "5 bytes  0 items  0 reports"},
      {"a share",
       {.bytes_done = 500, .bytes_total = 1000},
       " 50 %  500 bytes of 1.0 kB  0 items  0 reports"},
      {"it is not done before the end",
       {.bytes_done = 1000, .bytes_total = 1000},
       " 99 %  1.0 kB of 1.0 kB  0 items  0 reports"},
      {"more was read than there was",
       {.bytes_done = 3000, .bytes_total = 1000},
       " 99 %  3.0 kB of 1.0 kB  0 items  0 reports"},
      {"no rate in the first half second",
       {.records = 100, .seconds = 0.5},
       "0 bytes  0 items  0 reports"},
      {"a rate after it",
       {.records = 1'000, .seconds = 0.8},
       "0 bytes  0 items  0 reports  1,250 records/s"},
      {"no guess in the first two seconds",
       {.bytes_done = 500, .bytes_total = 1000, .records = 20, .seconds = 2},
       " 50 %  500 bytes of 1.0 kB  0 items  0 reports  10 records/s"},
      {"a guess after them",
       {.bytes_done = 500, .bytes_total = 1000, .records = 40, .seconds = 4},
       " 50 %  500 bytes of 1.0 kB  0 items  0 reports  10 records/s  0:04 left"},
      {"no guess from nothing",
       {.bytes_done = 0, .bytes_total = 1000, .seconds = 4},
       "  0 %  0 bytes of 1.0 kB  0 items  0 reports  0 records/s"},
      {"no guess without a total",
       {.bytes_done = 500, .seconds = 4},
       "500 bytes  0 items  0 reports  0 records/s"},
      {"nothing is left",
       {.bytes_done = 1000, .bytes_total = 1000, .seconds = 4},
       " 99 %  1.0 kB of 1.0 kB  0 items  0 reports  0 records/s  finishing"},
      {"nothing is left of a short run",
       {.bytes_done = 1000, .bytes_total = 1000, .seconds = 2},
       " 99 %  1.0 kB of 1.0 kB  0 items  0 reports  0 records/s"},
      {"what was known before took no time",
       {.bytes_done = 800, .bytes_total = 1000, .bytes_before = 600, .seconds = 4},
       " 80 %  800 bytes of 1.0 kB  0 items  0 reports  0 records/s  0:04 left"},
      {"nothing but what was known before",
       {.bytes_done = 600, .bytes_total = 1000, .bytes_before = 600, .seconds = 4},
       " 60 %  600 bytes of 1.0 kB  0 items  0 reports  0 records/s"},
      {"a second source has a time of its own",
       {.bytes_done = 500, .bytes_total = 1000, .records = 400, .seconds = 40, .source_seconds = 5},
       " 50 %  500 bytes of 1.0 kB  0 items  0 reports  10 records/s  0:05 left"},
      {"no guess in the first two seconds of a source",
       {.bytes_done = 500, .bytes_total = 1000, .seconds = 40, .source_seconds = 1},
       " 50 %  500 bytes of 1.0 kB  0 items  0 reports  0 records/s"},
      {"hours",
       {.bytes_done = 1, .bytes_total = 901, .seconds = 4.04},
       "  0 %  1 byte of 901 bytes  0 items  0 reports  0 records/s  1:00:36 left"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(progress_text(row.now) == row.words); }
  }
}

TEST_CASE("ProgressLine: at most ten times a second, and at once again after it was taken away") {
  Screen screen;
  ProgressLine line(screen.io);
  line.show({.bytes_done = 1});
  const std::string first = screen.err.str();
  CHECK(first == "\r1 byte  0 items  0 reports\x1b[K");
  line.show({.bytes_done = 2});
  CHECK(screen.err.str() == first);
  line.wipe();
  CHECK(screen.err.str() == first + "\r\x1b[K");
  line.wipe();
  CHECK(screen.err.str() == first + "\r\x1b[K");
  line.show({.bytes_done = 3});
  CHECK(screen.err.str() == first + "\r\x1b[K\r3 bytes  0 items  0 reports\x1b[K");
  CHECK(screen.out.str().empty());
}

TEST_CASE("ProgressLine: it stays on one line, and off the last column, whatever the width") {
  for (const unsigned width : {0u, 1u, 2u, 3u, 20u, 40u, 80u, 500u}) {
    CAPTURE(width);
    Screen screen;
    screen.io.err_terminal.width = width;
    ProgressLine line(screen.io);
    line.show(long_run);
    std::string shown = screen.err.str();
    REQUIRE(shown.starts_with('\r'));
    REQUIRE(shown.ends_with("\x1b[K"));
    shown = shown.substr(1, shown.size() - 4);
    CHECK(shown.find_first_of("\r\n\x1b") == std::string::npos);
    // A width that is not known is that of most terminals.
    CHECK(display_width(shown) <= (width > 1 ? width - 1 : 79));
    CHECK((shown == progress_text(long_run)) == (width == 500));
    // How long it takes is the last thing to leave.
    if (width >= 40) CHECK(shown.ends_with(" left"));
  }
}

TEST_CASE("ProgressLine: never drawn, never taken away; silent where it cannot redraw, or quiet") {
  Screen unused;
  {
    const ProgressLine line(unused.io);
  }
  CHECK(unused.err.str().empty());
  for (const bool quiet : {false, true}) {
    Screen screen;
    screen.io.quiet = quiet;
    screen.io.err_terminal.redraws = quiet;
    {
      ProgressLine line(screen.io);
      line.show(long_run);
      line.wipe();
    }
    CHECK(screen.err.str().empty());
  }
}

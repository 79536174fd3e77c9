// SPDX-License-Identifier: MIT
#include "report/cli/terminal/output.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <ostream>

using namespace dmarcq;

TEST_CASE("OutputBuffer: everything arrives, in order") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  {
    OutputBuffer buffer(ends[1], false, 16);
    std::ostream out(&buffer);
    for (int i = 0; i < 100; ++i) out << i << ' ';
  }
  close(ends[1]);
  std::string got;
  char block[64];
  for (ssize_t n; (n = read(ends[0], block, sizeof block)) > 0;)
    got.append(block, static_cast<std::size_t>(n));
  close(ends[0]);
  CHECK(got.starts_with("0 1 2 3 4 "));
  CHECK(got.ends_with("98 99 "));
  CHECK(got.size() == 10 * 2 + 90 * 3);
}

TEST_CASE("OutputBuffer: a reader that has gone is told apart from a full disk") {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  {
    OutputBuffer buffer(ends[1], false, 16);
    std::ostream out(&buffer);
    out.exceptions(std::ios::badbit);
    CHECK_THROWS_AS(out << "more than sixteen characters" << std::flush, OutputClosed);
  }
  close(ends[1]);
  const int full = open("/dev/full", O_WRONLY);
  REQUIRE(full >= 0);
  {
    OutputBuffer buffer(full, false, 16);
    std::ostream out(&buffer);
    out.exceptions(std::ios::badbit);
    CHECK_THROWS_AS(out << "x" << std::flush, OutputFailed);
    OutputBuffer quiet(full, true, 16);
    std::ostream err(&quiet);
    err.exceptions(std::ios::badbit);
    CHECK_NOTHROW(err << "x" << std::flush);
  }
  close(full);
}

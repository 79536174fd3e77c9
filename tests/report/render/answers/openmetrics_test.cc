// SPDX-License-Identifier: MIT
#include "report/render/answers/openmetrics.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace dmarcq;

TEST_CASE("metrics: a heading for each family, and the end") {
  std::ostringstream out;
  MetricsWriter metrics(out);
  metrics.family("dmarcq_messages", "Messages.");
  metrics.sample({{"client", ""}, {"domain", "a.example"}}, 9'007'199'254'740'992);
  metrics.family("dmarcq_time_seconds", "When.", "seconds");
  metrics.sample({}, 0);
  metrics.finish();
  CHECK(out.str() ==
        "# TYPE dmarcq_messages gauge\n"
        "# HELP dmarcq_messages Messages.\n"
        "dmarcq_messages{client=\"\",domain=\"a.example\"} 9007199254740992\n"
        "# TYPE dmarcq_time_seconds gauge\n"
        "# UNIT dmarcq_time_seconds seconds\n"
        "# HELP dmarcq_time_seconds When.\n"
        "dmarcq_time_seconds 0\n"
        "# EOF\n");
}

TEST_CASE("metrics: no label ends its line, its quotes or the file") {
  struct Row {
    const char *name, *value, *expected;
  };
  for (const Row& row : {
           Row{"plain", "a.example", "a.example"},
           Row{"quotes", "a\"} 1\n# EOF\nb", "a\\\"} 1\\\\x0a# EOF\\\\x0ab"},
           Row{"a backslash at the end", "a\\", "a\\\\"},
           Row{"carriage return, tab, escape", "a\r\t\x1b", "a\\\\x0d\\\\x09\\\\x1b"},
           Row{"a line end of Unicode", "a\u0085b", "a\\\\x85b"},
           Row{"other letters", "m\u00fcller", "m\u00fcller"},
           Row{"ill-formed", "a\xff", "a\uFFFD"},
       }) {
    CAPTURE(row.name);
    std::ostringstream out;
    MetricsWriter metrics(out);
    metrics.family("m", "M.");
    metrics.sample({{"l", row.value}}, 1);
    CHECK(out.str() ==
          "# TYPE m gauge\n# HELP m M.\nm{l=\"" + std::string(row.expected) + "\"} 1\n");
  }
}

TEST_CASE("metrics: the same labels are written once in a family") {
  std::ostringstream out;
  MetricsWriter metrics(out);
  for (const char* name : {"m", "n"}) {
    metrics.family(name, "M.");
    metrics.sample({{"l", "a\xff"}}, 1);
    metrics.sample({{"l", "a\xfe"}}, 2);
    metrics.sample({{"l", "b"}}, 3);
  }
  CHECK(out.str() ==
        "# TYPE m gauge\n# HELP m M.\nm{l=\"a\uFFFD\"} 1\nm{l=\"b\"} 3\n"
        "# TYPE n gauge\n# HELP n M.\nn{l=\"a\uFFFD\"} 1\nn{l=\"b\"} 3\n");
}

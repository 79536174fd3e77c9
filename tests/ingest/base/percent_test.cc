// SPDX-License-Identifier: MIT
#include "ingest/base/percent.h"

#include <doctest/doctest.h>

using namespace dmarcq;
using namespace std::string_view_literals;

TEST_CASE("percent: what is plain stays, all else is escaped") {
  struct Row {
    std::string_view text, plain, expected;
  };
  for (const Row& row : {Row{"", "", ""}, Row{"aZ09", "", "aZ09"}, Row{"a.b", "", "a%2Eb"},
                         Row{"a.b", ".", "a.b"}, Row{"E-Mail, main", "-_.", "E-Mail%2C%20main"},
                         Row{"50%", "", "50%25"}, Row{"\xC3\xBC\0"sv, "", "%C3%BC%00"}}) {
    CAPTURE(std::string(row.text));
    CHECK(percent_encoded(row.text, row.plain) == row.expected);
    CHECK(percent_decoded(row.expected) == row.text);
    CHECK(percent_decoded_strictly(row.expected) == row.text);
  }
}

TEST_CASE("percent: what is no escape") {
  struct Row {
    const char *text, *lenient;
  };
  for (const Row& row : {Row{"%", "%"}, Row{"%4", "%4"}, Row{"%4g", "%4g"}, Row{"%-1", "%-1"},
                         Row{"Open %", "Open %"}, Row{"%%41", "%A"}, Row{"%41%4", "A%4"},
                         Row{"%+1", "%+1"}, Row{"% 1", "% 1"}, Row{"%0x41", "%0x41"}}) {
    CAPTURE(row.text);
    CHECK(percent_decoded(row.text) == row.lenient);
    CHECK(!percent_decoded_strictly(row.text));
  }
  CHECK(percent_decoded("%4a%4A") == "JJ");
}

// SPDX-License-Identifier: MIT
#include "parser/mail_date.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

TEST_CASE("mail dates: as servers write them") {
  constexpr EpochSeconds at = 1'795'508'100;  // 2026-11-24T08:15:00Z
  struct Row {
    const char* text;
    EpochSeconds expected;
  };
  for (const Row& row : {
           Row{"Tue, 24 Nov 2026 08:15:00 +0000", at},
           Row{"Tue, 24 Nov 2026 09:15:00 +0100 (CET)", at},
           Row{"24 Nov 2026 08:15 GMT", at},
           Row{"Tue,24 Nov 2026 08:15:00 -0000", at},
           Row{"  Tue,\r\n\t24 nov 2026 08:15:00\t+0000", at},
           Row{"Tue, 24 November 2026 08:15:00 UTC", at},
           Row{"Tue (day) , 24 (x (y)) Nov 2026 08:15:00 Z", at},
           Row{"24 Nov 26 08:15:00 +0000", at},
           Row{"24 Nov 126 08:15:00 +0000", at},
           Row{"Tue, 24 Nov 2026 00:15:00 PST", at},
           Row{"Tue, 24 Nov 2026 01:15:00 pdt", at},
           Row{"Tue, 24 Nov 2026 03:15:00 EST", at},
           Row{"Tue, 24 Nov 2026 13:45:00 +0530", at},
           Row{"Tue, 24 Nov 2026 08:15:00", at},
           Row{"Tue, 24 Nov 2026 08:15:00 XYZ", at},
           Row{"Tue, 24 Nov 2026 08:15:00 +9999", at},
           Row{"Tue, 24 Nov 2026 08:14:60 +0000", at},
           Row{"1 Jan 1970 00:00:00 +0000", 0},
           Row{"1 Jan 70 00:00:00 +0000", 0},
           Row{"29 Feb 2024 00:00:00 +0000", 1'709'164'800},
       }) {
    CAPTURE(row.text);
    CHECK(parse_mail_date(row.text) == row.expected);
  }
}

TEST_CASE("mail dates: what is none") {
  for (const char* text :
       {"", "Tue", "Tue, 24 Nov 2026", "24 Nov 2026", "Tue, 24 Nov 2026 25:00:00 +0000",
        "Tue, 24 Nov 2026 08:60 +0000", "Tue, 24 Nov 2026 08:15:61 +0000",
        "Tue, 31 Nov 2026 08:15:00 +0000", "29 Feb 2026 08:15:00 +0000",
        "0 Nov 2026 08:15:00 +0000", "32 Nov 2026 08:15:00 +0000", "24 Foo 2026 08:15:00 +0000",
        "24 Nov x 08:15:00 +0000", "24 Nov 2026 0815 +0000", "2026-11-24T08:15:00Z",
        "-4 Nov 2026 08:15:00 +0000", "(Tue, 24 Nov 2026 08:15:00 +0000)",
        "24 Nov 2026 08:-5:00 +0000", "24 Nov 99999 08:15:00 +0000"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mail_date(text));
  }
  CHECK_FALSE(parse_mail_date(std::string(1'000'000, ' ') + "24 Nov 2026 08:15:00 +0000"));
  CHECK_FALSE(parse_mail_date(std::string(1'000'000, '(')));
}

// SPDX-License-Identifier: MIT
#include "report/analysis/stream/copied_signatures.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/stream/placed_rows.h"

using namespace dmarcq;

TEST_CASE("copied signatures: a burst of broken ones from places that delivered no other mail") {
  constexpr Day last = 20'119, first = last - 119, window_first = last - 29;
  using Mail = PlacedRows::Mail;
  struct Row {
    const char* name;
    std::vector<Mail> broken;
    std::uint64_t passing;
    Standing standing;
  };
  for (const Row& row : {
           Row{"two days of thousands",
               {{.first = last - 5, .last = last - 4, .messages = 3'000}},
               1'000,
               Standing::spoofed},
           Row{"near miss: a hundred",
               {{.first = last - 5, .last = last - 4, .messages = 100}},
               100,
               Standing::forwarded},
           Row{"just above",
               {{.first = last - 5, .last = last - 4, .messages = 101}},
               100,
               Standing::spoofed},
           Row{"near miss: a fifth of what passes",
               {{.first = last - 5, .last = last - 4, .messages = 200}},
               1'000,
               Standing::forwarded},
           Row{"near miss: the same place has mail on other days",
               {{.first = last - 5, .last = last - 4, .messages = 3'000},
                {.first = last - 60, .last = last - 60, .messages = 1}},
               1'000,
               Standing::forwarded},
           Row{"near miss: every day",
               {{.first = last - 29, .last = last, .messages = 3'000}},
               1'000,
               Standing::forwarded},
           Row{"near miss: eight days",
               {{.first = last - 7, .last = last, .messages = 3'000}},
               1'000,
               Standing::forwarded},
           Row{"seven days",
               {{.first = last - 6, .last = last, .messages = 3'000}},
               1'000,
               Standing::spoofed},
       }) {
    CAPTURE(row.name);
    PlacedRows rows;
    rows.add({.standing = Standing::forwarded,
              .why = {.reason = StandingReason::forwarded},
              .open = OpenStanding::broken,
              .sender = rows.word("forwarders")},
             row.broken);
    rows.add({.standing = Standing::own},
             {{.first = first, .last = last, .messages = row.passing}});
    const Timeline::Window window = rows.finish();
    const auto decided = decide_copied_signatures(rows.placements, RowCounts(rows.timeline, window),
                                                  first, window_first, last, rows.words);
    CHECK(decided[0].standing == row.standing);
    CHECK(decided[1].standing == Standing::own);
    CHECK(*decided[0].sender ==
          (row.standing == Standing::spoofed ? spoofing_sender : "forwarders"));
  }
}

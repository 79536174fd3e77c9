// SPDX-License-Identifier: MIT
#include "report/analysis/stream/replay.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/stream/placed_rows.h"

using namespace dmarcq;

TEST_CASE("replay: more good signatures at strangers than the owner's own senders made") {
  constexpr Day last = 20'119, window_first = last - 29;
  struct Row {
    const char* name;
    int addresses = 10;
    std::uint64_t messages = 60;  ///< at each address a day
    Day days = 2;
    std::uint64_t own = 599;
    bool is_signed = true, at_mailbox = false;
    Standing standing = Standing::forwarded;
    bool found = false;
  };
  for (const Row& row : {
           Row{.name = "two days", .found = true},
           Row{.name = "a week", .days = 7, .found = true},
           Row{.name = "near miss: eight days", .days = 8},
           Row{.name = "near miss: nine addresses", .addresses = 9, .messages = 100},
           Row{.name = "near miss: below 500", .messages = 49, .own = 10},
           Row{.name = "500", .messages = 50, .own = 10, .found = true},
           Row{.name = "near miss: as much as the owner sent", .own = 600},
           Row{.name = "near miss: no good signature", .is_signed = false},
           Row{.name = "near miss: a mailbox service forwards it", .at_mailbox = true},
           Row{.name = "near miss: spoofed", .standing = Standing::spoofed},
       }) {
    CAPTURE(row.name);
    PlacedRows rows;
    rows.add({.standing = Standing::own},
             {{.first = window_first, .last = last, .messages = row.own}});
    for (int i = 0; i < row.addresses; ++i)
      rows.add({.standing = row.standing}, {{.ip = "203.0.113." + std::to_string(i + 1),
                                             .first = last - row.days,
                                             .last = last - 1,
                                             .messages = row.messages}});
    rows.judged.senders.resize(2);
    rows.judged.senders[1].via_class = row.at_mailbox ? ServiceClass::mailbox
                                                      : ServiceClass::unknown;
    for (std::size_t i = 0; i < rows.judged.rows.size(); ++i) {
      rows.judged.rows[i].dkim_aligned = i == 0 || row.is_signed;
      rows.judged.rows[i].sender = i == 0 ? 0 : 1;
    }
    const Timeline::Window window = rows.finish();
    const auto replay = find_replay(rows.placements, window.rows, rows.judged,
                                    RowCounts(rows.timeline, window), window_first, last);
    REQUIRE(replay.has_value() == row.found);
    if (!replay) continue;
    CHECK(replay->first == last - row.days);
    CHECK(replay->last == last - 1);
    CHECK(replay->messages == static_cast<std::uint64_t>(row.addresses) * row.messages *
                                  static_cast<std::uint64_t>(row.days));
  }
}

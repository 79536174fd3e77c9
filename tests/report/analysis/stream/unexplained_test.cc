// SPDX-License-Identifier: MIT
// What fails and keeps coming is a question; what comes in waves is spoofing.
#include "report/analysis/stream/unexplained.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/stream/placed_rows.h"

using namespace dmarcq;

namespace {

constexpr Day last = 20'119, first = last - 119, window_first = last - 29;

Placement open_row(PlacedRows& rows, OpenStanding open, std::string_view sender = "host.example") {
  return {.standing = open == OpenStanding::account ? Standing::foreign : Standing::spoofed,
          .open = open,
          .sender = rows.word(sender)};
}

std::vector<Placement> decide(PlacedRows& rows) {
  const Timeline::Window window = rows.finish();
  return decide_unexplained(rows.placements, window.rows, RowCounts(rows.timeline, window), first,
                            window_first, last, rows.words);
}

}  // namespace

TEST_CASE("unexplained: one sender") {
  using Mail = PlacedRows::Mail;
  const Mail month{.first = last - 29, .last = last};
  struct Row {
    const char* name;
    OpenStanding open;
    bool good_name;
    std::vector<Mail> mail;
    Standing standing;
    StandingReason reason = StandingReason::no_tie;
  };
  constexpr auto keeps_coming = StandingReason::keeps_coming;
  for (const Row& row : {
           Row{"every day",
               OpenStanding::stranger,
               false,
               {month},
               Standing::unidentified,
               keeps_coming},
           Row{"another's account, every day",
               OpenStanding::account,
               false,
               {month},
               Standing::unidentified,
               keeps_coming},
           Row{"three days",
               OpenStanding::stranger,
               false,
               {{.first = last - 2, .last = last}},
               Standing::spoofed},
           Row{"another's account, three days",
               OpenStanding::account,
               false,
               {{.first = last - 2, .last = last}},
               Standing::foreign},
           Row{"three days under a good name",
               OpenStanding::stranger,
               true,
               {{.first = last - 2, .last = last}},
               Standing::unidentified,
               StandingReason::good_name},
           Row{"near miss: two days under a good name",
               OpenStanding::stranger,
               true,
               {{.first = last - 1, .last = last}},
               Standing::spoofed},
           Row{"it ended before the window",
               OpenStanding::stranger,
               false,
               {{.first = window_first - 40, .last = window_first - 1}},
               Standing::spoofed},
           Row{"near miss: on the window's first day",
               OpenStanding::stranger,
               false,
               {{.first = window_first - 40, .last = window_first}},
               Standing::unidentified,
               keeps_coming},
           Row{"every day, but three months ago",
               OpenStanding::stranger,
               false,
               {{.first = first, .last = first + 29}},
               Standing::spoofed},
           Row{"nothing is open", OpenStanding::none, false, {month}, Standing::spoofed},
       }) {
    CAPTURE(row.name);
    PlacedRows rows;
    Placement placement = open_row(rows, row.open);
    placement.good_name = row.good_name;
    rows.add(placement, row.mail);
    const Placement p = decide(rows).front();
    CHECK(p.standing == row.standing);
    CHECK(static_cast<int>(p.why.reason) == static_cast<int>(row.reason));
    CHECK((p.why.rhythm != Rhythm::none) == (row.reason == keeps_coming));
    const bool lumped = row.standing == Standing::spoofed && row.open == OpenStanding::stranger;
    CHECK(*p.sender == (lumped ? spoofing_sender : "host.example"));
  }
}

TEST_CASE("unexplained: a network whose addresses take turns under several names is a wave") {
  struct Row {
    const char* name;
    int addresses;
    bool one_network, several_names;
    Standing standing;
  };
  for (const Row& row : {
           Row{"ten addresses of a network, two names", 10, true, true, Standing::spoofed},
           Row{"near miss: one name", 10, true, false, Standing::unidentified},
           Row{"near miss: networks of their own", 10, false, true, Standing::unidentified},
           Row{"near miss: two addresses", 2, true, true, Standing::unidentified},
       }) {
    CAPTURE(row.name);
    PlacedRows rows;
    for (int i = 0; i < row.addresses; ++i) {
      const std::string host = std::to_string(i + 1);
      for (const char* name : {"one.example", "two.example"}) {
        const bool other = row.several_names && std::string(name) == "two.example";
        if (!row.several_names && std::string(name) == "two.example") continue;
        const std::string ip = row.one_network ? "203.0.113." + host
                                               : (other ? "10.9." : "10.8.") + host + ".1";
        rows.add(open_row(rows, OpenStanding::stranger, name),
                 {{.ip = ip, .first = last - 29, .last = last}});
      }
    }
    for (const Placement& p : decide(rows)) CHECK(p.standing == row.standing);
  }
}

// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/open_question.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/readiness/facts_support.h"

using namespace dmarcq;

TEST_CASE("open question: mail of unproven origin that keeps coming or weighs something") {
  constexpr Standing possible = Standing::possible, unidentified = Standing::unidentified;
  struct Row {
    const char* name;
    DailyMail mail;
    bool steady, young;
    bool asked;
  };
  for (const Row& row :
       {Row{"steady", {.standing = possible, .both = 1}, true, false, true},
        Row{"own mail is none", {.standing = Standing::own, .both = 1}, true, false, false},
        Row{"spoofed mail is none",
            {.standing = Standing::spoofed, .both = 0, .fail = 9},
            true,
            false,
            false},
        Row{"unidentified, steady",
            {.standing = unidentified, .both = 0, .fail = 1},
            true,
            false,
            true},
        Row{"near miss: unidentified, and passes",
            {.standing = unidentified, .both = 1},
            true,
            false,
            false},
        Row{"near miss: told by one unknown reporter",
            {.standing = possible, .both = 1, .first = 20'111, .last = 20'118, .reporters = {9}},
            true,
            false,
            false},
        Row{"possible, on five days",
            {.standing = possible, .both = 1, .first = 20'100, .last = 20'104},
            false,
            false,
            true},
        Row{"near miss: on four days and little",
            {.standing = possible, .both = 1, .first = 20'100, .last = 20'103},
            false,
            false,
            false},
        Row{"two days and much",
            {.standing = possible, .both = 500, .first = 20'100, .last = 20'101},
            false,
            false,
            true},
        Row{"near miss: much on one day",
            {.standing = possible, .both = 500, .first = 20'100, .last = 20'100},
            false,
            false,
            false},
        Row{"near miss: too young to tell",
            {.standing = possible, .both = 1, .first = 20'100, .last = 20'104},
            false,
            true,
            false},
        Row{"unidentified, five days and much",
            {.standing = unidentified, .both = 0, .fail = 50, .first = 20'100, .last = 20'104},
            false,
            false,
            true},
        Row{"near miss: unidentified, five days and little",
            {.standing = unidentified, .both = 0, .fail = 1, .first = 20'100, .last = 20'104},
            false,
            false,
            false},
        Row{"near miss: unidentified, much on two days",
            {.standing = unidentified, .both = 0, .fail = 500, .first = 20'100, .last = 20'101},
            false,
            false,
            false},
        Row{"just begun, at several reporters",
            {.standing = possible, .both = 7, .first = 20'119},
            false,
            false,
            true},
        Row{"near miss: just begun, few messages",
            {.standing = possible, .both = 6, .first = 20'119},
            false,
            false,
            false}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.add({.both = 100});
    Stream& stream = w.add(row.mail);
    stream.sender = "asked about";
    if (row.steady) stream.persistence.rhythm = Rhythm::named;
    if (row.young) stream.why.reason = StandingReason::good_name;
    const WindowFacts facts = w.facts();
    for (const SenderFacts& sender : facts.senders)
      if (facts.stream(sender).sender == "asked about")
        CHECK(is_open_question(facts, sender) == row.asked);
  }
}

TEST_CASE("open question: two reporters vouch for a sender, or one that is known") {
  struct Row {
    std::vector<std::uint32_t> reporters;
    LeftOut without;
    bool vouched;
  };
  // Reporters 1 to 3 report on own mail on each day of the window, 8 and 9 on nothing else.
  for (const Row& row : {Row{{1}, {}, true}, Row{{9}, {}, false}, Row{{8, 9}, {}, true},
                         Row{{8, 9}, 9u, false}, Row{{1, 9}, 9u, true}, Row{{1, 9}, 1u, false}}) {
    HandMadeWindow w;
    w.add({});
    w.add({.standing = Standing::possible, .sender = "p", .reporters = row.reporters});
    const WindowFacts facts = w.facts();
    CHECK(is_vouched_for(facts, facts.senders.back(), row.without) == row.vouched);
  }
}

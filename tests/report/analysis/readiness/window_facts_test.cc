// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/window_facts.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/readiness/facts_support.h"

using namespace dmarcq;

TEST_CASE("window facts: the target is the next step above the policy in force") {
  struct Row {
    const char *asked, *p, *target;
  };
  for (const Row& row :
       {Row{"", "none", "quarantine"}, Row{"", "quarantine", "reject"}, Row{"", "reject", "reject"},
        Row{"quarantine", "reject", "quarantine"}, Row{"reject", "none", "reject"}}) {
    CAPTURE(row.p);
    HandMadeWindow w;
    w.question.target = row.asked;
    w.p = row.p;
    CHECK(w.facts().target == row.target);
  }
  HandMadeWindow unreported;
  unreported.question.target = "";
  unreported.reporters = {};
  CHECK(unreported.facts().target == "quarantine");
  CHECK(unreported.facts().newest_report == 0);
}

TEST_CASE("window facts: senders by standing, then by messages, and their sums") {
  HandMadeWindow w;
  w.add({.sender = "small", .both = 1});
  w.add({.standing = Standing::spoofed, .sender = "forger", .both = 0, .fail = 100});
  w.add({.sender = "large", .both = 100});
  w.add({.standing = Standing::possible, .sender = "agency", .both = 2});
  w.add({.sender = "gone before the window", .last = 20'089});
  const WindowFacts facts = w.facts();
  std::vector<std::string> order;
  for (const SenderFacts& sender : facts.senders) order.push_back(facts.stream(sender).sender);
  CHECK(order == std::vector<std::string>{"large", "small", "agency", "forger"});
  CHECK(facts.sum(Standing::own).messages() == 30u * 3 * 101);
  CHECK(facts.candidates == 30u * 3 * 103);
  CHECK(facts.reporters_by_volume == std::vector<std::uint32_t>{3, 2, 1});  // all told as much
  CHECK(facts.senders.front().total(2u).messages() == 30u * 2 * 100);
  CHECK(facts.senders.back().by_reporter.empty());
  CHECK(facts.silent.size() == 1);
  CHECK(total_before(facts, w.streams.list[0]).messages() == 30u * 3);
}

TEST_CASE("window facts: a reporter is known by its days and the own mail it saw") {
  struct Row {
    const char* name;
    Day reports_first;
    std::uint64_t messages;  ///< a day
    bool known;
  };
  for (const Row& row :
       {Row{"20 days, no own mail", 20'100, 0, true}, Row{"near miss: 19 days", 20'101, 0, false},
        Row{"10 days and 50 messages", 20'110, 5, true},
        Row{"near miss: 10 days and 40", 20'110, 4, false},
        Row{"near miss: 9 days and 90", 20'111, 10, false}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.reporters = {7};
    w.reports_first = row.reports_first;
    if (row.messages > 0)
      w.add({.both = row.messages, .first = row.reports_first, .reporters = {7}});
    CHECK(w.facts().established.contains(7) == row.known);
  }
}

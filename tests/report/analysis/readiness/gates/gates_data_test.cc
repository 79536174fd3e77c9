// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/report/analysis/readiness/facts_support.h"

using namespace dmarcq;

TEST_CASE("G1: reports cover the days, and quarantine has been in effect for a month") {
  struct Row {
    const char* name;
    const char *target, *p;
    Day first;
    unsigned business_cycle;
    bool passed;
    Day observed;
    std::optional<Day> enforced;
  };
  for (const Row& row :
       {Row{"30 days", "quarantine", "none", 20'090, 0, true, 30, {}},
        Row{"near miss: 29 days", "quarantine", "none", 20'091, 0, false, 29, {}},
        Row{"a business cycle of 60 days", "quarantine", "none", 20'060, 60, true, 60, {}},
        Row{"near miss: 59 days of it", "quarantine", "none", 20'061, 60, false, 59, {}},
        Row{"reject after a month of quarantine", "reject", "quarantine", 20'090, 0, true, 30, 30},
        Row{"near miss: 29 days of it", "reject", "quarantine", 20'091, 0, false, 29, 29},
        Row{"reject without any quarantine", "reject", "none", 20'000, 0, false, 120, 0}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.question.target = row.target;
    w.question.limits.business_cycle_days = row.business_cycle;
    w.p = row.p;
    w.reports_first = row.first;
    const Gate gate = gate_observation(w.facts());
    CHECK(gate.failed() == !row.passed);
    CHECK(gate.about_data());
    CHECK(figures_of<ObservationFigures>(gate).observed == row.observed);
    CHECK(figures_of<ObservationFigures>(gate).enforced == row.enforced);
  }
}

TEST_CASE("G2: the last report is recent, and several reporters reported in the window") {
  struct Row {
    const char* name;
    Day last;
    std::vector<std::uint32_t> reporters;
    bool passed;
    Day age;
  };
  for (const Row& row : {Row{"yesterday, three", 20'119, {1, 2, 3}, true, 1},
                         Row{"three days ago", 20'117, {1, 2, 3}, true, 3},
                         Row{"near miss: four days ago", 20'116, {1, 2, 3}, false, 4},
                         Row{"near miss: two reporters", 20'119, {1, 2}, false, 1},
                         Row{"all before the window", 20'080, {1, 2, 3}, false, 40},
                         Row{"none at all", 20'119, {}, false, 0}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.reports_last = row.last;
    w.reporters = row.reporters;
    const Gate gate = gate_freshness(w.facts());
    CHECK(gate.failed() == !row.passed);
    CHECK(figures_of<FreshnessFigures>(gate).age == row.age);
  }
}

TEST_CASE("G3: own mail counts, and none is needed where the owner said that there is none") {
  struct Row {
    const char* name;
    Standing standing;
    std::uint64_t daily;  ///< at each of three reporters
    bool declared, passed;
  };
  for (const Row& row :
       {Row{"1,080", Standing::own, 12, false, true},
        Row{"near miss: 990", Standing::own, 11, false, false},
        Row{"near miss: not proven to be own", Standing::possible, 100, false, false},
        Row{"spoofed", Standing::spoofed, 100, false, false},
        Row{"declared silent, spoofed", Standing::spoofed, 100, true, true},
        Row{"near miss: declared silent, but it sends", Standing::own, 1, true, false}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.add({.standing = row.standing, .both = row.daily});
    if (row.declared)
      w.owner.entries.push_back({.kind = OwnerEntry::Kind::no_mail, .value = "example.com"});
    CHECK(gate_volume(w.facts()).failed() == !row.passed);
  }
}

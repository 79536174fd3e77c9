// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "report/analysis/sender/salesforce.h"
#include "tests/report/analysis/readiness/facts_support.h"

using namespace dmarcq;

TEST_CASE("G4: all own mail and each own sender pass often enough") {
  struct Row {
    const char* name;
    const char* target;
    std::vector<DailyMail> mail;
    Gate::Status status;
    std::size_t below;
  };
  using S = Gate::Status;
  for (const Row& row :
       {Row{"no own sender",
            "quarantine",
            {{.standing = Standing::spoofed, .fail = 50}},
            S::shown,
            0},
        Row{"all pass", "quarantine", {{}}, S::passed, 0},
        Row{"2 % fail", "quarantine", {{.both = 98, .fail = 2}}, S::passed, 0},
        Row{"near miss: 3 % of all fail", "quarantine", {{.both = 97, .fail = 3}}, S::failed, 0},
        Row{"a small sender fails",
            "quarantine",
            {{.both = 1000}, {.sender = "b", .both = 9, .fail = 1}},
            S::failed,
            1},
        Row{"near miss: within its limit",
            "quarantine",
            {{.both = 1000}, {.sender = "b", .both = 19, .fail = 1}},
            S::passed,
            0},
        Row{"reject asks for more",
            "reject",
            {{.both = 1000}, {.sender = "b", .both = 19, .fail = 1}},
            S::failed,
            1},
        Row{"temporary errors do not count",
            "quarantine",
            {{.both = 10, .temporary = 10}},
            S::passed,
            0},
        Row{"forwarded mail fails, which is not the sender's fault",
            "quarantine",
            {{}, {.standing = Standing::forwarded, .both = 0, .fail = 50}},
            S::passed,
            0}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.question.target = row.target;
    for (const DailyMail& mail : row.mail) w.add(mail);
    const Gate gate = gate_pass_rate(w.facts());
    CHECK(gate.status == row.status);
    CHECK(figures_of<PassRateFigures>(gate).below.size() == row.below);
  }
}

TEST_CASE("G4: asked without one reporter, the others are taken at their word") {
  HandMadeWindow w;
  Stream& sender = w.add({.both = 100});
  for (StreamCount& count : sender.counts)
    if (count.reporter == 2) count.both = 0, count.fail = 100;
  const WindowFacts facts = w.facts();
  const Gate gate = gate_pass_rate(facts);
  CHECK_FALSE(gate.failed());
  REQUIRE(figures_of<PassRateFigures>(gate).overruled.size() == 1);
  CHECK(figures_of<PassRateFigures>(gate).overruled.front().reporter == 2);
  CHECK_FALSE(figures_of<PassRateFigures>(gate).overruled.front().hid_failures);
  CHECK(gate_pass_rate(facts, 1u).failed());
  CHECK_FALSE(gate_pass_rate(facts, 2u).failed());
}

TEST_CASE("G5: all mail, shown only") {
  HandMadeWindow w;
  w.add({.both = 10, .fail = 1, .temporary = 2});
  w.add({.standing = Standing::spoofed, .both = 0, .fail = 10});
  const Gate gate = gate_raw_pass_rate(w.facts());
  CHECK(gate.status == Gate::Status::shown);
  CHECK(figures_of<RawPassRateFigures>(gate).passed == 30u * 3 * 10);
  CHECK(figures_of<RawPassRateFigures>(gate).failed == 30u * 3 * 13);
}

TEST_CASE("G6: Salesforce orgs of unproven origin, and for reject senders that do not sign") {
  const auto add_org = [](HandMadeWindow& w, const std::string& org, const DailyMail& mail) {
    Stream& stream = w.add(mail);
    stream.service = salesforce_service;
    stream.route = salesforce_route::core;
    stream.org_id = org;
    stream.persistence.rhythm = Rhythm::named;
  };
  const DailyMail possible{.standing = Standing::possible, .sender = "Salesforce core"};
  struct Row {
    const char* name;
    std::size_t orgs;
    std::size_t named, more;
  };
  for (const Row& row : {Row{"none", 0, 0, 0}, Row{"one", 1, 1, 0}, Row{"three are named", 3, 3, 0},
                         Row{"of four the first two", 4, 2, 2}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    for (std::size_t i = 0; i < row.orgs; ++i) add_org(w, "org" + std::to_string(i), possible);
    const Gate gate = gate_routes(w.facts());
    CHECK(gate.failed() == (row.orgs > 0));
    CHECK(figures_of<RouteFigures>(gate).unclaimed.size() == row.named);
    CHECK(figures_of<RouteFigures>(gate).more_orgs.size() == row.more);
  }
  SUBCASE("near miss: only one reporter, unknown so far, saw it") {
    HandMadeWindow w;
    add_org(w, "org", {.standing = Standing::possible, .sender = "s", .reporters = {9}});
    CHECK_FALSE(gate_routes(w.facts()).failed());
  }
  SUBCASE("near miss: another service is for G7") {
    HandMadeWindow w;
    Stream& stream = w.add(possible);
    stream.persistence.rhythm = Rhythm::named;
    const WindowFacts facts = w.facts();
    CHECK_FALSE(gate_routes(facts).failed());
    CHECK(gate_unknown_sources(facts).failed());
  }
  SUBCASE("SPF alone is enough for quarantine, not for reject") {
    HandMadeWindow w;
    w.add({.both = 90, .spf_only = 10});
    CHECK_FALSE(gate_routes(w.facts()).failed());
    w.question.target = "reject";
    CHECK(gate_routes(w.facts()).failed());
    w.question.limits.spf_only_share = 0.1;
    CHECK_FALSE(gate_routes(w.facts()).failed());
  }
}

TEST_CASE("G8: a sender that is newer than the limit") {
  struct Row {
    const char* name;
    const char* target;
    DailyMail mail;
    bool passed;
  };
  for (const Row& row : {Row{"there from the beginning", "quarantine", {}, true},
                         Row{"began 14 days ago", "quarantine", {.first = 20'106}, false},
                         Row{"near miss: 15 days ago", "quarantine", {.first = 20'105}, true},
                         Row{"reject asks for 30 days", "reject", {.first = 20'105}, false},
                         Row{"near miss: told by one unknown reporter",
                             "quarantine",
                             {.first = 20'106, .reporters = {9}},
                             true},
                         Row{"near miss: a stranger",
                             "quarantine",
                             {.standing = Standing::spoofed, .first = 20'106},
                             true}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.question.target = row.target;
    w.add(row.mail);
    CHECK(gate_new_senders(w.facts()).failed() == !row.passed);
  }
  SUBCASE("near miss: the domain itself is as new") {
    HandMadeWindow w;
    w.reports_first = 20'105;
    w.add({.first = 20'106});
    CHECK_FALSE(gate_new_senders(w.facts()).failed());
  }
  SUBCASE("near miss: mail of an old sender by another path") {
    HandMadeWindow w;
    w.add({.first = 20'106}).continues = true;
    CHECK_FALSE(gate_new_senders(w.facts()).failed());
  }
}

TEST_CASE("G9: a sender does worse than in the window before") {
  struct Row {
    const char* name;
    std::uint64_t failing_before, failing_now;  ///< of 100
    Day first;
    bool passed;
    std::size_t compared;
  };
  for (const Row& row :
       {Row{"fell", 0, 3, 20'000, false, 1}, Row{"near miss: as allowed", 0, 2, 20'000, true, 1},
        Row{"bad before as well", 10, 11, 20'000, true, 1}, Row{"better", 10, 0, 20'000, true, 1},
        Row{"near miss: nothing before", 0, 50, 20'090, true, 0}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    Stream& sender = w.add({.first = row.first});
    for (StreamCount& count : sender.counts) {
      count.fail = count.day >= 20'090 ? row.failing_now : row.failing_before;
      count.both = 100 - count.fail;
    }
    const Gate gate = gate_stability(w.facts());
    CHECK(gate.failed() == !row.passed);
    CHECK(figures_of<StabilityFigures>(gate).compared == row.compared);
  }
}

TEST_CASE("G10: own mail that fails at forwarders and lists") {
  struct Row {
    const char* name;
    std::uint64_t own, failing, rescued;
    bool passed;
  };
  for (const Row& row : {Row{"no mail at all", 0, 0, 0, true}, Row{"2 of 100", 98, 2, 0, true},
                         Row{"near miss: 3 of 100", 97, 3, 0, false},
                         Row{"delivered all the same", 97, 3, 1, true}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    if (row.own > 0) w.add({.both = row.own});
    if (row.failing > 0)
      for (StreamCount& count :
           w.add({.standing = Standing::forwarded, .both = 0, .fail = row.failing}).counts)
        count.rescued = row.rescued;
    CHECK(gate_indirect_loss(w.facts()).failed() == !row.passed);
  }
}

TEST_CASE("G11: a sender that fell silent, and one that is expected") {
  struct Row {
    const char* name;
    Day last;
    std::vector<std::string> expected;
    std::size_t silent, unseen;
  };
  for (const Row& row :
       {Row{"still there", 20'119, {}, 0, 0}, Row{"silent for a week", 20'112, {}, 1, 0},
        Row{"near miss: for six days", 20'113, {}, 0, 0},
        Row{"expected and seen", 20'119, {"news"}, 0, 0},
        Row{"expected, not seen", 20'119, {"payroll"}, 0, 1}}) {
    CAPTURE(row.name);
    HandMadeWindow w;
    w.add({.last = row.last});
    w.question.limits.expected = row.expected;
    const Gate gate = gate_missing_senders(w.facts());
    CHECK(figures_of<MissingSenderFigures>(gate).silent.size() == row.silent);
    CHECK(figures_of<MissingSenderFigures>(gate).unseen.size() == row.unseen);
    CHECK(gate.failed() == (row.silent + row.unseen > 0));
  }
}

// SPDX-License-Identifier: MIT
// What only days show. Judgements are written down as they are; whole ones: diagnose_test.cc.
#include "report/analysis/finding/day_series.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "report/analysis/sender/salesforce.h"
#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

/// Core mail of example.com and another service beside it, on route lines 0 and 1.
struct Mail {
  World world;
  RowLookup lookup = world.lookup();
  Judgement j;
  std::vector<SourceRow> rows;
  enum Line : std::uint32_t { core, other };

  Mail() {
    line("example.com", std::string(salesforce_service), std::string(salesforce_route::core));
    line("example.com", "Alpha", "");
    Sender from_core;
    from_core.place = Place::home;
    j.senders = {from_core};
  }
  RouteLine& line(const std::string& domain, const std::string& service, const std::string& route) {
    RouteLine& added = j.routes.emplace_back();
    added.domain = domain;
    added.service = service;
    added.service_id = service_id(service);
    added.route = route;
    return added;
  }
  /// A row from its sender's own address.
  std::size_t row(std::uint32_t route_line, Day first, Day last, RowSpec spec = {}) {
    spec.ip = "198.51.100." + std::to_string(rows.size());
    spec.first = first;
    spec.last = last;
    rows.push_back(world.add(spec));
    RowVerdict& verdict = j.rows.emplace_back();
    verdict.route_line = route_line;
    verdict.flow = Flow::direct;
    RouteLine& of = j.routes[route_line];
    of.first_day = of.first_day == 0 ? first : std::min(of.first_day, first);
    of.last_day = std::max(of.last_day, last);
    return rows.size() - 1;
  }
  /// So many messages of a row on each of these days.
  void count(DaySeries& series, std::size_t at, Day first, Day last, std::uint64_t messages,
             Day every = 1) const {
    SourceRow one = rows[at];
    one.messages = messages;
    for (Day day = first; day <= last; day += every) series.add(day, one);
  }
  const Finding* vanished() const {
    const auto found = std::ranges::find(j.findings, FindingCode::core_vanished, &Finding::code);
    return found == j.findings.end() ? nullptr : &*found;
  }
};

/// Core mail so many days apart, and what goes on beside it.
struct Life {
  Day first = 20'000, last = 20'020, every = 1;
  std::uint64_t messages = 5;  ///< a day
  Day other_last = 20'060;
  Flow flow = Flow::direct;
  Place place = Place::home;
  const char *other_domain = "example.com", *other_service = "Alpha", *other_route = "";
};

void judge_life(Mail& mail, const Life& life) {
  mail.j.senders.front().place = life.place;
  mail.j.routes[Mail::other].domain = life.other_domain;
  mail.j.routes[Mail::other].service = life.other_service;
  mail.j.routes[Mail::other].service_id = service_id(life.other_service);
  mail.j.routes[Mail::other].route = life.other_route;
  const std::size_t core = mail.row(Mail::core, life.first, life.last);
  mail.j.rows[core].flow = life.flow;
  const std::size_t other = mail.row(Mail::other, life.first, life.other_last);
  DaySeries series(mail.j, mail.rows, mail.lookup);
  mail.count(series, core, life.first, life.last, life.messages, life.every);
  mail.count(series, other, life.first, life.other_last, 3);
  judge_days(mail.j, series);
}

}  // namespace

TEST_CASE("day series: messages by route line and day") {
  Mail mail;
  const std::size_t passes =
      mail.row(Mail::core, 20'000, 20'005, {.evaluated = "pass/fail", .disposition = "none"});
  const std::size_t fails = mail.row(Mail::core, 20'000, 20'005, {.disposition = "reject"});
  const std::size_t strange = mail.row(Mail::core, 20'000, 20'005);
  mail.j.rows[strange].flow = Flow::foreign;
  const std::size_t other = mail.row(Mail::other, 20'000, 20'005);
  mail.j.rows[fails].codes = code_set({FindingCode::core_no_dkim});
  mail.j.rows[strange].codes = code_set({FindingCode::core_other_tenant});
  DaySeries series(mail.j, mail.rows, mail.lookup);
  mail.count(series, passes, 20'000, 20'000, 4);
  mail.count(series, fails, 20'000, 20'001, 5);
  mail.count(series, strange, 20'000, 20'000, 6);  // an earlier day once more
  mail.count(series, other, 20'001, 20'001, 7);
  SourceRow unjudged = mail.rows[passes];
  unjudged.source_ip = *IpAddress::parse("203.0.113.9");
  series.add(20'000, unjudged);

  const auto& core = series.route(Mail::core);
  REQUIRE(core.size() == 2);
  const DaySeries::Cell& first = core.at(20'000);
  CHECK(first.totals.messages == 15);
  CHECK(first.totals.dkim_only == 4);
  CHECK(first.totals.neither == 11);
  CHECK(first.totals.reject == 5);
  CHECK(first.own_core == 9);
  CHECK(first.codes == code_set({FindingCode::core_no_dkim, FindingCode::core_other_tenant}));
  CHECK(core.at(20'001).totals.messages == 5);
  CHECK(core.at(20'001).codes == code_set({FindingCode::core_no_dkim}));
  const auto& beside = series.route(Mail::other);
  REQUIRE(beside.size() == 1);
  CHECK(beside.at(20'001).totals.messages == 7);
  CHECK(beside.at(20'001).own_core == 0);
}

TEST_CASE("judge days: a finding has the days on which its code was seen") {
  Mail mail;
  const std::size_t row = mail.row(Mail::core, 20'000, 20'010);
  const std::size_t healthy = mail.row(Mail::core, 20'000, 20'010);
  mail.j.rows[row].codes = code_set({FindingCode::core_no_dkim});
  for (const FindingCode code : {FindingCode::core_no_dkim, FindingCode::spf_only}) {
    Finding& finding = mail.j.findings.emplace_back();
    finding.code = code;
    finding.route_line = Mail::core;
    finding.days = 2;  // the first and the last
  }
  DaySeries series(mail.j, mail.rows, mail.lookup);
  mail.count(series, row, 20'000, 20'010, 1, 2);
  mail.count(series, row, 20'000, 20'000, 1);  // a day counts once
  mail.count(series, healthy, 20'000, 20'010, 1);
  judge_days(mail.j, series);
  REQUIRE(mail.j.findings.size() == 2);
  CHECK(mail.j.findings[0].days == 6);
  CHECK(mail.j.findings[1].days == 2);  // on no day: what was known before stays
}

TEST_CASE("judge days: core-vanished") {
  struct Case {
    const char* name;
    Life life;
    bool expected;
  };
  for (const Case& c : {
           Case{"stopped", {}, true},
           Case{"silent for seven days", {.other_last = 20'027}, true},
           Case{"near miss: for six", {.other_last = 20'026}, false},
           Case{"lived for a week", {.last = 20'007}, true},
           Case{"near miss: a day less", {.last = 20'006}, false},
           Case{"ten messages", {.last = 20'009, .messages = 1}, true},
           Case{"near miss: nine", {.last = 20'008, .messages = 1}, false},
           Case{
               "every fourth day, silent for twice that", {.every = 4, .other_last = 20'028}, true},
           Case{"near miss: a day less", {.every = 4, .other_last = 20'027}, false},
           Case{"seen on one day only", {.last = 20'000, .messages = 100}, false},
           Case{"another tenant's mail", {.flow = Flow::foreign}, false},
           Case{"mail that came round", {.flow = Flow::forwarded}, false},
           Case{"from a stranger's address", {.place = Place::elsewhere}, false},
           Case{"what goes on is of another domain", {.other_domain = "other.example"}, false},
           Case{"what goes on is of no service", {.other_service = ""}, false},
           Case{"it goes on through a relay",
                {.other_service = "Salesforce", .other_route = "email-relay"},
                false},
           Case{"near miss: through another route of Salesforce",
                {.other_service = "Salesforce", .other_route = "marketing-cloud"},
                true},
       }) {
    CAPTURE(c.name);
    Mail mail;
    judge_life(mail, c.life);
    CHECK((mail.vanished() != nullptr) == c.expected);
  }
}

TEST_CASE("judge days: what core-vanished tells") {
  Mail mail;
  judge_life(mail, {});
  const Finding* const f = mail.vanished();
  REQUIRE(f != nullptr);
  CHECK(f->route_line == Mail::core);
  CHECK(f->severity == Severity::fault);
  CHECK(f->confidence == Confidence::medium);
  CHECK(f->first_day == 20'021);
  CHECK(f->last_day == 20'060);
  CHECK(f->days == 40);
  CHECK(f->names.policy_domain == "example.com");
  CHECK(f->names.since == 20'020);
  CHECK(mail.j.routes[Mail::core].findings == std::vector<std::uint32_t>{0});
  CHECK(mail.j.routes[Mail::other].findings.empty());
  // A few days of mail make a rhythm, but a poor one.
  Mail rare;
  judge_life(rare, {.every = 5});
  REQUIRE(rare.vanished() != nullptr);
  CHECK(rare.vanished()->confidence == Confidence::low);
}

TEST_CASE("find vanished: without days more is asked for, and days decide anew") {
  struct Case {
    const char* name;
    std::vector<std::pair<Day, Day>> core;
    Day other_last;
    bool expected;
  };
  for (const Case& c : {
           Case{"two weeks of life, two of silence", {{20'000, 20'014}}, 20'028, true},
           Case{"near miss: a day less of silence", {{20'000, 20'014}}, 20'027, false},
           Case{"near miss: a day less of life", {{20'000, 20'013}}, 20'028, false},
           Case{"rows that follow each other", {{20'000, 20'007}, {20'008, 20'014}}, 20'028, true},
           Case{"a pause before: twice that", {{20'000, 20'005}, {20'015, 20'020}}, 20'040, true},
           Case{"near miss: a day less", {{20'000, 20'005}, {20'015, 20'020}}, 20'039, false},
           Case{"rows within each other", {{20'000, 20'020}, {20'003, 20'004}}, 20'034, true},
       }) {
    CAPTURE(c.name);
    Mail mail;
    for (const auto& [first, last] : c.core) mail.row(Mail::core, first, last);
    mail.row(Mail::other, 20'000, c.other_last);
    find_vanished(mail.j, mail.rows);
    REQUIRE((mail.vanished() != nullptr) == c.expected);
    if (!c.expected) continue;
    CHECK(mail.vanished()->confidence == Confidence::low);
    CHECK(mail.j.routes[Mail::core].findings == std::vector<std::uint32_t>{0});
    // On its days it had one long pause, and the silence is shorter than twice that.
    DaySeries series(mail.j, mail.rows, mail.lookup);
    const Day end = mail.j.routes[Mail::core].last_day;
    mail.count(series, 0, 20'000, 20'000, 50);
    mail.count(series, 0, end, end, 50);
    judge_days(mail.j, series);
    CHECK(mail.vanished() == nullptr);
    CHECK(mail.j.routes[Mail::core].findings.empty());
  }
}

TEST_CASE("core fell silent: a week before the end of the domain's mail") {
  const auto silent = [](Day core_last, Day other_last, bool own) {
    Mail mail;
    const std::size_t core = mail.row(Mail::core, 20'000, core_last);
    if (!own) mail.j.rows[core].flow = Flow::foreign;
    mail.row(Mail::other, 20'000, other_last);
    DaySeries series(mail.j, mail.rows, mail.lookup);
    mail.count(series, core, 20'000, core_last, 1);
    return !core_fell_silent(mail.j, series).empty();
  };
  CHECK(silent(20'003, 20'010, true));
  CHECK_FALSE(silent(20'004, 20'010, true));
  CHECK_FALSE(silent(20'003, 20'010, false));
  CHECK_FALSE(silent(20'010, 20'010, true));
}

TEST_CASE("core fell silent: where a longer look can show more") {
  struct Case {
    const char* name;
    std::vector<Day> core;
    bool expected;
  };
  for (const Case& c : {
           Case{"a week", {20'000}, true},
           Case{"near miss: no longer than twice a pause before", {20'000, 20'004}, false},
           Case{"twice a pause before", {20'000, 20'003}, true},
           Case{"none", {}, false},
       }) {
    CAPTURE(c.name);
    Mail mail;
    mail.row(Mail::core, 20'000, 20'004);
    mail.row(Mail::other, 20'000, 20'010);
    DaySeries series(mail.j, mail.rows, mail.lookup);
    for (const Day day : c.core) mail.count(series, 0, day, day, 1);
    const auto domains = core_fell_silent(mail.j, series);
    CHECK(domains == (c.expected ? std::vector{mail.j.routes[Mail::core].domain}
                                 : std::vector<std::string>{}));
    // What has the finding already needs no longer look.
    Finding& known = mail.j.findings.emplace_back();
    known.code = FindingCode::core_vanished;
    mail.j.routes[Mail::core].findings = {0};
    CHECK(core_fell_silent(mail.j, series).empty());
  }
}

TEST_CASE("take vanished: once, at the route that both have") {
  Mail longer;
  judge_life(longer, {});
  Finding& another = longer.j.findings.emplace_back();
  another.code = FindingCode::core_no_dkim;
  another.route_line = Mail::core;

  Mail shorter;
  std::swap(shorter.j.routes[0], shorter.j.routes[1]);  // core stands second here
  take_vanished(shorter.j, longer.j);
  take_vanished(shorter.j, longer.j);
  REQUIRE(shorter.j.findings.size() == 1);
  CHECK(shorter.vanished() != nullptr);
  CHECK(shorter.j.findings[0].route_line == 1);
  CHECK(shorter.j.routes[1].findings == std::vector<std::uint32_t>{0});

  Mail without;
  without.j.routes[Mail::core].domain = "other.example";
  take_vanished(without.j, longer.j);
  CHECK(without.j.findings.empty());
}

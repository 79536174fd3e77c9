// SPDX-License-Identifier: MIT
#include "report/analysis/alert/report_alerts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace dmarcq;

namespace {

constexpr Day oldest = 20'000, today = 20'100;

std::set<Day> every(Day days, Day first, Day last) {
  std::set<Day> seen;
  for (Day day = first; day <= last; day += days) seen.insert(day);
  return seen;
}

const std::string& name_of(std::uint32_t reporter) {
  static const std::string names[] = {"Google", "Yahoo", "Outlook", "GMX", "Comcast"};
  return names[reporter];
}

/// "domain source last-report" of each alert, as so many days before today; " 7/9" behind it where
/// it concerns several domains.
std::vector<std::string> told(const ReportingDays& days, Day now = today) {
  std::vector<std::string> lines;
  for (const Alert& alert : stopped_reports(days, name_of, now)) {
    const auto& facts = std::get<SilentReportsFacts>(alert.facts);
    CHECK(alert.code == AlertCode::reports_stopped);
    CHECK(alert.since == facts.last_report + 1);
    lines.push_back((alert.domain.empty() ? "*" : alert.domain) + " " +
                    (alert.source.empty() ? "*" : alert.source) + " " +
                    std::to_string(now - facts.last_report) +
                    (facts.of == 0
                         ? ""
                         : " " + std::to_string(facts.domains) + "/" + std::to_string(facts.of)));
  }
  std::ranges::sort(lines);
  return lines;
}

using Lines = std::vector<std::string>;

/// So many domains on which three reporters report each day up to yesterday.
ReportingDays busy(int domains) {
  ReportingDays days;
  for (int i = 0; i < domains; ++i)
    for (std::uint32_t reporter = 0; reporter < 3; ++reporter)
      days["d" + std::to_string(10 + i) + ".example"][reporter] = every(1, oldest, today - 1);
  return days;
}

void stop(DaysByReporter& reporters, Day last) {
  for (auto& [reporter, days] : reporters) days.erase(days.upper_bound(last), days.end());
}

}  // namespace

TEST_CASE("report rhythm: who is regular, and whose silence is out of rhythm") {
  struct Row {
    const char* name;
    std::set<Day> seen;
    Day now;
    bool regular, silent;
  };
  std::set<Day> gaps = every(1, oldest, oldest + 40);  // misses a day in four
  for (Day day = oldest + 1; day < oldest + 40; day += 4) gaps.erase(day);
  std::set<Day> outage = every(1, oldest, oldest + 80);  // was silent for three weeks, long ago
  for (Day day = oldest + 3; day < oldest + 24; ++day) outage.erase(day);
  const std::set<Day> chance{oldest,      oldest + 2,  oldest + 3,  oldest + 10,
                             oldest + 12, oldest + 24, oldest + 25, oldest + 28};
  std::set<Day> missed_week = every(7, oldest, oldest + 48);
  missed_week.erase(oldest + 35);
  for (const Row& row : {
           Row{"every day, up to now", every(1, oldest, oldest + 40), oldest + 40, true, false},
           Row{"near miss: silent for two days", every(1, oldest, oldest + 40), oldest + 42, true,
               false},
           Row{"silent for three days", every(1, oldest, oldest + 40), oldest + 43, true, true},
           Row{"near miss: for less than two weeks", every(1, oldest, oldest + 12), oldest + 15,
               false, false},
           Row{"for two weeks: three days may be chance", every(1, oldest, oldest + 13),
               oldest + 16, true, false},
           Row{"for two weeks: four days", every(1, oldest, oldest + 13), oldest + 17, true, true},
           Row{"misses a day in four: five days are chance", gaps, oldest + 45, true, false},
           Row{"misses a day in four: more are not", gaps, oldest + 46, true, true},
           Row{"a long silence that is long ago", outage, oldest + 83, true, true},
           Row{"every other day: four days are few", every(2, oldest, oldest + 40), oldest + 44,
               false, false},
           Row{"every other day: a week", every(2, oldest, oldest + 40), oldest + 47, false, true},
           Row{"each week: thirteen days", every(7, oldest, oldest + 42), oldest + 55, false,
               false},
           Row{"each week: two weeks", every(7, oldest, oldest + 42), oldest + 56, false, true},
           Row{"each week, once not: four weeks", missed_week, oldest + 70, false, true},
           Row{"each week, once not: a day less", missed_week, oldest + 69, false, false},
           Row{"near miss: four days show no rhythm", every(7, oldest, oldest + 21), oldest + 90,
               false, false},
           Row{"by chance: twice the longest silence", chance, oldest + 54, false, false},
           Row{"by chance: six times the mean", chance, oldest + 58, false, false},
           Row{"by chance: three times the longest silence", chance, oldest + 64, false, true},
       }) {
    CAPTURE(row.name);
    const ReportRhythm r = report_rhythm(row.seen, oldest, row.now);
    CHECK(r.last == *row.seen.rbegin());
    CHECK(r.regular == row.regular);
    CHECK(r.silent == row.silent);
  }
}

TEST_CASE("heard days: a quarter of the usual reporters, and known ones") {
  DaysByReporter four;
  for (std::uint32_t reporter = 0; reporter < 4; ++reporter)
    four[reporter] = every(1, oldest, oldest + 20);
  CHECK(*heard_days(four).rbegin() == oldest + 20);
  four[0].insert(oldest + 25);
  CHECK(*heard_days(four).rbegin() == oldest + 25);  // one of four
  four[4] = every(1, oldest, oldest + 20);
  CHECK(*heard_days(four).rbegin() == oldest + 20);  // near miss: one of five
  // One report of somebody who was never heard before is nobody's word; neither are two.
  DaysByReporter strange{{0, every(1, oldest, oldest + 20)}, {1, {oldest + 30}}};
  CHECK(*heard_days(strange).rbegin() == oldest + 20);
  strange[1] = {oldest + 29, oldest + 30};
  CHECK(*heard_days(strange).rbegin() == oldest + 20);
  strange[1] = {oldest + 28, oldest + 29, oldest + 30};
  CHECK(*heard_days(strange).rbegin() == oldest + 30);
  CHECK(heard_days({{0, {oldest}}, {1, {oldest + 1}}}).empty());
}

TEST_CASE("reports stopped: a domain that goes silent among others") {
  ReportingDays days = busy(20);
  CHECK(told(days).empty());
  stop(days["d15.example"], today - 3);
  CHECK(told(days).empty());  // near miss: two days
  stop(days["d15.example"], today - 4);
  CHECK(told(days) == Lines{"d15.example * 4"});
  stop(days["d11.example"], today - 30);
  CHECK(told(days) == Lines{"d11.example * 30", "d15.example * 4"});
  // What is said of it does not depend on how many there are, as long as another goes on.
  for (auto domain = days.begin(); domain != days.end();)
    domain = domain->first == "d15.example" || domain->first == "d16.example" ? std::next(domain)
                                                                              : days.erase(domain);
  CHECK(told(days) == Lines{"d15.example * 4"});
}

TEST_CASE("reports stopped: the mailbox falls silent, and one alert says so") {
  ReportingDays days = busy(200);
  days["weekly.example"][0] = every(7, oldest, today - 5);
  stop(days["d11.example"], today - 40);  // long before
  for (auto& [domain, reporters] : days) stop(reporters, today - 4);
  CHECK(told(days) == Lines{"* * 4 200/201", "d11.example * 40"});
  // Three weeks later the weekly one is overdue as well, and no news.
  CHECK(told(days, today + 21) == Lines{"* * 25 200/201", "d11.example * 61"});
  // A report or two that still come, or are forged, do not make the others news.
  days["d12.example"][1].insert(today + 20);
  CHECK(told(days, today + 21) == Lines{"* * 25 199/201", "d11.example * 61"});
  SUBCASE("the day on which it stopped was half a day") {
    days = busy(200);
    int i = 0;
    for (auto& [domain, reporters] : days) stop(reporters, ++i % 2 == 0 ? today - 3 : today - 4);
    CHECK(told(days).empty());
    CHECK(told(days, today + 1) == Lines{"* * 4 200/200"});
  }
  SUBCASE("near miss: a part of the domains stopped") {
    days = busy(8);
    for (const char* domain :
         {"d10.example", "d11.example", "d12.example", "d13.example", "d14.example"})
      stop(days[domain], today - 4);
    CHECK(told(days).size() == 5);
  }
  SUBCASE("three domains are the mailbox once the last of them is silent") {
    days = busy(3);
    for (auto& [domain, reporters] : days) stop(reporters, today - 4);
    CHECK(told(days) == Lines{"* * 4 3/3"});
    days["d12.example"] = busy(3)["d12.example"];
    CHECK(told(days) == Lines{"d10.example * 4", "d11.example * 4"});
  }
  SUBCASE("a few domains with a report a week each are silent on most days") {
    days.clear();
    for (int i = 0; i < 5; ++i)
      days["w" + std::to_string(i) + ".example"][0] = every(7, oldest + i % 3, today - 5);
    CHECK(told(days).empty());
  }
}

TEST_CASE("reports stopped: one report, forged maybe, neither ends a silence nor makes one") {
  ReportingDays days = busy(20);
  stop(days["d15.example"], today - 10);
  days["d15.example"][4] = {today - 1};
  CHECK(told(days) == Lines{"d15.example * 10"});
  days["never.example"][4] = {today - 60};
  days["twice.example"] = {{3, {today - 60}}, {4, {today - 50}}};
  CHECK(told(days) == Lines{"d15.example * 10"});
}

TEST_CASE("reports stopped: a reporter, on few domains and on many") {
  ReportingDays days = busy(10);
  const auto silence = [&](int domains) {
    days = busy(10);
    for (auto& [domain, reporters] : days)
      if (domains-- > 0)
        reporters[1].erase(reporters[1].lower_bound(today - 3), reporters[1].end());
  };
  silence(2);
  CHECK(told(days) == Lines{"d10.example Yahoo 4", "d11.example Yahoo 4"});
  silence(4);
  CHECK(told(days) == Lines{"* Yahoo 4 4/10"});
  silence(10);
  CHECK(told(days) == Lines{"* Yahoo 4 10/10"});
}

TEST_CASE("problems: one alert for all, another one after a later problem") {
  CHECK(new_problems({}).empty());
  const auto alerts =
      new_problems({.today = 20'000, .problems = {{7, "truncated"}, {9, "conflict"}}});
  REQUIRE(alerts.size() == 1);
  CHECK(alerts.front().key() == "problems-new\t\tup to 9");
  CHECK(alerts.front().since == 20'000);
}

// SPDX-License-Identifier: MIT
// What makes a report suspicious, and what does not.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "report/analysis/suspicion.h"

using namespace dmarcq;

namespace {

constexpr Day today = 20'700;

ReportInfo report(std::uint64_t messages = 100, int days = 1, Day day = today - 5) {
  ReportInfo info;
  info.org_name = "google.com";
  info.domain = "kestrel.example";
  info.begin = static_cast<EpochSeconds>(day) * 86'400;
  info.end = info.begin + days * 86'400 - 1;
  info.messages = messages;
  return info;
}

ReportInfo sent(ReportInfo info, Trust trust, std::string from_domain,
                std::string org_name = "google.com") {
  info.org_name = std::move(org_name);
  info.sender = {.mail = true, .from_domain = std::move(from_domain), .trust = trust};
  return info;
}

struct Row {
  const char* name;
  std::vector<ReportInfo> others;
  ReportInfo asked;
  bool suspicious;
};

void check(const Row& row) {
  CAPTURE(row.name);
  Suspicions suspicions;
  for (const ReportInfo& other : row.others) suspicions.add(other);
  suspicions.add(row.asked);
  CHECK(suspicions.of(row.asked, today).empty() != row.suspicious);
}

}  // namespace

TEST_CASE("suspicion: beyond what the reporter ever said") {
  const std::vector<ReportInfo> usual{report(), report(120), report(90), report(100)};
  for (const Row& row : {
           Row{"as usual", usual, report(150), false},
           Row{"many times as much", usual, report(1'000'000), true},
           Row{"many times as much of little", usual, report(9'000), false},
           Row{"ten times as much", usual, report(12'000 / 10), false},
           Row{"nothing to compare with", {report()}, report(1'000'000), false},
           Row{"once more, so large",
               {report(), report(), report(), report(900'000)},
               report(1'000'000),
               false},
           Row{"another domain's reports do not count",
               [&] {
                 auto others = usual;
                 for (ReportInfo& other : others) other.domain = "else.example";
                 return others;
               }(),
               report(1'000'000), false},
           Row{"a week, of one who reports daily", usual, report(100, 7), true},
           Row{"two days", usual, report(100, 2), false},
           Row{"a week, of one who reports weekly",
               {report(1, 7), report(1, 7), report(1, 7), report(1, 7)},
               report(1, 7),
               false},
           Row{"years, of whomever", {}, report(1, 700), true},
           Row{"tomorrow", {}, report(1, 1, today + 1), true},
           Row{"today", {}, report(1, 1, today), false},
       })
    check(row);
}

TEST_CASE("suspicion: who sent it") {
  const ReportInfo genuine = sent(report(), Trust::verified, "google.com");
  for (const Row& row : {
           Row{"genuine", {genuine}, genuine, false},
           Row{"contradictory", {}, sent(report(), Trust::contradictory, "else.example"), true},
           Row{"from elsewhere, as nothing better is known",
               {},
               sent(report(), Trust::unverified, "else.example"),
               false},
           Row{"from elsewhere, beside genuine ones",
               {genuine},
               sent(report(), Trust::unverified, "else.example"),
               true},
           Row{"a file beside genuine ones", {genuine}, report(), false},
           Row{"a name that is no domain, from a new sender",
               {sent(report(), Trust::verified, "kestrel-mail.example", "Kestrel Mail"),
                sent(report(), Trust::verified, "out.kestrel-mail.example", "Kestrel Mail"),
                sent(report(), Trust::verified, "kestrel-mail.example", "Kestrel Mail")},
               sent(report(), Trust::verified, "else.example", "Kestrel Mail"),
               true},
           Row{"another domain of a known reporter",
               {sent(report(), Trust::verified, "yahoo.com", "Yahoo"),
                sent(report(), Trust::verified, "yahoo.com", "Yahoo")},
               sent(report(), Trust::verified, "aol.com", "Yahoo"),
               false},
           Row{"a subdomain of the usual sender",
               {sent(report(), Trust::verified, "kestrel-mail.example", "Kestrel Mail"),
                sent(report(), Trust::verified, "kestrel-mail.example", "Kestrel Mail")},
               sent(report(), Trust::verified, "out.kestrel-mail.example", "Kestrel Mail"),
               false},
       })
    check(row);
}

TEST_CASE("suspicion: what it is, and what it is held against") {
  Suspicions suspicions;
  for (const ReportInfo& other : {report(100), report(120), report(90), report(80)})
    suspicions.add(other);
  using Kind = Suspicion::Kind;
  const ReportInfo large = report(1'000'000), week = report(100, 7), years = report(1, 700);
  for (const ReportInfo* one : {&large, &week, &years}) suspicions.add(*one);
  CHECK(suspicions.of(large, today) ==
        std::vector<Suspicion>{{.kind = Kind::many_messages, .most_of_others = 120}});
  CHECK(suspicions.of(years, today) ==
        std::vector<Suspicion>{{.kind = Kind::long_window, .days = 700}});
  CHECK(suspicions.of(report(1, 1, today + 2), today) ==
        std::vector<Suspicion>{{Kind::from_the_future}});
  CHECK(suspicions.of(sent(report(), Trust::contradictory, "evil.example"), today) ==
        std::vector<Suspicion>{{Kind::contradictory}});

  Suspicions daily;
  for (int i = 0; i < 4; ++i) daily.add(report());
  daily.add(week);
  CHECK(daily.of(week, today) ==
        std::vector<Suspicion>{{.kind = Kind::longer_window, .days = 7, .most_of_others = 1}});
}

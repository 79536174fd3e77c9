// SPDX-License-Identifier: MIT
// Which policy is in force, as reports tell it, and where the data ends. Reports are mail from
// strangers.
#include <doctest/doctest.h>

#include "report/analysis/readiness/policy_record.h"
#include "report/analysis/readiness/timeline.h"
#include "report/answers/next_record.h"
#include "report/render/phrases/record_phrases.h"

using namespace dmarcq;

namespace {

ReportSeen report(Day day, std::uint32_t reporter, const PolicyPublished& policy,
                  const std::string& domain = "example.com") {
  ReportSeen seen;
  seen.id = day * 100 + reporter;
  seen.domain = domain;
  seen.reporter = reporter;
  seen.day = day;
  seen.policy = policy;
  return seen;
}

PolicyPublished published(std::string_view p, std::string_view sp = "", std::string_view np = "",
                          std::string pct = "", std::string testing = "") {
  PolicyPublished policy;
  policy.p = Reported<Policy>::from(p);
  policy.sp = Reported<Policy>::from(sp);
  policy.np = Reported<Policy>::from(np);
  policy.pct = std::move(pct);
  policy.testing = std::move(testing);
  return policy;
}

/// Twenty days, each seen by these reporters alike.
std::vector<ReportSeen> weeks(const std::vector<PolicyPublished>& by_reporter,
                              const std::string& domain = "example.com") {
  std::vector<ReportSeen> reports;
  for (Day day = 20'000; day < 20'020; ++day)
    for (std::uint32_t reporter = 0; reporter < by_reporter.size(); ++reporter)
      reports.push_back(report(day, reporter, by_reporter[reporter], domain));
  return reports;
}

}  // namespace

TEST_CASE("policy in force: only words of the RFCs, as most reporters tell them") {
  const PolicyPublished none = published("none"),
                        evil = published("none", "none; rua=mailto:dmarc@evil.example");
  struct Row {
    const char* name;
    std::vector<PolicyPublished> told;
    const char* text;
  };
  PolicyPublished alignment = none;
  alignment.adkim = Reported<Alignment>::from("r; rua=mailto:x@evil.example");
  PolicyPublished testing = none;
  testing.testing = "y; rua=mailto:x@evil.example";
  for (const Row& row :
       {Row{"all agree", {none, none, none}, "p=none"},
        Row{"text in sp has no vote, whatever its number",
            {none, evil, evil, evil, evil},
            "p=none"},
        Row{"text in adkim", {none, alignment, alignment}, "p=none"},
        Row{"text in t", {none, testing, testing}, "p=none"},
        Row{"text in pct",
            {none, published("none", "", "", "20; rua=mailto:x@evil.example"),
             published("none", "", "", "1e9")},
            "p=none"},
        Row{"an unknown p", {none, published("nonsense"), published("nonsense")}, "p=none"},
        Row{"most", {none, published("reject"), published("reject")}, "p=reject"},
        Row{"pct below 100", {published("quarantine", "", "", "20")}, "p=quarantine; pct=20"},
        Row{"pct of 100 says nothing", {published("quarantine", "", "", "100")}, "p=quarantine"},
        Row{"sp as p says nothing", {published("quarantine", "quarantine")}, "p=quarantine"},
        Row{"np by two",
            {published("none", "", "reject"), published("none", "", "reject"), none},
            "p=none; np=reject"},
        Row{"t by two who know it; the old format has none",
            {published("reject", "", "", "", "y"), published("reject", "", "", "", "y"),
             published("reject", "", "", "100"), published("reject", "", "", "100"),
             published("reject", "", "", "100")},
            "p=reject; t=y"},
        Row{"t: more tell n",
            {published("reject", "", "", "", "y"), published("reject", "", "", "", "n"),
             published("reject", "", "", "", "n")},
            "p=reject"},
        Row{"pct by two who know it; the new format has none",
            {published("quarantine", "", "", "20"), published("quarantine", "", "", "20"),
             published("quarantine", "", "", "", "n"), published("quarantine", "", "", "", "n"),
             published("quarantine", "", "", "", "n")},
            "p=quarantine; pct=20"},
        Row{"pct: more tell 100",
            {published("quarantine", "", "", "20"), published("quarantine", "", "", "100"),
             published("quarantine", "", "", "100")},
            "p=quarantine"},
        Row{"who told another p has no say in np",
            {none, none, none, published("reject", "", "reject"),
             published("reject", "", "reject")},
            "p=none"},
        Row{"np by one over weeks: the old format has none",
            {published("none", "", "reject"), none, none},
            "p=none; np=reject"}}) {
    CAPTURE(row.name);
    const auto policy = policy_in_force(weeks(row.told), "example.com", 20'030);
    REQUIRE(policy);
    CHECK(policy->text() == row.text);
    CHECK(record_as_seen(*policy).text().find("evil") == std::string::npos);
  }
  CHECK_FALSE(policy_in_force(weeks({evil, evil}), "example.com", 20'030));
  auto reports = weeks({none, none, none});
  reports.push_back(report(20'019, 7, published("none", "", "reject")));  // one mail of one
                                                                          // invented reporter
  CHECK(policy_in_force(reports, "example.com", 20'030)->text() == "p=none");
}

TEST_CASE("policy in force: one mail does not make a t, a pct or an np") {
  for (const PolicyPublished& lone :
       {published("quarantine", "", "", "0"), published("quarantine", "", "", "", "y"),
        published("quarantine", "", "none")}) {
    auto reports =
        weeks({published("quarantine"), published("quarantine"), published("quarantine")});
    reports.push_back(report(20'004, 7, lone));
    reports.push_back(report(20'019, 7, lone));  // nor do two, two weeks apart
    std::ranges::stable_sort(reports, {}, &ReportSeen::day);
    const auto policy = policy_in_force(reports, "example.com", 20'030);
    REQUIRE(policy);
    CHECK(policy->text() == "p=quarantine");
    CHECK(policy->enforces());
    CHECK(policy->published.np.absent());
    CHECK(policy->published.testing != "y");
  }
}

TEST_CASE("policy in force: what a report fills in by default is no change of the record") {
  const PolicyPublished plain = published("quarantine");
  for (const PolicyPublished& filled :
       {published("quarantine", "quarantine"), published("quarantine", "", "quarantine"),
        published("quarantine", "", "", "100"), published("quarantine", "", "", "", "n")}) {
    auto reports = weeks({plain, plain});
    for (Day day = 20'010; day < 20'020; ++day)
      for (std::uint32_t reporter = 0; reporter < 2; ++reporter)
        reports[static_cast<std::size_t>(2 * (day - 20'000)) + reporter].policy = filled;
    const auto seen = seen_policies(reports, "example.com", 20'000, 20'020);
    REQUIRE(seen.size() == 20);
    CHECK(seen.front().same_policy(seen.back()));
  }
  for (const PolicyPublished& changed :
       {published("quarantine", "none"), published("quarantine", "", "", "50"),
        published("quarantine", "", "", "", "y"), published("reject")})
    CHECK_FALSE(
        policy_in_force(weeks({plain, plain}), "example.com", 20'030)
            ->same_policy(*policy_in_force(weeks({changed, changed}), "example.com", 20'030)));
}

TEST_CASE("policy in force: of the last complete day, and never of the future") {
  auto reports = weeks({published("none"), published("none"), published("none")});
  reports.push_back(report(20'020, 0, published("reject")));  // the first to report on a day
  CHECK(policy_in_force(reports, "example.com", 20'020)->text() == "p=none");
  reports.push_back(report(20'900, 0, published("reject")));
  CHECK(policy_in_force(reports, "example.com", 20'021)->text() == "p=none");
}

TEST_CASE("policy in force: effect and full effect") {
  struct Row {
    const char* text;
    PolicyPublished policy;
    const char* effect;
    bool enforces;
  };
  for (const Row& row :
       {Row{"none", published("none"), "none", false},
        Row{"quarantine", published("quarantine"), "quarantine", true},
        Row{"pct=20", published("quarantine", "", "", "20"), "none", false},
        Row{"pct=0", published("quarantine", "", "", "0"), "none", false},
        Row{"reject; pct=50", published("reject", "", "", "50"), "quarantine", true},
        Row{"quarantine; t=y", published("quarantine", "", "", "", "y"), "none", false},
        Row{"reject; t=y", published("reject", "", "", "", "y"), "quarantine", true},
        Row{"reject; sp=none", published("reject", "none"), "reject", false},
        Row{"reject; sp=quarantine", published("reject", "quarantine"), "reject", true},
        Row{"reject; sp=quarantine; t=y", published("reject", "quarantine", "", "", "y"),
            "quarantine", false},
        Row{"reject; pct=50; sp=none", published("reject", "none", "", "50"), "quarantine",
            false}}) {
    CAPTURE(row.text);
    const auto policy = policy_in_force(weeks({row.policy, row.policy}), "example.com", 20'030);
    REQUIRE(policy);
    CHECK(policy->effect() == row.effect);
    CHECK(policy->enforces() == row.enforces);
  }
}

TEST_CASE("policy in force: sp and np in the record of a subdomain have no effect") {
  const auto policy = policy_in_force(
      weeks({published("reject", "none"), published("reject", "none")}, "news.example.com"),
      "news.example.com", 20'030);
  REQUIRE(policy);
  CHECK(policy->enforces());
}

TEST_CASE(
    "ladder: what is held back or leaves a gap has a next step and a way out, and pct is in no record") {
  const LadderState ready{.ready = true, .np_safe = true}, waits{.only_time_missing = true},
      not_ready{}, hit{.hurts_own_mail = true};
  struct Row {
    const char *now, *target;
    LadderState state;
    const char* next;
  };
  for (const Row& row : {
           Row{"p=quarantine; pct=20", "quarantine", ready, "p=quarantine"},
           Row{"p=quarantine; pct=0", "quarantine", ready, "p=quarantine"},
           Row{"p=quarantine; pct=20", "quarantine", not_ready, "p=none"},
           Row{"p=reject; pct=50", "reject", ready, "p=reject"},
           Row{"p=reject; pct=50", "reject", not_ready, "p=quarantine"},
           Row{"p=reject; t=y", "reject", ready, "p=reject"},
           Row{"p=reject; t=y", "reject", hit, "p=none"},
           Row{"p=reject; pct=50", "reject", hit, "p=quarantine"},
           Row{"p=reject; sp=none", "reject", waits, "p=reject; sp=quarantine"},
           Row{"p=reject; sp=none", "reject", ready, "p=reject"},
           Row{"p=reject; sp=quarantine", "reject", ready, "p=reject"},
           Row{"p=reject; np=none", "reject", ready, "p=reject"},
           Row{"p=reject; np=none", "reject", {.np_safe = true}, "p=reject; np=reject"},
           Row{"p=quarantine; np=none", "quarantine", ready, "p=quarantine"},
           Row{"p=quarantine; t=y; sp=none", "quarantine", ready, "p=quarantine"},
           Row{"p=none; pct=100", "quarantine", not_ready, "p=none"},
           Row{"p=reject; pct=100; rf=afrf; ri=86400", "reject", ready, "p=reject"},
           Row{"p=none; pct=20", "quarantine", not_ready, "p=none"},
           Row{"p=none; sp=reject; pct=50", "quarantine", not_ready, "p=none; sp=none"},
           Row{"p=none; sp=reject", "quarantine", hit, "p=none; sp=none"},
           Row{"p=none; sp=reject", "quarantine", {.ready = true}, "p=quarantine; sp=reject"},
           Row{"p=reject; sp=none", "quarantine", ready, "p=reject; sp=quarantine"},
           Row{"p=reject; np=none", "quarantine", ready, "p=reject"},
           Row{"p=reject; sp=none; t=y", "quarantine", ready, "p=quarantine"},
           Row{"p=reject; pct=50", "quarantine", ready, "p=quarantine"},
           Row{"p=reject; t=y", "quarantine", ready, "p=reject; t=y"},
           Row{"p=reject; sp=typo", "quarantine", not_ready, "p=none"},
           Row{"p=reject; np=typo; t=y", "quarantine", {.ready = true}, "p=quarantine; t=y"},
           Row{"p=none; sp=typo; np=reject", "quarantine", not_ready, "p=none; np=reject"},
           Row{"p=none", "quarantine", {.np_safe = true, .subdomain = true}, "p=none"},
           Row{"p=none",
               "quarantine",
               {.ready = true, .np_safe = true, .subdomain = true},
               "p=quarantine; t=y"},
           Row{"p=quarantine; sp=none",
               "quarantine",
               {.ready = true, .subdomain = true},
               "p=quarantine; sp=none"},
           Row{"p=none", "quarantine", {.sends_mail = false, .subdomain = true}, "p=reject"},
       }) {
    CAPTURE(row.now);
    const auto now =
        PolicyRecord::parse("v=DMARC1; " + std::string(row.now) + "; rua=mailto:a@b.example");
    REQUIRE(now);
    const NextStep step = next_step(*now, row.target, row.state);
    CHECK(step.record == "v=DMARC1; " + std::string(row.next) + "; rua=mailto:a@b.example");
    CHECK(step.record.find("pct") == std::string::npos);
    CHECK_FALSE(phrases_of(step).change.empty());
  }
  for (const char* bad : {"v=DMARC1; p=reject; sp=typo; rua=mailto:a@b.example",
                          "v=DMARC1; p=reject; np=; rua=mailto:a@b.example"})
    CHECK(PolicyRecord::parse(bad)->p() == "none");  // RFC 9989 section 4.10.1
}

TEST_CASE("ladder: a step is one only where receivers are asked for something else") {
  struct Row {
    const char *now, *target;
    LadderState state;
    bool changes, back;
  };
  for (const Row& row : {Row{"p=none; pct=20", "quarantine", {}, false, false},
                         Row{"p=reject; pct=100; ri=3600", "reject", {.ready = true}, false, false},
                         Row{"p=quarantine; pct=20", "quarantine", {.ready = true}, true, false},
                         Row{"p=quarantine; pct=20", "quarantine", {}, true, true},
                         Row{"p=quarantine; t=y", "quarantine", {}, false, false},
                         Row{"p=reject; sp=typo", "quarantine", {}, true, false}}) {
    CAPTURE(row.now);
    const NextStep step =
        next_step(*PolicyRecord::parse("v=DMARC1; " + std::string(row.now)), row.target, row.state);
    CHECK(step.changes == row.changes);
    CHECK(step.back == row.back);
  }
}

TEST_CASE("policy record: remarks on what receivers pass over or misread") {
  struct Row {
    const char* text;
    bool subdomain;
    const char* remark;
  };
  for (const Row& row :
       {Row{"v=DMARC1; p=reject; rua=mailto:a@b.example", false, ""},
        Row{"v=DMARC1; p=reject; sp=none; np=reject; t=y; rua=mailto:a@b.example", false, ""},
        Row{"v=DMARC1; p=reject; fo=1:d; ruf=mailto:a@b.example; rua=mailto:a@b.example", false,
            ""},
        Row{"v=DMARC1; rua=mailto:a@b.example", false, "acts as p=none, which is allowed"},
        Row{"v=DMARC1; p=reject; sp=maybe; rua=mailto:a@b.example", false, "act as for p=none"},
        Row{"v=DMARC1; p=reject; np=maybe", false, "ignore the whole record"},
        Row{"v=DMARC1", false, "neither p nor a usable rua"},
        Row{"v=DMARC1; p=none; rua=a@b.example", false, "contains no address"},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; fo=1", false,
            "fo has no effect without ruf"},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; ruf=mailto:a@b.example; fo=0:1", false,
            "mutually exclusive"},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; ruf=mailto:a@b.example; fo=2", false,
            "fo=2 is not known"},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; adkim=strict", false,
            "adkim=strict is not a mode"},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; t=1", false, "neither y nor n"},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; psd=y", false, "public suffixes"},
        Row{"v=DMARC1; p=none; sp=reject; rua=mailto:a@b.example", true,
            "no effect in the record of a subdomain"},
        Row{"v=DMARC1; p=none; sp=reject; psd=n; rua=mailto:a@b.example", true, ""},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; pct=20", false, "act in full"},
        Row{"v=DMARC1; p=none; rua=mailto:a@b.example; rf=afrf", false,
            "was removed by RFC 9989"}}) {
    CAPTURE(row.text);
    const auto remarks = PolicyRecord::parse(row.text)->remarks(row.subdomain);
    if (*row.remark == '\0')
      CHECK(remarks.empty());
    else
      CHECK_MESSAGE(std::ranges::any_of(remarks,
                                        [&](const RecordRemark& remark) {
                                          return clause_of(remark).contains(row.remark);
                                        }),
                    std::string(row.text));
  }
}

TEST_CASE("where the data ends: neither the future nor a straggler moves it") {
  std::map<Day, std::set<std::uint32_t>> days;
  for (Day day = 20'000; day < 20'060; ++day) days[day] = {0, 1, 2, 3, 4, 5, 6, 7};
  CHECK(last_vouched_day(days, 20'100) == 20'059);
  days[21'900] = {0};
  CHECK(last_vouched_day(days, 20'100) == 20'059);  // from the future
  days[20'095] = {9};
  CHECK(last_vouched_day(days, 20'100) == 20'059);  // one forged report, weeks after all others
                                                    // stopped
  days[20'060] = {0, 1};
  CHECK(last_vouched_day(days, 20'100) == 20'060);  // the newest day is never complete
  CHECK(last_vouched_day({}, 20'100) == 0);
  CHECK(last_vouched_day({{20'000, {3}}}, 20'100) == 20'000);
}

TEST_CASE("a policy domain below another: its own record, or a reporter's way of filing") {
  const PolicyPublished none = published("none"), reject = published("reject");
  const auto both = [&](std::size_t reporters_below, const PolicyPublished& below) {
    auto reports = weeks({none, none, none, none});
    const auto more =
        weeks(std::vector<PolicyPublished>(reporters_below, below), "news.example.com");
    reports.insert(reports.end(), more.begin(), more.end());
    std::ranges::stable_sort(reports, {}, &ReportSeen::day);
    return reports;
  };
  CHECK(is_governed_by(both(1, none), "news.example.com", "example.com", false, 20'030));
  CHECK(is_governed_by(both(3, none), "news.example.com", "example.com", true, 20'030));
  CHECK_FALSE(is_governed_by(both(3, none), "news.example.com", "example.com", false,
                             20'030));  // near miss: most file it so
  CHECK_FALSE(is_governed_by(both(1, reject), "news.example.com", "example.com", false,
                             20'030));  // near miss: another policy
}

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>

#include "report/analysis/alerts.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/alert_phrases.h"
#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

namespace {

/// A check on each day from `first` on, as cron would: "day-offset code source" for each piece of
/// news.
std::vector<std::string> news(const LongWorld& w, Day first) {
  std::vector<std::string> told_news;
  std::vector<ToldAlert> told;
  const RowLookup lookup = w.world.lookup();
  for (Day today = first; today <= w.last + 1; ++today) {
    AlertQuestion question;
    question.today = today;
    question.told = told;
    std::vector<ToldAlert> open;
    for (const Alert& alert : find_alerts(w.timeline, lookup, {}, question)) {
      if (std::ranges::find(told, alert.key(), &ToldAlert::key) == told.end())
        told_news.push_back(std::to_string(today - w.first) + " " +
                            std::string(to_text(alert.code)) +
                            (alert.source.empty() ? "" : " " + alert.source));
      open.push_back({alert.key(), alert.since});
    }
    told = std::move(open);
  }
  return told_news;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "alerts: each is told once, on the day after it happened, and again only after it cleared") {
  LongWorld w;
  w.mail(with(healthy_ses, [](RowSpec& s) { s.messages = 50; }));
  const Day begin = w.first;
  const RowSpec broken = with(healthy_core, [](RowSpec& s) {
    s.dkim = "example.com/sf1 permerror", s.evaluated = "fail/fail";
  });
  SUBCASE("nothing happens") {
    w.mail(healthy_core);
    w.finish();
    CHECK(news(w, begin + 1).empty());
  }
  SUBCASE("a sender fails twice") {
    w.mail(with(healthy_core, [&](RowSpec& s) { s.first = begin, s.last = begin + 39; }));
    w.mail(with(broken, [&](RowSpec& s) { s.first = begin + 40, s.last = begin + 44; }));
    w.mail(with(healthy_core, [&](RowSpec& s) { s.first = begin + 45, s.last = begin + 99; }));
    w.mail(with(broken, [&](RowSpec& s) { s.first = begin + 100, s.last = w.last; }));
    w.finish();
    CHECK(news(w, begin + 1) == Lines{"41 sender-started-failing Salesforce core",
                                      "101 sender-started-failing Salesforce core"});
  }
  SUBCASE("failures at one of three reporters are not news") {
    w.mail(with(healthy_core, [&](RowSpec& s) { s.reporters = {"google.com", "Yahoo"}; }));
    w.mail(with(healthy_core, [&](RowSpec& s) {
      s.reporters = {"Outlook.com"}, s.first = begin, s.last = begin + 59;
    }));
    w.mail(with(broken, [&](RowSpec& s) {
      s.reporters = {"Outlook.com"}, s.first = begin + 60, s.last = w.last;
    }));
    w.finish();
    CHECK(news(w, begin + 1).empty());
  }
  SUBCASE("a sender vanishes; another comes; a route is new") {
    w.mail(with(healthy_core, [&](RowSpec& s) { s.first = begin, s.last = begin + 50; }));
    w.mail({.ip = "40.107.22.57",
            .spf = "example.com pass",
            .dkim = "example.com/selector1 pass",
            .evaluated = "pass/pass",
            .messages = 5,
            .first = begin + 60,
            .last = w.last});
    w.mail({.ip = "13.111.88.14",
            .spf = "bounce.s7.exacttarget.com pass",
            .dkim = "example.com/200608 pass",
            .evaluated = "pass/fail",
            .messages = 5,
            .first = begin + 80,
            .last = w.last});
    w.finish();
    CHECK(news(w, begin + 1) == Lines{"58 sender-vanished Salesforce core",
                                      "61 new-source Microsoft 365",
                                      "81 new-route Salesforce account-engagement"});
  }
  SUBCASE("the policy moves and hits mail of ours") {
    w.mail(with(healthy_core, [&](RowSpec& s) { s.first = begin, s.last = begin + 59; }));
    w.mail(with(broken, [&](RowSpec& s) {
      s.first = begin + 60, s.last = w.last, s.disposition = "quarantine";
    }));
    w.publish(begin + 60, World::policy("example.com", "quarantine"));
    w.finish();
    CHECK(news(w, begin + 1) == Lines{"61 sender-started-failing Salesforce core",
                                      "61 policy-changed p=quarantine",
                                      "61 enforcement-hit-own-mail Salesforce core"});
  }
  SUBCASE("a small sender of ours is hit: a mail a day at one of the reporters") {
    w.mail({.ip = "40.107.22.57",
            .spf = "example.com pass",
            .dkim = "example.com/selector1 pass",
            .evaluated = "pass/pass",
            .messages = 1,
            .first = begin,
            .last = begin + 59,
            .reporters = {"Yahoo"}});
    w.mail({.ip = "40.107.22.57",
            .spf = "example.com fail",
            .dkim = "example.com/selector1 permerror",
            .evaluated = "fail/fail",
            .messages = 1,
            .first = begin + 60,
            .last = begin + 70,
            .reporters = {"Yahoo"},
            .disposition = "quarantine"});
    w.publish(begin + 30, World::policy("example.com", "quarantine"));
    w.finish();
    const Lines lines = news(w, begin + 55);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.front().ends_with("enforcement-hit-own-mail Microsoft 365"));
  }
  SUBCASE("the policy moves and hits mail that nobody claimed") {
    const RowSpec stranger{.ip = "203.0.113.77",
                           .spf = "crm-mailer.example pass",
                           .dkim = "crm-mailer.example/mail pass",
                           .evaluated = "fail/fail",
                           .messages = 4};
    w.mail(with(stranger, [&](RowSpec& s) { s.first = begin, s.last = begin + 59; }));
    w.mail(with(stranger, [&](RowSpec& s) {
      s.first = begin + 60, s.last = w.last, s.disposition = "reject";
    }));
    w.publish(begin + 60, World::policy("example.com", "reject"));
    w.finish();
    CHECK(news(w, begin + 31) ==
          Lines{"61 policy-changed p=reject", "61 enforcement-hit-unproven crm-mailer.example"});
  }
  SUBCASE("near miss: what comes only since then is a new sender") {
    w.mail({.ip = "203.0.113.77",
            .spf = "crm-mailer.example pass",
            .dkim = "crm-mailer.example/mail pass",
            .evaluated = "fail/fail",
            .messages = 4,
            .first = begin + 62,
            .last = w.last,
            .disposition = "reject"});
    w.publish(begin + 60, World::policy("example.com", "reject"));
    w.finish();
    for (const std::string& line : news(w, begin + 31))
      CHECK(line.find("unproven") == std::string::npos);
  }
  SUBCASE("one report of an unknown reporter raises nothing") {
    for (RowSpec spec : {RowSpec{.ip = "203.0.113.66", .evaluated = "fail/fail"},
                         RowSpec{.ip = "40.107.22.57",
                                 .spf = "example.com pass",
                                 .dkim = "example.com/selector1 pass",
                                 .evaluated = "pass/pass"},
                         with(broken, [](RowSpec& s) { s.disposition = "reject"; })}) {
      spec.reporters = {"forger.example"};
      spec.messages = 5'000;
      spec.first = spec.last = begin + 60;
      w.mail(spec);
    }
    w.mail(healthy_core);
    w.publish(begin + 30, World::policy("example.com", "quarantine"));
    w.finish();
    CHECK(news(w, begin + 45).empty());
  }
  SUBCASE("nor does it clear anything") {
    w.mail(with(healthy_core, [&](RowSpec& s) { s.first = begin, s.last = begin + 50; }));
    w.mail(with(healthy_core, [&](RowSpec& s) {
      s.reporters = {"forger.example"}, s.first = s.last = begin + 70, s.messages = 5'000;
    }));
    w.finish();
    CHECK(news(w, begin + 1) == Lines{"58 sender-vanished Salesforce core"});
  }
  SUBCASE("a burst of spoofing") {
    for (Day day = begin + 70; day <= begin + 80; ++day)
      w.mail({.ip = "203.0.113." + std::to_string(day - begin),
              .evaluated = "fail/fail",
              .messages = 500,
              .first = day,
              .last = day});
    w.finish();
    CHECK(news(w, begin + 1) == Lines{"71 spoofing-burst"});
  }
  SUBCASE("a reporter stops, and comes back") {
    w.silence("Yahoo", begin + 50, begin + 70);
    w.finish();
    CHECK(news(w, begin + 1) == Lines{"53 reports-stopped Yahoo"});
  }
}

TEST_CASE("alerts: all reports stop; problems are told by their latest") {
  LongWorld w;
  w.mail(healthy_ses);
  w.finish();
  const RowLookup lookup = w.world.lookup();
  AlertQuestion question;
  question.today = w.last + 3;
  CHECK(find_alerts(w.timeline, lookup, {}, question).empty());
  question.today = w.last + 4;
  auto alerts = find_alerts(w.timeline, lookup, {}, question);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts.front().key() == "reports-stopped\t\t");
  question.today = w.last + 1;
  question.problems = {{7, "truncated"}, {9, "conflict"}};
  alerts = find_alerts(w.timeline, lookup, {}, question);
  REQUIRE(alerts.size() == 1);
  CHECK(alert_text(alerts.front()) ==
        "2 documents could not be read (1 conflict, 1 truncated): dmarcq problems list.");
}

TEST_CASE("alerts: one domain's reports stop while another's go on") {
  LongWorld w;
  w.mail(healthy_ses);
  const auto reports = [&](const std::string& domain, Day first, Day last, Day every) {
    for (Day day = first; day <= last; day += every)
      for (std::uint32_t reporter = 0; reporter < 3; ++reporter) {
        ReportSeen report;
        report.id = 100'000 + day * 10 + reporter;
        report.domain = domain;
        report.reporter = reporter;
        report.day = day;
        report.policy = World::policy(domain, "none");
        w.timeline.add(report);
      }
  };
  const auto stopped = [&] {
    w.finish();
    const RowLookup lookup = w.world.lookup();
    std::vector<std::string> keys;
    for (const Alert& alert : find_alerts(w.timeline, lookup, {}, {.today = w.last + 1}))
      keys.push_back(alert.key());
    return keys;
  };
  SUBCASE("out of its rhythm") {
    reports("other.example", w.first, w.last - 10, 1);
    CHECK(stopped() == std::vector<std::string>{"reports-stopped\tother.example\t"});
  }
  SUBCASE("near miss: weekly mail") {
    reports("other.example", w.first, w.last - 6, 7);
    CHECK(stopped().empty());
  }
  SUBCASE("near miss: two quiet days") {
    reports("other.example", w.first, w.last - 2, 1);
    CHECK(stopped().empty());
  }
  SUBCASE("many at once are one alert where all stop") {
    for (const char* domain : {"a.example", "b.example", "c.example", "d.example"})
      reports(domain, w.first, w.last - 10, 1);
    CHECK(stopped().size() == 4);  // example.com goes on
  }
}

TEST_CASE("alerts: enforcement hits the only account that the domain ever had, claimed or not") {
  const RowSpec unproven{
      .ip = core_ip, .spf = other_bounce + " pass", .messages = 20, .disposition = "none"};
  const auto codes = [](LongWorld& w) {
    w.publish(w.last - 9, World::policy("example.com", "quarantine"));
    w.finish();
    const RowLookup lookup = w.world.lookup();
    std::set<std::string> found;
    for (const Alert& alert : find_alerts(w.timeline, lookup, {}, {.today = w.last + 1}))
      found.insert(std::string(to_text(alert.code)));
    return found;
  };
  const auto hit = [&](LongWorld& w) {
    w.mail(with(unproven, [&](RowSpec& s) { s.first = w.first, s.last = w.last - 10; }));
    w.mail(with(unproven, [&](RowSpec& s) {
      s.first = w.last - 9, s.last = w.last, s.disposition = "quarantine";
    }));
  };
  LongWorld only;
  only.mail(healthy_ses);
  hit(only);
  CHECK(codes(only).contains("enforcement-hit-own-mail"));
  LongWorld beside;  // near miss: another org is proven, this one is a stranger's
  beside.mail(healthy_core);
  hit(beside);
  CHECK_FALSE(codes(beside).contains("enforcement-hit-own-mail"));
}

TEST_CASE(
    "alerts: a new mail service is named, a row of no message is no news, and no two alerts share a key") {
  LongWorld w;
  w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 300; }));
  w.mail({.ip = "203.0.113.40",
          .spf = "send.shadow.example pass",
          .dkim = "shadow.example/s1 pass",
          .messages = 200,
          .first = w.last - 5,
          .last = w.last});
  w.mail({.ip = "40.107.22.57",
          .spf = "example.com pass",
          .dkim = "example.com/selector1 pass",
          .evaluated = "pass/pass",
          .messages = 0,
          .first = w.last - 3,
          .last = w.last});
  // One server, part proven by its signature and part only listed in SPF: two streams of one label.
  w.mail({.ip = "198.51.100.80",
          .spf = "example.com pass",
          .evaluated = "fail/pass",
          .messages = 5,
          .first = w.last - 3,
          .last = w.last});
  w.mail({.ip = "198.51.100.80",
          .spf = "stranger.example pass",
          .dkim = "example.com/mx pass",
          .evaluated = "pass/fail",
          .messages = 5,
          .first = w.last - 3,
          .last = w.last});
  w.finish();
  const RowLookup lookup = w.world.lookup();
  std::vector<std::string> keys;
  for (const Alert& alert : find_alerts(w.timeline, lookup, {}, {.today = w.last + 1}))
    keys.push_back(alert.key());
  CHECK(std::ranges::find(keys, "new-source\texample.com\tshadow.example") != keys.end());
  CHECK(std::ranges::none_of(
      keys, [](const std::string& key) { return key.find("Microsoft") != std::string::npos; }));
  CHECK(std::set<std::string>(keys.begin(), keys.end()).size() == keys.size());
}

TEST_CASE("alerts: an org that starts when a proven one stops is probably the owner's new one") {
  const auto text = [](std::uint64_t messages, bool old_goes_on) {
    LongWorld w;
    w.mail(healthy_ses);
    w.mail(with(healthy_core, [&](RowSpec& s) {
      s.first = w.first, s.last = old_goes_on ? w.last : w.last - 5;
    }));
    w.mail({.ip = core_ip,
            .spf = other_bounce + " pass",
            .messages = messages,
            .first = w.last - 4,
            .last = w.last});
    w.finish();
    const RowLookup lookup = w.world.lookup();
    std::string all;
    for (const Alert& alert : find_alerts(w.timeline, lookup, {}, {.today = w.last + 1}))
      all += alert_text(alert) + "\n";
    return all;
  };
  CHECK(text(20, false).find("probably your new org") != std::string::npos);
  CHECK(text(20, true).find("probably your new org") == std::string::npos);    // near miss: both go
                                                                               // on
  CHECK(text(900, false).find("probably your new org") == std::string::npos);  // near miss: another
                                                                               // order of volume
}

TEST_CASE("paragraph: breaks at blanks, indents, counts columns and not bytes") {
  std::ostringstream out;
  write_paragraph(out, "  - ", "äöü ß\x1b[31m one two three", 14);
  CHECK(out.str() == "  - äöü ß[31m\n    one two\n    three\n");
}

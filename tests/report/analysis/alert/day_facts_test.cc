// SPDX-License-Identifier: MIT
// What is known of a policy domain on the day of a check.
#include "report/analysis/alert/day_facts.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

namespace {

constexpr Day today = 20'150;

/// Mail of a service on these days, and reports on them.
void fill(LongWorld& w, Day first, Day last) {
  w.first = first;
  w.last = last;
  w.mail(healthy_ses);
  w.finish();
}

std::optional<DayFacts> facts_of(const LongWorld& w, const AlertQuestion& question,
                                 const std::string& domain = "example.com") {
  return day_facts(w.timeline, w.world.lookup(), {}, question, domain);
}

}  // namespace

TEST_CASE("day facts: nothing where there are no recent reports") {
  struct Case {
    const char* name;
    Day last;
    bool expected;
  };
  for (const Case& c : {
           Case{"up to yesterday", today - 1, true},
           Case{"some weeks old", today - 30, true},
           Case{"as old as an alert looks back", today - alert_days + 2, true},
           Case{"near miss: a day older, so that two days are seen", today - alert_days + 1, false},
       }) {
    CAPTURE(c.name);
    LongWorld w;
    fill(w, c.last - 20, c.last);
    const AlertQuestion question{.today = today};
    const auto facts = facts_of(w, question);
    REQUIRE(facts.has_value() == c.expected);
    if (facts) CHECK(facts->end == c.last);
    CHECK_FALSE(facts_of(w, question, "other.example").has_value());
    CHECK_FALSE(facts_of(w, question, "news.example.com").has_value());
  }
  LongWorld future;
  fill(future, today, today + 5);
  const AlertQuestion question{.today = today};
  CHECK_FALSE(facts_of(future, question).has_value());
}

TEST_CASE("day facts: from the first report looked at to the last complete day") {
  struct Case {
    const char* name;
    Day first, last, begin, end;
  };
  for (const Case& c : {
           Case{"a young domain", today - 40, today - 1, today - 40, today - 1},
           Case{"reports of today are not complete", today - 40, today, today - 40, today - 1},
           Case{"as long as is looked back", today - 120, today - 1, today - 120, today - 1},
           Case{"longer than is looked back", today - 121, today - 1, today - 120, today - 1},
           Case{"three days", today - 3, today - 1, today - 3, today - 1},
       }) {
    CAPTURE(c.name);
    LongWorld w;
    fill(w, c.first, c.last);
    const AlertQuestion question{.today = today};
    const auto facts = facts_of(w, question);
    REQUIRE(facts.has_value());
    CHECK(facts->domain == "example.com");
    CHECK(facts->begin == c.begin);
    CHECK(facts->end == c.end);
    CHECK(&facts->timeline == &w.timeline);
    REQUIRE(facts->streams.list.size() == 1);
    const Stream& stream = facts->streams.list.front();
    CHECK(stream.service == "Amazon SES");
    const auto days = static_cast<std::uint64_t>(c.end - c.begin + 1);
    CHECK(stream.total(0, today + 10).messages() == days * 3 * healthy_ses.messages);
    REQUIRE(facts->policies.size() == days);
    CHECK(facts->policies.front().day == c.begin);
    CHECK(facts->policies.back().day == c.end);
  }
}

TEST_CASE("day facts: a day for which most regular reporters are still missing is not complete") {
  LongWorld w;
  w.first = today - 40;
  w.last = today - 1;
  w.mail(healthy_ses);
  for (const char* reporter : {"google.com", "Yahoo"}) w.silence(reporter, today - 1, today - 1);
  w.finish();
  const AlertQuestion question{.today = today};
  const auto facts = facts_of(w, question);
  REQUIRE(facts.has_value());
  CHECK(facts->end == today - 2);
}

TEST_CASE("day facts: what an unknown reporter says has no say") {
  LongWorld w;
  w.first = today - 40;
  w.last = today - 1;
  w.mail(healthy_ses);
  const auto once = [&](Day first, Day last) {
    w.mail({.ip = "203.0.113.9",
            .evaluated = "fail/fail",
            .messages = 9'000,
            .first = first,
            .last = last,
            .reporters = {"forger.example"}});
  };
  SUBCASE("two reports") {
    once(today - 2, today - 1);
    w.finish();
    const AlertQuestion question{.today = today};
    const auto facts = facts_of(w, question);
    REQUIRE(facts.has_value());
    CHECK(facts->end == today - 1);
    for (const Stream& stream : facts->streams.list)
      CHECK(stream.total(0, today).messages() < 9'000);
  }
  SUBCASE("near miss: three") {
    once(today - 3, today - 1);
    w.finish();
    const AlertQuestion question{.today = today};
    const auto facts = facts_of(w, question);
    REQUIRE(facts.has_value());
    CHECK(std::ranges::any_of(facts->streams.list, [&](const Stream& stream) {
      return stream.total(0, today).messages() >= 9'000;
    }));
  }
  SUBCASE("nobody is known") {
    LongWorld young;
    fill(young, today - 2, today - 1);
    const AlertQuestion question{.today = today};
    CHECK_FALSE(facts_of(young, question).has_value());
  }
}

TEST_CASE("what a change of the policy does to mail that fails") {
  struct Row {
    const char* name;
    SeenPolicy before, now;
    PolicyMove expected;
  };
  const auto policy = [](const char* p, const char* sp, const char* t = "n",
                         const char* adkim = "r") {
    SeenPolicy seen;
    seen.p = p;
    seen.sp = sp;
    seen.t = t;
    seen.adkim = adkim;
    seen.aspf = "r";
    return seen;
  };
  for (const Row& row : {
           Row{"none to quarantine", policy("none", "none"), policy("quarantine", "quarantine"),
               PolicyMove::stricter},
           Row{"quarantine to none", policy("quarantine", "quarantine"), policy("none", "none"),
               PolicyMove::gone},
           Row{"reject to quarantine", policy("reject", "reject"),
               policy("quarantine", "quarantine"), PolicyMove::weaker},
           Row{"a gap below the domain", policy("reject", "reject"), policy("reject", "none"),
               PolicyMove::gone},
           Row{"more for one, nothing for the other", policy("quarantine", "quarantine"),
               policy("reject", "none"), PolicyMove::gone},
           Row{"quarantine, only tested now", policy("quarantine", "quarantine"),
               policy("quarantine", "quarantine", "y"), PolicyMove::gone},
           Row{"reject, only tested now", policy("reject", "reject"),
               policy("reject", "reject", "y"), PolicyMove::weaker},
           Row{"tested before, and none in effect", policy("quarantine", "quarantine", "y"),
               policy("none", "none"), PolicyMove::other},
           Row{"strict alignment", policy("reject", "reject"), policy("reject", "reject", "n", "s"),
               PolicyMove::stricter},
           Row{"relaxed alignment", policy("reject", "reject", "n", "s"),
               policy("reject", "reject"), PolicyMove::other},
       }) {
    CAPTURE(row.name);
    CHECK(static_cast<int>(move_of(row.before, row.now)) == static_cast<int>(row.expected));
  }
}

TEST_CASE("day facts: the policies are those of the days") {
  LongWorld w;
  w.publish(today - 10, World::policy("example.com", "quarantine"));
  fill(w, today - 20, today - 1);
  const AlertQuestion question{.today = today};
  const auto facts = facts_of(w, question);
  REQUIRE(facts.has_value());
  const auto changed = std::ranges::find(facts->policies, "quarantine", &SeenPolicy::p);
  REQUIRE(changed != facts->policies.end());
  CHECK(changed->day == today - 10);
  CHECK(facts->policies.front().p == "none");
}

TEST_CASE("day facts: since when an alert is told") {
  LongWorld w;
  fill(w, today - 20, today - 1);
  const auto key = [](AlertCode code, const char* domain, const char* source) {
    return Alert{.code = code, .domain = domain, .source = source}.key();
  };
  const AlertQuestion question{
      .today = today,
      .told = {{key(AlertCode::new_source, "example.com", "Amazon SES"), today - 5},
               {key(AlertCode::spoofing_burst, "example.com", ""), today - 3},
               {key(AlertCode::new_route, "other.example", "Salesforce core"), today - 2}}};
  const auto facts = facts_of(w, question);
  REQUIRE(facts.has_value());
  CHECK(facts->told_since(AlertCode::new_source, "Amazon SES") == today - 5);
  CHECK(facts->told_since(AlertCode::spoofing_burst, "") == today - 3);
  // Near misses: another sender, another code, another domain.
  CHECK_FALSE(facts->told_since(AlertCode::new_source, "Amazon"));
  CHECK_FALSE(facts->told_since(AlertCode::new_source, ""));
  CHECK_FALSE(facts->told_since(AlertCode::sender_vanished, "Amazon SES"));
  CHECK_FALSE(facts->told_since(AlertCode::new_route, "Salesforce core"));
  const AlertQuestion first_check{.today = today};
  CHECK_FALSE(facts_of(w, first_check)->told_since(AlertCode::new_source, "Amazon SES"));
}

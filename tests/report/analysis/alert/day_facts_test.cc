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
           Case{"as old as an alert looks back", today - alert_days, true},
           Case{"near miss: a day older", today - alert_days - 1, false},
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
           Case{"one day", today - 1, today - 1, today - 1, today - 1},
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

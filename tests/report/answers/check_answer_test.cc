// SPDX-License-Identifier: MIT
#include "report/answers/check_answer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("check: an alert is news until it was told, and again after it has cleared") {
  Store& store = sample_store();
  const CheckQuestion question{.domains = {}, .today = sample_today()};
  const CheckAnswer first = check_answer(*store.snapshot(), question);
  REQUIRE_FALSE(first.alerts.empty());
  CHECK(first.has_news());
  CHECK_FALSE(first.is_remembered);
  CHECK(first.open.size() == first.alerts.size());

  SUBCASE("asking alone tells nobody") {
    CHECK(check_answer(*store.snapshot(), question).has_news());
  }
  SUBCASE("told") {
    remember_told(store, first);
    const CheckAnswer second = check_answer(*store.snapshot(), question);
    CHECK_FALSE(second.has_news());
    CHECK(second.is_remembered);
    for (const CheckAnswer::One& one : second.alerts) CHECK(one.told == question.today);
  }
  SUBCASE("with a domain only its alerts are renewed") {
    std::vector<OpenAlert> told = first.open;
    told.push_back(
        {"sender-vanished\tother.example\tSender", question.today - 9, question.today - 9});
    told.push_back({std::string("sender-vanished\t") + sample_domain + "\tNobody",
                    question.today - 9, question.today - 9});
    store.settings().set_open_alerts(told);
    const CheckAnswer some = check_answer(*store.snapshot(), {{sample_domain}, question.today});
    const auto holds = [&](std::string_view domain) {
      return std::ranges::any_of(some.open, [&](const OpenAlert& alert) {
        return alert.told == question.today - 9 && alert.key.find(domain) != std::string::npos;
      });
    };
    CHECK(holds("other.example"));
    CHECK_FALSE(holds("Nobody"));
  }
  store.settings().set_open_alerts({});
}

// SPDX-License-Identifier: MIT
#include "report/answers/portfolio/domain_verdict.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {

using State = DomainVerdict::State;

DomainVerdict verdict(const char* domain, State state, std::uint64_t fail = 0,
                      std::uint64_t messages = 0, bool back = false) {
  DomainVerdict v;
  v.domain = domain;
  v.state = state;
  v.own.fail = fail;
  v.messages = messages;
  v.next.back = back;
  return v;
}

}  // namespace

TEST_CASE("need: a policy that hits own mail comes before all else, whatever the verdict") {
  CHECK(need_of(verdict("a", State::not_ready)) == Need::repair);
  CHECK(need_of(verdict("a", State::not_ready, 0, 0, true)) == Need::step_back);
  CHECK(need_of(verdict("a", State::too_little_data, 0, 0, true)) == Need::step_back);
  CHECK(need_of(verdict("a", State::no_reports)) == Need::no_reports);
  DomainVerdict ready = verdict("a", State::ready);
  CHECK(need_of(ready) == Need::nothing);  // at the target that was asked about
  ready.next.changes = true;
  CHECK(need_of(ready) == Need::publish);
  CHECK(need_of(verdict("a", State::too_little_data)) == Need::wait);
  CHECK(need_of(verdict("a", State::at_goal)) == Need::nothing);
}

TEST_CASE("sort_by_need: need, then failing own mail, then all mail, then the name") {
  std::vector<DomainVerdict> list{
      verdict("goal.example", State::at_goal, 0, 9'000),
      verdict("b.example", State::not_ready, 5, 10),
      verdict("a.example", State::not_ready, 5, 10),
      verdict("more.example", State::not_ready, 5, 11),
      verdict("worst.example", State::not_ready, 6, 7),
      verdict("wait.example", State::too_little_data, 100, 100),
      verdict("silent.example", State::no_reports),
      verdict("ready.example", State::ready, 0, 1'000'000),
      verdict("hit.example", State::not_ready, 1, 2, true),
  };
  list[7].next.changes = true;
  sort_by_need(list);
  std::vector<std::string> names;
  for (const DomainVerdict& v : list) names.push_back(v.domain);
  CHECK(names == std::vector<std::string>{"hit.example", "worst.example", "more.example",
                                          "a.example", "b.example", "silent.example",
                                          "ready.example", "wait.example", "goal.example"});
}

TEST_CASE("states in data: each has a word of its own") {
  CHECK(to_text(State::at_goal) == "at_goal");
  CHECK(to_text(State::too_little_data) == "too_little_data");
  CHECK(to_text(State::no_reports) == "no_reports");
}

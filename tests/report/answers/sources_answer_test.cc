// SPDX-License-Identifier: MIT
#include "report/answers/sources_answer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "report/answers/disagreements.h"
#include "report/answers/summary_answer.h"
#include "sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

constexpr GroupBy all_groupings[] = {GroupBy::source,   GroupBy::ip,     GroupBy::service,
                                     GroupBy::route,    GroupBy::subnet, GroupBy::domain,
                                     GroupBy::reporter, GroupBy::day};

SourcesAnswer asked(GroupBy by, Selection selection = {}) {
  return sources_answer(*sample_snapshot(), {std::move(selection), by, sample_today()});
}

bool equal(const Totals& a, const Totals& b) {
  return a.messages == b.messages && a.both == b.both && a.dkim_only == b.dkim_only &&
         a.spf_only == b.spf_only && a.neither == b.neither && a.none == b.none &&
         a.pass == b.pass && a.quarantine == b.quarantine && a.reject == b.reject;
}

}  // namespace

TEST_CASE("sources: whatever the lines stand for, they add up to the same") {
  const Totals all = summary_answer(*sample_snapshot(), {{}, false, sample_today()}).totals;
  for (const GroupBy by : all_groupings) {
    CAPTURE(static_cast<int>(by));
    const SourcesAnswer answer = asked(by);
    CHECK(equal(answer.all.totals, all));
    Totals sum;
    for (const SourceGroup& line : answer.lines) {
      sum.add(line.totals);
      CHECK(std::accumulate(line.flows.begin(), line.flows.end(), std::uint64_t{0}) ==
            line.totals.messages);
      CHECK(line.first_day <= line.last_day);
      CHECK((line.addresses == 1) == line.ip.has_value());
    }
    CHECK(equal(sum, all));
    CHECK(answer.addresses == asked(GroupBy::ip).lines.size());
  }
}

TEST_CASE("sources: by disposition, the rows that the totals count under it") {
  const Totals all = asked(GroupBy::source).all.totals;
  const std::pair<Disposition, std::uint64_t> rows[] = {{Disposition::none, all.none},
                                                        {Disposition::pass, all.pass},
                                                        {Disposition::quarantine, all.quarantine},
                                                        {Disposition::reject, all.reject}};
  for (const auto& [disposition, messages] : rows) {
    CAPTURE(to_text(disposition));
    for (const GroupBy by : all_groupings) {
      const Totals found = asked(by, {.disposition = disposition}).all.totals;
      CHECK(found.messages == messages);
      Totals only;
      only.none = disposition == Disposition::none ? messages : 0;
      only.pass = disposition == Disposition::pass ? messages : 0;
      only.quarantine = disposition == Disposition::quarantine ? messages : 0;
      only.reject = disposition == Disposition::reject ? messages : 0;
      CHECK(found.none == only.none);
      CHECK(found.pass == only.pass);
      CHECK(found.quarantine == only.quarantine);
      CHECK(found.reject == only.reject);
    }
  }
  CHECK(all.quarantine > 0);
  CHECK(all.quarantine < all.messages);
}

TEST_CASE("sources: a line by day is of that day, a line by reporter of that reporter") {
  for (const SourceGroup& line : asked(GroupBy::day).lines) {
    CHECK(line.first_day == line.last_day);
    CHECK(line.label == iso_date(line.first_day));
  }
  for (const SourceGroup& line : asked(GroupBy::reporter).lines) {
    CAPTURE(line.label);
    CHECK(line.reporters == 1);
    Selection only;
    only.filter.reporters = {line.label};
    CHECK(equal(asked(GroupBy::ip, only).all.totals, line.totals));
  }
}

TEST_CASE("sources: failing and passing part the sources") {
  Selection failing, passing;
  failing.failing = true;
  passing.passing = true;
  for (const GroupBy by : all_groupings) {
    CAPTURE(static_cast<int>(by));
    const SourcesAnswer fails = asked(by, failing), passes = asked(by, passing), all = asked(by);
    CHECK(fails.lines.size() + passes.lines.size() == all.lines.size());
    CHECK(fails.all.totals.dmarc_fail() == all.all.totals.dmarc_fail());
    CHECK(passes.all.totals.dmarc_fail() == 0);
    CHECK_FALSE(fails.without_failure);
  }
}

TEST_CASE("sources: where nothing fails, the answer says what there is instead") {
  Selection selection;
  selection.failing = true;
  selection.filter.networks = {IpNetwork::parse("40.107.22.57").value()};
  const SourcesAnswer answer = asked(GroupBy::source, selection);
  selection.failing = false;
  const SourcesAnswer there = asked(GroupBy::source, selection);
  REQUIRE_FALSE(there.lines.empty());
  if (there.all.totals.dmarc_fail() == 0) {
    REQUIRE(answer.without_failure);
    CHECK(answer.without_failure->totals.messages == there.all.totals.messages);
    CHECK(answer.without_failure->groups == there.lines.size());
  }
  selection.failing = true;
  selection.filter.networks = {IpNetwork::parse("203.0.113.254").value()};
  CHECK_FALSE(asked(GroupBy::source, selection).without_failure);
}

TEST_CASE("sources: order and limit") {
  struct Row {
    const char* sort;
    bool descending;
  };
  for (const Row& row : {Row{"messages", true},
                         {"messages", false},
                         {"fail", true},
                         {"pass", true},
                         {"reporters", true},
                         {"first", false},
                         {"last", true}}) {
    CAPTURE(row.sort);
    Selection selection;
    selection.sort = row.sort;
    selection.descending = row.descending;
    selection.limit = 5;
    const SourcesAnswer answer = asked(GroupBy::source, selection);
    CHECK(answer.shown == 5);
    CHECK(answer.lines.size() > 5);  // the sums are of all of them
    const auto key = [&](const SourceGroup& l) -> std::int64_t {
      const std::string_view sort = row.sort;
      const auto number = sort == "messages"    ? l.totals.messages
                          : sort == "fail"      ? l.totals.dmarc_fail()
                          : sort == "pass"      ? l.totals.dmarc_pass()
                          : sort == "reporters" ? l.reporters
                          : sort == "first"     ? static_cast<std::uint64_t>(l.first_day)
                                                : static_cast<std::uint64_t>(l.last_day);
      return row.descending ? -static_cast<std::int64_t>(number)
                            : static_cast<std::int64_t>(number);
    };
    CHECK(std::ranges::is_sorted(answer.lines, {}, key));
  }
}

TEST_CASE("sources: a filter narrows what is shown, not what a sender is called") {
  std::map<std::string, std::set<std::string>> names;
  for (const SourceGroup& line : asked(GroupBy::source).lines)
    names[line.label].insert(line.service + "/" + line.route);
  Selection narrow;
  narrow.filter.since = sample_today() - 8;
  narrow.filter.reporters = {"google.com"};
  const SourcesAnswer answer = asked(GroupBy::source, narrow);
  CHECK_FALSE(answer.lines.empty());
  std::size_t same = 0;
  for (const SourceGroup& line : answer.lines)
    same += names[line.label].contains(line.service + "/" + line.route);
  CHECK(same == answer.lines.size());
}

TEST_CASE("disagreements: rows compared are those of the selection") {
  const DisagreementsAnswer all = disagreements_answer(*sample_snapshot(), {}, sample_today());
  CHECK(all.messages == asked(GroupBy::source).all.totals.messages);
  CHECK(all.shown == all.list.size());
  Selection limited;
  limited.limit = 0;
  CHECK(disagreements_answer(*sample_snapshot(), limited, sample_today()).shown == 0);
}

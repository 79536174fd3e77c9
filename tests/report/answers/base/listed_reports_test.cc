// SPDX-License-Identifier: MIT
#include "report/answers/base/listed_reports.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "report/answers/summary_answer.h"
#include "tests/report/answers/sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

std::vector<ListedReport> listed(Selection selection) {
  return listed_reports(*sample_snapshot(),
                        {.selection = std::move(selection), .today = sample_today()});
}

Totals sum_of(const std::vector<ListedReport>& reports) {
  Totals sum;
  for (const ListedReport& one : reports) sum.add(one.totals);
  return sum;
}

Selection of_ip(const std::string& text) {
  Selection selection;
  selection.filter.networks = {*IpNetwork::parse(text)};
  return selection;
}

}  // namespace

TEST_CASE("listed_reports: newest first, and as many messages as the summary has") {
  const std::vector<ListedReport> reports = listed({});
  const SummaryAnswer summary = summary_answer(*sample_snapshot(), {{}, false, sample_today()});
  CHECK(reports.size() == summary.reports);
  CHECK(sum_of(reports) == summary.totals);
  CHECK(std::ranges::is_sorted(reports, std::ranges::greater{},
                               [](const ListedReport& l) { return l.report.day; }));
  for (const ListedReport& one : reports) CHECK(one.totals == one.report.totals);
}

TEST_CASE("each_listed_report: the same reports in the same order, one by one") {
  for (const bool failing : {false, true}) {
    Selection selection;
    selection.failing = failing;
    std::vector<std::int64_t> ids, expected;
    each_listed_report(*sample_snapshot(), {.selection = selection, .today = sample_today()},
                       [&](const ListedReport& one) { ids.push_back(one.report.id); });
    for (const ListedReport& one : listed(selection)) expected.push_back(one.report.id);
    CHECK(ids == expected);
    CHECK_FALSE(ids.empty());
  }
}

TEST_CASE("listed_reports: --failing leaves exactly those with a failure") {
  Selection selection;
  selection.failing = true;
  const std::vector<ListedReport> failing = listed(selection);
  std::set<std::int64_t> ids;
  for (const ListedReport& one : failing) {
    CHECK(one.totals.dmarc_fail() > 0);
    ids.insert(one.report.id);
  }
  std::size_t others = 0;
  for (const ListedReport& one : listed({}))
    if (!ids.contains(one.report.id)) {
      CHECK(one.totals.dmarc_fail() == 0);
      ++others;
    }
  CHECK(others > 0);
  CHECK(sum_of(failing).dmarc_fail() == sum_of(listed({})).dmarc_fail());
}

TEST_CASE("listed_reports: of an address, the reports that have rows of it, and only these rows") {
  const std::string ip = "192.0.2.40";
  Totals expected;
  std::set<std::int64_t> reports;
  const std::unique_ptr<Snapshot> snapshot = sample_snapshot();
  each_day_row(*snapshot, {}, [&](const DayRow& row) {
    if (row.source_ip.to_text() != ip) return;
    expected.add(snapshot->dictionary().evaluation(row.evaluation), row.messages);
    reports.insert(row.report);
  });
  const std::vector<ListedReport> found = listed(of_ip(ip));
  CHECK(found.size() == reports.size());
  CHECK(sum_of(found) == expected);
  CHECK(expected.messages > 0);
  CHECK(expected.messages < sum_of(listed({})).messages);
  for (const ListedReport& one : found) CHECK(reports.contains(one.report.id));
  CHECK(listed(of_ip("192.0.2.254")).empty());
}

TEST_CASE("listed_reports: of a domain below the policy domain, the figures are of its rows") {
  std::string below;
  const std::unique_ptr<Snapshot> snapshot = sample_snapshot();
  each_day_row(*snapshot, {}, [&](const DayRow& row) {
    const std::string& from = snapshot->dictionary().identity(row.identity).header_from;
    if (from.ends_with(std::string(".") + sample_domain)) below = from;
  });
  REQUIRE_FALSE(below.empty());
  Selection selection;
  selection.filter.domains = {below};
  const SummaryAnswer summary = summary_answer(*snapshot, {selection, false, sample_today()});
  const std::vector<ListedReport> found = listed(selection);
  CHECK(sum_of(found) == summary.totals);
  CHECK(found.size() == summary.reports);
  selection.failing = true;
  for (const ListedReport& one : listed(selection)) CHECK(one.totals.dmarc_fail() > 0);
  CHECK(listed(selection).size() < found.size());
}

TEST_CASE("listed_reports: each key sorts by what its column shows") {
  const auto sorted = [](const std::string& key, bool down, auto value) {
    Selection selection;
    selection.sort = key;
    selection.descending = down;
    const std::vector<ListedReport> reports = listed(selection);
    CHECK(reports.size() > 1);
    return down ? std::ranges::is_sorted(reports, std::ranges::greater{}, value)
                : std::ranges::is_sorted(reports, std::ranges::less{}, value);
  };
  for (const bool down : {false, true}) {
    CHECK(sorted("day", down, [](const ListedReport& l) { return l.report.day; }));
    CHECK(sorted("messages", down, [](const ListedReport& l) { return l.totals.messages; }));
    CHECK(sorted("fail", down, [](const ListedReport& l) { return l.totals.dmarc_fail(); }));
    CHECK(sorted("reporter", down, [](const ListedReport& l) { return l.report.reporter; }));
    CHECK(sorted("domain", down, [](const ListedReport& l) { return l.report.domain; }));
    CHECK(sorted("records", down, [](const ListedReport& l) { return l.report.records; }));
    CHECK(sorted("id", down, [](const ListedReport& l) { return l.report.id; }));
  }
}

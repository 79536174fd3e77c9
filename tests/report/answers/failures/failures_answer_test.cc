// SPDX-License-Identifier: MIT
#include "report/answers/failures/failures_answer.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <tuple>

#include "report/answers/explain_answer.h"
#include "report/answers/sources_answer.h"
#include "tests/report/answers/failures/failure_store.h"
#include "tests/report/answers/sample.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

constexpr const char *salesforce_ip = "13.110.74.200", *other_ip = "203.0.113.25";

FailuresAnswer ask(std::vector<StoredFailure> failures, FailuresQuestion question = {}) {
  question.today = sample_today();
  SnapshotWithFailures snapshot(sample_snapshot(), std::move(failures));
  return failures_answer(snapshot, question);
}

std::uint64_t reports_with(const Filter& filter, const std::vector<StoredFailure>& failures) {
  return ask(failures, {.filter = filter}).totals.reports;
}

}  // namespace

TEST_CASE("failures: the sender, and the figures, are those of `sources`") {
  const FailuresAnswer answer = ask({stored_failure(1, salesforce_ip, "2026-10-20"),
                                     stored_failure(2, other_ip, "2026-10-21"),
                                     stored_failure(3, "192.0.2.254", "2026-10-21")});
  REQUIRE(answer.groups.size() == 3);
  CHECK(answer.any);
  CHECK(answer.totals.reports == 3);
  std::size_t compared = 0;
  for (const FailureGroup& group : answer.groups) {
    SourcesQuestion question{.today = sample_today()};
    question.selection.filter = {
        .domains = {sample_domain}, .since = group.first_day - 1, .until = group.last_day + 1};
    const SourcesAnswer sources = sources_answer(*sample_snapshot(), question);
    for (const SourceGroup& line : sources.lines)
      if (line.label == group.label) {
        CAPTURE(group.label);
        CHECK(group.has_rows);
        CHECK(group.origin.service == line.service);
        CHECK(group.origin.route == line.route);
        CHECK(group.messages == line.totals.messages);
        CHECK(group.dmarc_fail == line.totals.dmarc_fail());
        ++compared;
      }
  }
  CHECK(compared == 2);
  CHECK_FALSE(answer.groups[1].has_rows);
  CHECK(origin_words(answer.groups[1].origin) == "unknown");
}

TEST_CASE("failures: figures are of a line's days, whatever else the question is about") {
  const std::vector<StoredFailure> list{stored_failure(1, salesforce_ip, "2026-10-20"),
                                        stored_failure(2, salesforce_ip, "2026-10-21"),
                                        stored_failure(3, other_ip, "2026-10-21")};
  const auto day = [](const char* text) { return day_from_text(text).value(); };
  using Figures = std::vector<std::tuple<std::string, std::uint64_t, std::uint64_t>>;
  const auto figures = [&](FailureBy by, const Filter& filter) {
    Figures figures_of;
    for (const FailureGroup& group : ask(list, {.filter = filter, .by = by}).groups)
      figures_of.emplace_back(group.label, group.messages, group.dmarc_fail);
    return figures_of;
  };
  for (const FailureBy by : {FailureBy::source, FailureBy::day, FailureBy::reporter}) {
    CAPTURE(to_text(by));
    const Figures whole = figures(by, {});
    REQUIRE_FALSE(whole.empty());
    for (const auto& [label, messages, fail] : whole) CHECK(messages > 0);
    CHECK(figures(by, {.since = day("2026-10-01")}) == whole);
    CHECK(figures(by, {.since = day("2026-10-20")}) == whole);
    CHECK(figures(by, {.since = day("2026-10-20"), .until = day("2026-10-21")}) == whole);
  }
  // A day alone is as it is among others.
  const Figures days = figures(FailureBy::day, {});
  REQUIRE(days.size() == 2);
  CHECK(figures(FailureBy::day, {.since = day("2026-10-21")}) == Figures{days[1]});
  CHECK(figures(FailureBy::day, {.until = day("2026-10-20")}) == Figures{days[0]});
  // A report of a day without aggregate reports near it.
  const FailuresAnswer far = ask({stored_failure(1, salesforce_ip, "2020-01-01")});
  REQUIRE(far.groups.size() == 1);
  CHECK_FALSE(far.groups.front().has_rows);
}

TEST_CASE("failures: a day before the question's days has its part in the figures") {
  const auto snapshot = sample_snapshot();
  const Day from = sample_today() - 60;
  std::map<IpAddress, std::set<Day>> days;
  each_source_day(*snapshot, {.domains = {sample_domain}, .since = from},
                  [&](Day day, const SourceRow& row) { days[row.source_ip].insert(day); });
  std::size_t tried = 0;
  for (const auto& [address, seen] : days) {
    const Day last = *seen.rbegin();
    if (last + 1 > sample_today()) continue;
    const std::string ip = address.to_text(), day = iso_date(last + 1);
    CAPTURE(ip);
    const FailuresAnswer answer =
        ask({stored_failure(1, ip.c_str(), day.c_str())}, {.filter = {.since = last + 1}});
    REQUIRE(answer.groups.size() == 1);
    CHECK(answer.groups.front().has_rows);
    CHECK(answer.groups.front().messages > 0);
    if (++tried == 2) break;
  }
  CHECK(tried == 2);
}

TEST_CASE("failures: rows of another domain are none of the source's") {
  const FailuresAnswer answer =
      ask({stored_failure(1, salesforce_ip, "2026-10-20", "elsewhere.example")});
  REQUIRE(answer.groups.size() == 1);
  CHECK_FALSE(answer.groups.front().has_rows);
}

TEST_CASE("failures: which reports are asked for") {
  std::vector<StoredFailure> list{stored_failure(1, "192.0.2.1", "2026-10-20", "example.com"),
                                  stored_failure(2, "192.0.2.2", "2026-10-22", "news.example.com"),
                                  stored_failure(3, "2001:db8::1", "2026-10-24", "notexample.com")};
  list.push_back(stored_failure(4, "192.0.2.9", "2026-10-24", "example.com"));
  list.back().report.header_from = "";
  list.back().report.source_ip.reset();
  const auto day = [](const char* text) { return day_from_text(text).value(); };
  CHECK(reports_with({}, list) == 4);
  CHECK(reports_with({.domains = {"example.com"}}, list) == 3);
  CHECK(reports_with({.domains = {"news.example.com"}}, list) == 1);
  CHECK(reports_with({.domains = {"example.com", "notexample.com"}}, list) == 4);
  CHECK(reports_with({.since = day("2026-10-22")}, list) == 3);
  CHECK(reports_with({.since = day("2026-10-22"), .until = day("2026-10-22")}, list) == 1);
  CHECK(reports_with({.networks = {*IpNetwork::parse("192.0.2.0/24")}}, list) == 2);
  CHECK(reports_with({.networks = {*IpNetwork::parse("192.0.2.2")}}, list) == 1);
  // Of no day, and of a day that has not come yet.
  list[0].day = 0;
  list[1].day = sample_today() + 1;
  CHECK(reports_with({}, list) == 3);
  CHECK(reports_with({.since = 1}, list) == 2);
  CHECK(reports_with({.until = sample_today() + 1}, list) == 4);
}

TEST_CASE("failures: the policy of the report goes first, then that of aggregate reports") {
  std::vector<StoredFailure> list{stored_failure(1, other_ip, "2026-10-20")};
  list[0].report.delivery_result = "delivered";
  FailuresQuestion question{.examples = 1};
  const std::string told = ask(list, question).examples.front().asked;
  CHECK_FALSE(told.empty());
  for (const char* policy : {"none", "reject"}) {
    list[0].report.authentication_results = std::string("r.example; dmarc=fail (p=") + policy + ")";
    const FailuresAnswer answer = ask(list, question);
    CHECK(answer.examples.front().asked == policy);
    CHECK(answer.totals.let_through == (policy == std::string("reject") ? 1 : 0));
  }
}

TEST_CASE("failures: examples have the header that is stored, and nothing else has") {
  std::vector<StoredFailure> list{stored_failure(1, other_ip, "2026-10-20"),
                                  stored_failure(2, other_ip, "2026-10-21")};
  list[0].report.original_header = "Subject: one\n";
  list[1].report.original_header = "Subject: two\n";
  CHECK(ask(list).examples.empty());
  const FailuresAnswer answer = ask(list, {.examples = 1});
  REQUIRE(answer.examples.size() == 1);
  CHECK(answer.examples.front().id == 2);
  CHECK(answer.examples.front().report.original_header == "Subject: two\n");
}

TEST_CASE("failures: none, or complaints only") {
  const FailuresAnswer none = ask({});
  CHECK_FALSE(none.any);
  CHECK(none.groups.empty());
  std::vector<StoredFailure> list{stored_failure(1, other_ip, "2026-10-20")};
  list[0].report.kind = FailureKind::complaint;
  const FailuresAnswer answer = ask(list);
  CHECK(answer.any);
  CHECK(answer.groups.empty());
  CHECK(answer.totals.complaints == 1);
  CHECK(ask(list, {.complaints = true}).groups.size() == 1);
}

TEST_CASE("explain: one failure report of the source") {
  std::vector<StoredFailure> list{
      stored_failure(1, other_ip, "2026-10-20"), stored_failure(2, other_ip, "2026-10-21"),
      stored_failure(3, other_ip, "2026-10-22"), stored_failure(4, salesforce_ip, "2026-10-23")};
  list[0].marks.category = "apiSingleMail";  // tells more, but anyone can write it
  list[2].report.kind = FailureKind::complaint;
  const auto explained = [&](const char* ip, const char* domain, Filter filter = {}) {
    ExplainQuestion question{
        .network = IpNetwork::parse(ip), .domain = domain, .today = sample_today()};
    question.selection.filter = std::move(filter);
    SnapshotWithFailures snapshot(sample_snapshot(), list);
    return explain_answer(snapshot, question).failure;
  };
  const auto failure = explained(other_ip, "");
  REQUIRE(failure);
  CHECK(failure->failure.id == 2);
  CHECK(failure->reports == 2);
  CHECK_FALSE(failure->failure.asked.empty());
  CHECK(explained("", sample_domain)->reports == 3);
  CHECK_FALSE(explained("192.0.2.254", ""));
  CHECK_FALSE(explained("", "elsewhere.example"));
  CHECK_FALSE(explained(other_ip, "", {.domains = {"elsewhere.example"}}));
  CHECK_FALSE(explained(other_ip, "", {.reporters = {"mx.example.net"}}));
  CHECK_FALSE(explained(other_ip, "", {.until = list[0].day - 1}));
}

TEST_CASE("explain: the example is by whom aggregate reports are known of, then the newest") {
  const std::unique_ptr<Snapshot> sample = sample_snapshot();
  std::string known;
  for (const StoredReporter& reporter : sample->reporters())
    if (reporter.sender.mail && reporter.sender.trust >= trusted)
      known = reporter.sender.from_domain;
  REQUIRE_FALSE(known.empty());
  std::vector<StoredFailure> list{stored_failure(1, other_ip, "2026-10-20"),
                                  stored_failure(2, other_ip, "2026-10-22"),
                                  stored_failure(3, other_ip, "2026-10-22")};
  const auto chosen = [&] {
    SnapshotWithFailures snapshot(sample_snapshot(), list);
    return failure_example(snapshot, 0, sample_today(), [](const FailureReport&) { return true; })
        .value()
        .failure.id;
  };
  list[1].report.reporter = list[2].report.reporter = "stranger.example";
  CHECK(chosen() == 2);
  list[2].marks.category = "apiSingleMail";
  CHECK(chosen() == 3);
  list[0].report.reporter = "mail." + known;
  CHECK(chosen() == 1);
}

// SPDX-License-Identifier: MIT
#include "report/analysis/failures/failure_groups.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/failures/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

std::string labels(const std::vector<FailureGroup>& groups) {
  std::string words;
  for (const FailureGroup& group : groups)
    words += group.label + "=" + std::to_string(group.incidents) + "/" +
             std::to_string(group.complaints) + " ";
  return words;
}

std::vector<JudgedFailure> some() {
  std::vector<JudgedFailure> list{failure_from("192.0.2.1", 20'000, 3),
                                  failure_from("192.0.2.1", 20'002), failure_from("192.0.2.2"),
                                  complaint_from("192.0.2.1"), complaint_from("192.0.2.3")};
  list[0].marks = {.salesforce_org = "00D5f000004KsTr", .category = "apiSingleMail"};
  list[1].rows = rows_of("Mailer", "", 40, 30);
  list[0].rows = list[1].rows;
  list[2].day = 0;
  list[2].report.reporter = "";
  return list;
}

}  // namespace

TEST_CASE("failure groups: lines by each key, complaints beside the failures of the line") {
  struct Row {
    FailureBy by;
    const char* labels;
  };
  for (const Row& row : std::initializer_list<Row>{
           {FailureBy::source, "192.0.2.1=4/1 192.0.2.2=1/0 "},
           {FailureBy::route, "Mailer=4/0 unknown=1/2 "},
           {FailureBy::org, "00D5f000004KsTrEAK (claimed)=3/0 not told=2/2 "},
           {FailureBy::category, "apiSingleMail (claimed)=3/0 not told=2/2 "},
           {FailureBy::day, "2024-10-04=3/2 2024-10-06=1/0 not told=1/0 "},
           {FailureBy::reporter, "mx.example.net=4/2 not told=1/0 "},
       }) {
    CAPTURE(to_text(row.by));
    CHECK(labels(failure_groups(some(), row.by, false)) == row.labels);
  }
  // A source with nothing but complaints is no line of failures, and the other way round.
  CHECK(labels(failure_groups(some(), FailureBy::source, true)) == "192.0.2.1=4/1 192.0.2.3=0/1 ");
  CHECK(failure_groups({}, FailureBy::source, false).empty());
}

TEST_CASE("failure groups: what a line adds up to") {
  std::vector<JudgedFailure> list = some();
  list[0].report.unaligned = {true, true, true};
  list[0].report.delivery_result = "delivered";
  list[0].asked = "reject";
  list[1].report.auth_failure = {"spf"};
  list[1].report.delivery_result = "reject";
  list[1].report.header_from = "news.example.com";
  const FailureGroup line = failure_groups(list, FailureBy::source, false).front();
  CHECK(line.reports == 2);
  CHECK(line.incidents == 4);
  CHECK(line.dkim_failed == 3);
  CHECK(line.spf_failed == 4);
  CHECK(line.fate(FailureFate::delivered) == 3);
  CHECK(line.fate(FailureFate::reject) == 1);
  CHECK(line.let_through == 3);
  CHECK(line.days == 2);
  CHECK(line.first_day == 20'000);
  CHECK(line.last_day == 20'002);
  CHECK(line.header_from == std::vector<std::string>{"example.com", "news.example.com"});
  CHECK(line.categories == std::vector<std::string>{"apiSingleMail"});
  // The rows of an address count once, however many reports there are of it.
  CHECK(line.has_rows);
  CHECK(line.messages == 40);
  CHECK(line.dmarc_fail == 30);
  CHECK(line.origin.service == "Mailer");
  CHECK(line.several_origins);  // the complaint has no rows
}

TEST_CASE("failure groups: aggregate rows of a source, domain and day count once") {
  std::vector<JudgedFailure> list{
      failure_from("192.0.2.1", 20'000), failure_from("192.0.2.1", 20'001),
      failure_from("192.0.2.2", 20'000), complaint_from("192.0.2.1", 20'009)};
  const RowsOfAddress::OfDay before{19'999, 1, 1}, day{20'000, 10, 4}, behind{20'001, 100, 30},
      later{20'009, 9'000, 9'000};
  for (JudgedFailure& failure : list) failure.rows = rows_of("Mailer", "", 0, 0);
  list[0].rows->days = {before, day, behind};
  list[1].rows->days = {day, behind};
  list[2].rows->days = {day};
  list[3].rows->days = {later};
  const auto groups = failure_groups(list, FailureBy::source, false);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].messages == 111);  // without the days of the complaint
  CHECK(groups[0].dmarc_fail == 35);
  CHECK(groups[1].messages == 10);
  const auto all = failure_groups(list, FailureBy::route, false);
  REQUIRE(all.size() == 1);
  CHECK(all[0].messages == 121);
  const auto days = failure_groups(list, FailureBy::day, false);
  REQUIRE(days.size() == 2);
  CHECK(days[0].messages == 121);
  CHECK(days[1].messages == 110);
  const auto complaints = failure_groups(list, FailureBy::source, true);
  REQUIRE(complaints.size() == 1);
  CHECK(complaints[0].messages == 9'000);
  list[0].rows->domain = "elsewhere.example";
  CHECK(failure_groups(list, FailureBy::source, false)[0].messages == 221);
  for (JudgedFailure& failure : list) failure.rows->days.clear();
  const auto none = failure_groups(list, FailureBy::source, false);
  CHECK_FALSE(none[0].has_rows);
  CHECK(none[0].origin.service == "Mailer");  // other days know whose it is
}

TEST_CASE("failure groups: whose a source is goes by reports, not by the mails that one claims") {
  std::vector<JudgedFailure> list{failure_from("192.0.2.1", 20'000, 900'000),
                                  failure_from("192.0.2.1", 20'001),
                                  failure_from("192.0.2.1", 20'002)};
  list[0].marks.salesforce_org = "00DA0000000Hu5a";
  for (std::size_t i : {1u, 2u}) list[i].marks.salesforce_org = "00D5f000004KsTr";
  const FailureGroup line = failure_groups(list, FailureBy::source, false).front();
  CHECK(line.origin.org == "00D5f000004KsTrEAK");
  CHECK(line.several_origins);
}

TEST_CASE("failure groups: complaints and words of \"not spam\" are apart in the totals") {
  std::vector<JudgedFailure> list = some();
  list.push_back(complaint_from("192.0.2.1"));
  list.back().report.kind = FailureKind::not_spam;
  const FailureSums sums = failure_sums(list);
  CHECK(sums.reports == 3);
  CHECK(sums.incidents == 5);
  CHECK(sums.complaints == 2);
  CHECK(sums.not_spam == 1);
  CHECK(sums.fate(FailureFate::not_told) == 5);
}

TEST_CASE("failure groups: counts of strangers do not run over") {
  std::vector<JudgedFailure> list{failure_from("192.0.2.1", 20'000, ~std::uint64_t{0}),
                                  failure_from("192.0.2.1", 20'000, 5)};
  CHECK(failure_sums(list).incidents == ~std::uint64_t{0});
}

TEST_CASE("failure groups: examples are the newest, one of each line first") {
  const std::vector<JudgedFailure> list{
      failure_from("192.0.2.1", 20'000), failure_from("192.0.2.1", 20'005),
      failure_from("192.0.2.2", 20'003), complaint_from("192.0.2.2", 20'009)};
  using Places = std::vector<std::size_t>;
  CHECK(failure_examples(list, FailureBy::source, false, 9) == Places{1, 2, 0});
  CHECK(failure_examples(list, FailureBy::source, false, 2) == Places{1, 2});
  CHECK(failure_examples(list, FailureBy::reporter, false, 2) == Places{1, 2});
  CHECK(failure_examples(list, FailureBy::source, true, 9) == Places{3});
  CHECK(failure_examples(list, FailureBy::source, false, 0).empty());
}

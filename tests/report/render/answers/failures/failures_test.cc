// SPDX-License-Identifier: MIT
#include "report/render/answers/failures/failures.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "report/render/paragraph.h"
#include "report/render/utf8.h"
#include "tests/report/analysis/failures/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// What failures_answer() makes of these.
FailuresAnswer answer_of(std::vector<JudgedFailure> list, FailuresQuestion question = {}) {
  FailuresAnswer answer{.question = question, .any = !list.empty()};
  answer.groups = failure_groups(list, question.by, question.complaints);
  answer.totals = failure_sums(list);
  answer.first_day = 20'000;
  answer.last_day = 20'002;
  for (const std::size_t i :
       failure_examples(list, question.by, question.complaints, question.examples))
    answer.examples.push_back(list[i]);
  return answer;
}

std::vector<JudgedFailure> some() {
  std::vector<JudgedFailure> list{failure_from("13.110.74.200", 20'000, 3),
                                  failure_from("2001:db8:1:2:3:4:5:6", 20'002),
                                  complaint_from("13.110.74.200")};
  list[0].rows = rows_of("Salesforce", "core", 1'204, 412, {"00D5f000004KsTrEAK"});
  list[0].report.unaligned = {true, true, true};
  list[0].report.delivery_result = "delivered";
  list[0].asked = "reject";
  list[0].marks = {.salesforce_org = "00D5f000004KsTr", .category = "workflowActionAlert"};
  list[1].marks = {.job = "7_1"};
  return list;
}

std::string shown(const FailuresAnswer& answer, Format format, unsigned width = 80) {
  std::ostringstream out;
  set_line_width(out, width);
  write_listing(out, format, failures_listing(answer), {.width = width}, Formulas::guarded);
  return out.str();
}

/// In one line, wherever lines were broken.
std::string in_one_line(const std::string& text) {
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::string examples_of(const FailuresAnswer& answer) {
  std::ostringstream out;
  write_failure_examples(out, answer);
  return out.str();
}

}  // namespace

TEST_CASE("failures: for people, within the width") {
  for (const FailureBy by : {FailureBy::source, FailureBy::route, FailureBy::org,
                             FailureBy::category, FailureBy::day, FailureBy::reporter})
    for (const unsigned width : {60u, 80u}) {
      const std::string text = shown(answer_of(some(), {.by = by}), Format::table, width);
      CAPTURE(text);
      CHECK(text.contains("FAILED"));
      CHECK(text.contains("total"));
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);)
        CHECK_MESSAGE(display_width(line) <= width, line);
    }
  const std::string text = in_one_line(shown(answer_of(some()), Format::table, 140));
  CAPTURE(text);
  for (
      const char* there :
      {"2 failure reports (4 mails, as they say), From example.com, 2024-10-04 to 2024-10-06 (UTC days); apart from these, 1 complaint.",
       "13.110.74.200", "2001:db8:1:2:3:4:5:6", "DKIM, SPF", "412 of 1,204 fail",
       "3 mails were delivered although the policy asks for rejection",
       "(claimed): ", "Google, Microsoft and Yahoo send no failure reports"})
    CHECK_MESSAGE(text.contains(there), there);
}

TEST_CASE("failures: where room is short, complaints leave first and aggregate reports last") {
  const FailuresAnswer answer = answer_of(some());
  const char* const in_order[] = {"COMPLAINTS", "REJECTED", "LAST DAY", "DELIVERED",
                                  "UNALIGNED",  "SENDER",   "AGGREGATE"};
  std::size_t least = 0;
  for (unsigned width = 140; width >= 34; --width) {
    const std::string text = shown(answer, Format::table, width);
    std::string table = text.substr(text.find("SOURCE"));
    table.resize(table.find('\n'));
    CAPTURE(width);
    CAPTURE(table);
    std::size_t gone = 0;
    while (gone < std::size(in_order) && !table.contains(in_order[gone])) ++gone;
    for (std::size_t i = gone; i < std::size(in_order); ++i) CHECK(table.contains(in_order[i]));
    CHECK(gone >= least);
    least = gone;
    CHECK(table.contains("FAILED"));
    // An address is broken, and not cut.
    if (width >= 60) CHECK_FALSE(text.contains("\xE2\x80\xA6"));
  }
  CHECK(least >= 5);
  CHECK(shown(answer_of(some(), {.complaints = true}), Format::table, 40).contains("COMPLAINTS"));
}

TEST_CASE("failures: the heading tells of mails only where reports claim several") {
  const auto heading = [](std::vector<JudgedFailure> list) {
    return in_one_line(shown(answer_of(std::move(list)), Format::table));
  };
  CHECK(heading({failure_from("192.0.2.1")}).starts_with("1 failure report, From example.com, "));
  CHECK(heading({failure_from("192.0.2.1", 20'000, 3)})
            .starts_with("1 failure report (3 mails, as it says), From example.com, "));
  CHECK(heading({failure_from("192.0.2.1", 20'000, 900'000), failure_from("192.0.2.1"),
                 failure_from("192.0.2.1"), failure_from("192.0.2.1")})
            .starts_with("4 failure reports (900,003 mails, as they say), From example.com, "));
}

TEST_CASE("failures: a category is a claim, and the notes say so") {
  std::vector<JudgedFailure> list{failure_from("192.0.2.1")};
  list[0].rows = rows_of("Salesforce", "core", 1, 1);
  list[0].marks.category = "apiSingleMail";
  const std::string text = shown(answer_of(list, {.by = FailureBy::category}), Format::table);
  CHECK(in_one_line(text).contains("apiSingleMail (claimed)"));
  CHECK(text.contains("\n(claimed): "));
  CHECK_FALSE(shown(answer_of(list), Format::table).contains("(claimed)"));
}

TEST_CASE("failures: what reporters tell nothing of has no column") {
  std::vector<JudgedFailure> list = some();
  CHECK(shown(answer_of(list), Format::table, 140).contains("DELIVERED"));
  list[0].report.delivery_result = "";
  CHECK_FALSE(shown(answer_of(list), Format::table, 140).contains("DELIVERED"));
  CHECK(shown(answer_of(list), Format::csv).contains(",delivered,"));
  // One From domain is in the heading; of several, each line has its own.
  CHECK_FALSE(shown(answer_of(list), Format::table, 140).contains("FROM"));
  list[1].report.header_from = "news.example.com";
  CHECK(shown(answer_of(list), Format::table, 140).contains("FROM"));
}

TEST_CASE("failures: what a header says is escaped as all that strangers wrote") {
  std::vector<JudgedFailure> list = some();
  list[0].marks.category = "=a|b\x1b[31m";
  list[1].report.reporter = "=cmd";
  const FailuresAnswer answer = answer_of(list, {.by = FailureBy::category});
  CHECK_FALSE(shown(answer, Format::table).contains('\x1b'));
  CHECK(shown(answer, Format::csv).contains("'=a|b"));
  CHECK(shown(answer, Format::markdown).contains("\\|b"));
  CHECK_FALSE(shown(answer, Format::json).contains('\x1b'));
}

TEST_CASE("failures: JSON and CSV have all figures") {
  const std::string json = shown(answer_of(some(), {.examples = 1}), Format::json);
  CAPTURE(json);
  for (const char* there :
       {R"("schema": "dmarcq.failures/1")", R"("by": "source")", R"("listed": "failures")",
        R"("complaints": 1)", R"("delivered_against_reject": 3)", R"("sender_known_by": "header")",
        R"("org_known_by": "rows")", R"("messages": 1204)", R"("dmarc_fail": 412)",
        R"("categories": ["workflowActionAlert"])", R"("note": null)", R"("kind": "auth-failure")"})
    CHECK_MESSAGE(json.contains(there), there);
  const std::string csv = shown(answer_of(some()), Format::csv);
  CAPTURE(csv);
  CHECK(
      csv.starts_with("group,incidents,complaints,delivered,reject,header_from,last_day,reports"));
  CHECK(std::ranges::count(csv, '\n') == 3);  // no total
  CHECK(shown(answer_of(some(), {.complaints = true}), Format::csv)
            .starts_with("group,complaints,incidents"));
  CHECK(shown(answer_of(some()), Format::markdown).starts_with("|"));
}

TEST_CASE("failures: nothing found, and what that proves") {
  CHECK(shown(answer_of({}), Format::table) ==
        "No failure reports in the database for these days. That proves nothing: Google,\n"
        "Microsoft and Yahoo send no failure reports, and few others do.\n");
  const std::string complaints =
      in_one_line(shown(answer_of({complaint_from("192.0.2.1")}), Format::table));
  CHECK(complaints.contains("No failure reports. There is 1 complaint: --complaints lists it."));
  FailuresAnswer filtered = answer_of({});
  filtered.any = true;
  CHECK(shown(filtered, Format::table).starts_with("No failure reports match. That proves"));
  CHECK(shown(answer_of({failure_from("192.0.2.1")}, {.complaints = true}), Format::table) ==
        "No complaints. There are failure reports: leave --complaints out.\n");
  CHECK(shown(answer_of({}), Format::json).contains("That proves nothing"));
}

TEST_CASE("failures: single reports, with what is stored of them and nothing that obeys") {
  std::vector<JudgedFailure> list = some();
  list[0].report.subject = "Invoice \x1b[31m\xE2\x80\xAE";
  list[0].report.original_header = "Subject: Invoice\n folded\nX-Evil: \x1b]0;x\x07\n";
  list[0].report.envelope_rcpt = "@example.org";
  list[0].report.arrival = EpochSeconds{20'000} * 86'400;
  const FailuresAnswer answer = answer_of(list, {.examples = 2});
  const std::string text = examples_of(answer), line_of_it = in_one_line(text);
  CAPTURE(text);
  for (const char* there :
       {"1. Failure report by mx.example.net, 2024-10-06", "Salesforce marketing-cloud (claimed).",
        "Aggregate reports of these days have no mail of this source.",
        "2. Failure report by mx.example.net, 2024-10-04T00:00:00Z, for 3 mails",
        "13.110.74.200, Salesforce core, org 00D5f000004KsTrEAK.", "412 of 1,204", "DKIM and SPF",
        "delivered, although the policy asks for rejection", "@example.org",
        "Subject: Invoice folded", "anyone can write it"})
    CHECK_MESSAGE(line_of_it.contains(there), there);
  for (const char* raw : {"\x1b", "\x07", "\xE2\x80\xAE"}) CHECK_FALSE(text.contains(raw));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    CHECK_MESSAGE(display_width(line) <= 100, line);
  // What is not stored has no line.
  CHECK_FALSE(examples_of(answer_of(some(), {.examples = 2})).contains("Subject"));

  std::ostringstream csv;
  list[0].report.subject = "=HYPERLINK(1)";
  const FailuresAnswer other = answer_of(list, {.examples = 2});
  write_listing(csv, Format::csv, failure_examples_listing(other), {}, Formulas::guarded);
  CHECK(csv.str().starts_with("id,kind,day,arrival,reporter,source_ip,"));
  CHECK(csv.str().contains("'=HYPERLINK(1)"));
  CHECK_FALSE(csv.str().contains(",=HYPERLINK"));
}

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "parser/failure_report/failure_report.h"

using namespace dmarcq;

namespace {

OriginMarks marks_of(const std::string& header) {
  FailureReport report;
  report.original_header = header;
  return origin_marks(report);
}

}  // namespace

TEST_CASE("failure marks: fields of the header in any case, folded, in one line") {
  const OriginMarks marks = marks_of(
      "Received: from x by y\nx-sfdc-lk: 00D5f000004KsTr\nX-SFDC-EMAILCATEGORY:\n"
      "\tworkflowActionAlert\nX-SFDC-EntityId: 5005f00001AbCdE\nX-Job: 7232424_1234567\n"
      "List-ID: News of\n ours <News.Example.NET>\n");
  CHECK(marks == OriginMarks{.salesforce_org = "00D5f000004KsTr",
                             .category = "workflowActionAlert",
                             .entity = "5005f00001AbCdE",
                             .job = "7232424_1234567",
                             .list = "news.example.net"});
  CHECK(marks_of("Subject: X-SFDC-LK: 00D5f000004KsTr\n") == OriginMarks{});
  CHECK(marks_of("") == OriginMarks{});
  CHECK(marks_of("no header at all") == OriginMarks{});
}

TEST_CASE("failure marks: what is an org id, and what only nearly") {
  struct Row {
    const char *value, *org;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"00D5f000004KsTr", "00D5f000004KsTr"},
           {"00D5f000004KsTrEAK", "00D5f000004KsTrEAK"},
           {"  00D5f000004KsTr \r", "00D5f000004KsTr"},
           {"00d5f000004KsTr", ""},
           {"0055f000004KsTr", ""},
           {"00D5f000004KsT", ""},
           {"00D5f000004KsTrE", ""},
           {"00D5f000004KsTrEAK1", ""},
           {"00D5f000004Ks-r", ""},
           {"00D5f000004KsTr x", ""},
           {"", ""},
       }) {
    CAPTURE(row.value);
    CHECK(marks_of(std::string("X-SFDC-LK: ") + row.value + "\n").salesforce_org == row.org);
  }
}

TEST_CASE("failure marks: bounded, without control characters, and nobody is named") {
  const std::string category =
      marks_of("X-SFDC-EmailCategory: " + std::string(5'000, 'a') + "\n").category;
  CHECK(category.size() == 200);
  const OriginMarks marks =
      marks_of("X-SFDC-EmailCategory: a\tb\x1b[31m\nX-Job: ann@example.net\nList-Id: ann\n");
  CHECK(marks.category == "a b\xef\xbf\xbd[31m");
  CHECK(marks.job == "@example.net");
  CHECK(marks.list == "");
  CHECK(marks_of("List-Id: <ann@example.net>\n").list == "example.net");
}

TEST_CASE("failure marks: what is left of a report once its people are forgotten") {
  FailureReport report{.kind = FailureKind::auth_failure,
                       .feedback_type = "auth-failure",
                       .user_agent = "Mailer of bob@example.org",
                       .delivery_result = "delivered",
                       .reported_domain = "example.com",
                       .header_from = "example.com",
                       .envelope_from_domain = "example.net",
                       .dkim_domain = "example.com",
                       .dkim_selector = "s1",
                       .dkim_identity = "ann@news.example.com",
                       .spf_dns = "txt : example.com : \"v=spf1 -all\"",
                       .envelope_from = "ann@example.net",
                       .envelope_rcpt = "9Xs8+fZ=@Example.ORG",
                       .authentication_results = "r.example; dmarc=fail header.from=example.com",
                       .subject = "Dear Ann",
                       .message_id = "m@example.com",
                       .list_id = "ann.example.net",
                       .original_header = "To: ann@example.org\n"};
  report.source_ip = IpAddress::parse("192.0.2.1");
  forget_people(report);
  CHECK(report.envelope_from == "@example.net");
  CHECK(report.envelope_rcpt == "@example.org");
  CHECK(report.dkim_identity == "@news.example.com");
  CHECK(report.subject + report.original_header + report.list_id + report.authentication_results ==
        "");
  CHECK(report.message_id == "m@example.com");
  CHECK(report.spf_dns == "txt : example.com : \"v=spf1 -all\"");
  CHECK(report.user_agent == "Mailer of @example.org");
  CHECK(report.feedback_type == "auth-failure");
  CHECK(report.delivery_result == "delivered");
  CHECK(report.dkim_selector == "s1");
  CHECK(report.source_ip == IpAddress::parse("192.0.2.1"));
  CHECK(report.envelope_from_domain == "example.net");
  CHECK(report.header_from == "example.com");
}

TEST_CASE("failure marks: forgetting, where there is no address to forget") {
  struct Row {
    const char *address, *kept;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"", ""},
           {"5f3a9c", ""},  // a token
           {"@example.com", "@example.com"},
           {"ann@", ""},
           {"ann@localhost", ""},
           {"\"a@b\"@example.com", "@example.com"},
           {"ann@example.com.", "@example.com"},
       }) {
    CAPTURE(row.address);
    FailureReport report{
        .dkim_identity = row.address, .envelope_from = row.address, .envelope_rcpt = row.address};
    forget_people(report);
    CHECK(report.envelope_from == row.kept);
    CHECK(report.envelope_rcpt == row.kept);
    CHECK(report.dkim_identity == row.kept);
    const FailureReport once = report;
    forget_people(report);  // twice is as once
    CHECK(report.envelope_from == once.envelope_from);
  }
}

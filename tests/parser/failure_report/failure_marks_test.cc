// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/failure_report/failure_report.h"

using namespace dmarcq;

namespace {

/// All that a report tells in words.
std::vector<std::string> texts_of(const FailureReport& report) {
  std::vector<std::string> texts{report.feedback_type,
                                 report.user_agent,
                                 report.version,
                                 report.delivery_result,
                                 report.policy_result,
                                 report.reported_domain,
                                 report.reporter,
                                 report.reporting_mta,
                                 report.header_from,
                                 report.envelope_from_domain,
                                 report.dkim_domain,
                                 report.dkim_selector,
                                 report.dkim_identity,
                                 report.spf_dns,
                                 report.envelope_from,
                                 report.envelope_rcpt,
                                 report.authentication_results,
                                 report.subject,
                                 report.message_id,
                                 report.list_id,
                                 report.original_header};
  texts.insert(texts.end(), report.auth_failure.begin(), report.auth_failure.end());
  for (const Deviation& deviation : report.deviations)
    texts.insert(texts.end(), {deviation.path, deviation.found, deviation.read_as});
  const OriginMarks marks = origin_marks(report);
  texts.insert(texts.end(),
               {marks.salesforce_org, marks.category, marks.entity, marks.job, marks.list});
  return texts;
}

/// Does an @ have something before it, but blanks and what opens a text?
bool names_somebody(const std::string& text) {
  for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1))
    if (at > 0 && !std::string_view(" \t<([{,;:=\"'").contains(text[at - 1])) return true;
  return text.contains("ann");
}

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

TEST_CASE("failure marks: names are a word, else it is somebody's text, and is not kept") {
  struct Row {
    std::string value, kept;
  };
  const std::string longest(200, 'a');
  for (const Row& row : std::initializer_list<Row>{
           {"workflowActionAlert", "workflowActionAlert"},
           {"7232424_1234567", "7232424_1234567"},
           {"a-B_9", "a-B_9"},
           {"  word\t", "word"},
           {longest, longest},
           {longest + "a", ""},
           {"Dear Ann", ""},
           {"a\tb", ""},
           {"ann@example.net", ""},
           {"ann%40example.net", ""},
           {"@example.net", ""},
           {"a\x1b[31m", ""},
           {"Zo\xc3\xab", ""},
           {"=cmd", ""},
           {"a.b", ""},
           {"", ""},
       }) {
    CAPTURE(row.value);
    const OriginMarks marks = marks_of("X-SFDC-EmailCategory: " + row.value +
                                       "\nX-SFDC-EntityId: " + row.value + "\nX-Job: " + row.value +
                                       "\n");
    CHECK(marks.category == row.kept);
    CHECK(marks.entity == row.kept);
    CHECK(marks.job == row.kept);
  }
  CHECK(marks_of("List-Id: ann\n").list == "");
  CHECK(marks_of("List-Id: <ann@example.net>\n").list == "example.net");
}

TEST_CASE("failure marks: what is left of a report once its people are forgotten") {
  FailureReport report{.kind = FailureKind::auth_failure,
                       .feedback_type = "auth-failure",
                       .user_agent = "Mailer/1 (bob@example.org)",
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
  CHECK(report.message_id == "@example.com");
  CHECK(report.spf_dns == "txt : example.com : \"v=spf1 -all\"");
  CHECK(report.user_agent == "Mailer/1 (@example.org)");
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
           {"12345", ""},  // a Message-ID without a domain
       }) {
    CAPTURE(row.address);
    FailureReport report{
        .dkim_identity = row.address, .envelope_from = row.address, .envelope_rcpt = row.address};
    report.message_id = row.address;
    forget_people(report);
    CHECK(report.envelope_from == row.kept);
    CHECK(report.envelope_rcpt == row.kept);
    CHECK(report.dkim_identity == row.kept);
    CHECK(report.message_id == row.kept);
    const FailureReport once = report;
    forget_people(report);  // twice is as once
    CHECK(report.envelope_from == once.envelope_from);
  }
}

TEST_CASE("failure marks: whatever field an address is written into, it loses its local part") {
  for (const std::string& hostile : std::initializer_list<std::string>{
           "ann@example.net",
           "ann.other@example.net bob ann@localhost",
           "\"ann other\"@example.net",
           "<ann@example.net>",
           "mailto:ann@example.net?x=ann@example.org",
           "s1=ann@example.net",
           "ann+tag@example.net/ann@example.net",
           "ann @ example.net",
           "mail of ann @example.net",
           "ann%40example.net",
           "ann(x)@example.net",
           "<ann>@example.net",
           "\"" + std::string(300, 'x') + "ann\"@example.net",
           "ann.other at example.net",
           "one ann.two at example.net, ann3.x at example.org",
           "ann\xef\xbc\xa0"
           "example.net",
           "ann ann ann ann ann ann ann ann ann ann ann ann @example.net",
       }) {
    CAPTURE(hostile);
    FailureReport report;
    for (std::string* text :
         {&report.feedback_type, &report.user_agent, &report.version, &report.delivery_result,
          &report.policy_result, &report.reporting_mta, &report.dkim_selector,
          &report.dkim_identity, &report.spf_dns, &report.envelope_from, &report.envelope_rcpt,
          &report.authentication_results, &report.subject, &report.message_id, &report.list_id})
      *text = hostile;
    report.auth_failure = {"dmarc", hostile, "spf", hostile};
    report.deviations = {{"Source-IP", hostile, ""}};
    report.original_header = "Subject: " + hostile + "\nX-Job: " + hostile +
                             "\nX-SFDC-EmailCategory: " + hostile + "\nX-SFDC-LK: " + hostile +
                             "\nX-SFDC-EntityId: " + hostile + "\nList-Id: " + hostile + "\n";
    OriginMarks marks = origin_marks(report);
    for (const std::string& mark : {marks.category, marks.entity, marks.job, marks.list})
      CHECK_MESSAGE(!names_somebody(mark), mark);
    forget_people(report);
    const std::vector<std::string> texts = texts_of(report);
    for (const std::string& text : texts) CHECK_MESSAGE(!names_somebody(text), text);
    CHECK(report.auth_failure.front() == "dmarc");
    forget_people(report);
    CHECK(texts_of(report) == texts);  // twice is as once
  }
}

TEST_CASE("failure marks: what is no address stays") {
  FailureReport report{.user_agent = "Lua/1.0", .version = "1", .auth_failure = {"dkim", "spf"}};
  report.dkim_selector = "2026._x-1";
  report.spf_dns = "txt : example.com : \"v=spf1 include:_spf.example.net ~all\"";
  report.deviations = {{"Incidents", "many", "1"}};
  const std::vector<std::string> before = texts_of(report);
  forget_people(report);
  CHECK(texts_of(report) == before);
}

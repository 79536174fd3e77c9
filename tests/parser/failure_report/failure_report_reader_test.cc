// SPDX-License-Identifier: MIT
// Failure reports and complaints. fixtures/failure_reports has one mail of each form that occurs;
// here are the rules that need small variants.
#include "parser/failure_report/failure_report_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "ingest/base/digest.h"
#include "ingest/mail/encoded_text.h"
#include "tests/support/fixture_files.h"

using namespace dmarcq;
using test::read_file;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> fixtures() {
  std::vector<fs::path> paths = test::fixture_files("failure_reports", ".eml");
  REQUIRE(paths.size() >= 10);
  return paths;
}

/// The texts of a report, in order, with their names.
std::vector<std::pair<std::string, std::string>> texts_of(const FailureReport& r) {
  return {{"feedback_type", r.feedback_type},
          {"user_agent", r.user_agent},
          {"version", r.version},
          {"delivery_result", r.delivery_result},
          {"policy_result", r.policy_result},
          {"reported_domain", r.reported_domain},
          {"reporter", r.reporter},
          {"reporting_mta", r.reporting_mta},
          {"header_from", r.header_from},
          {"envelope_from_domain", r.envelope_from_domain},
          {"dkim_domain", r.dkim_domain},
          {"dkim_selector", r.dkim_selector},
          {"dkim_identity", r.dkim_identity},
          {"spf_dns", r.spf_dns},
          {"envelope_from", r.envelope_from},
          {"envelope_rcpt", r.envelope_rcpt},
          {"authentication_results", r.authentication_results},
          {"subject", r.subject},
          {"message_id", r.message_id},
          {"list_id", r.list_id}};
}

std::string dump(const std::expected<FailureReport, Error>& parsed) {
  if (!parsed) return reason_of(parsed.error()) + ": " + parsed.error().text + "\n";
  const FailureReport& r = *parsed;
  std::string out;
  const auto add = [&](const std::string& name, const std::string& text) {
    if (!text.empty()) out += name + ": " + text + "\n";
  };
  add("kind", std::string(to_text(r.kind)));
  for (const auto& [name, text] : texts_of(r)) add(name, text);
  for (const std::string& word : r.auth_failure) add("auth_failure", word);
  if (r.unaligned.stated)
    out += std::string("unaligned:") + (r.unaligned.dkim ? " dkim" : "") +
           (r.unaligned.spf ? " spf" : "") + "\n";
  add("null_sender", r.null_sender ? "yes" : "");
  add("source_ip", r.source_ip ? r.source_ip->to_text() : "");
  add("arrival", r.arrival ? rfc3339(*r.arrival) : "");
  add("reported_at", r.reported_at ? rfc3339(*r.reported_at) : "");
  add("incidents", std::to_string(r.incidents));
  for (const Deviation& d : r.deviations)
    add("deviation", d.path + ", \"" + d.found + "\", read as \"" + d.read_as + "\"");
  add("key", to_hex(sha256(failure_key_text(r))));
  return out + "original_header:\n" + r.original_header;
}

std::string dump_of(std::string_view mail) { return dump(parse_failure_report(mail, Limits{})); }

std::string with_line_ends(std::string_view text, std::string_view end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += end;
    else if (c != '\r')
      out += c;
  }
  return out;
}

const std::string head =
    "From: Reporter <dmarc@receiver.example>\nTo: ruf@example.com\nSubject: FW: mail\n"
    "Date: Tue, 24 Nov 2026 08:00:05 +0000\nMIME-Version: 1.0\n";

std::string plain(const std::string& body) { return head + "Content-Type: text/plain\n\n" + body; }

/// A report with this feedback part, and this mail or header.
std::string report(const std::string& feedback, const std::string& original = "",
                   const std::string& part = "Content-Type: message/feedback-report\n") {
  std::string mail = head +
                     "Content-Type: multipart/report; report-type=feedback-report; "
                     "boundary=arf\n\n--arf\nContent-Type: text/plain\n\nA report.\n--arf\n" +
                     part + "\n" + feedback + "\n";
  if (!original.empty()) mail += "--arf\nContent-Type: message/rfc822\n\n" + original + "\n";
  return mail + "--arf--\n";
}

FailureReport read(const std::string& mail) {
  auto parsed = parse_failure_report(mail, Limits{});
  REQUIRE_MESSAGE(parsed.has_value(), (parsed ? "" : parsed.error().text));
  return std::move(*parsed);
}
FailureReport read_fields(const std::string& fields) {
  return read(report("Feedback-Type: auth-failure\nVersion: 1\n" + fields));
}

bool has_deviation(const FailureReport& got, std::string_view path) {
  return std::ranges::any_of(got.deviations, [&](const Deviation& d) { return d.path == path; });
}

/// What failure_report.h promises of every report.
void check_promises(const std::expected<FailureReport, Error>& parsed) {
  if (!parsed) {
    const Fault fault = parsed.error().fault;
    const bool known = fault == Fault::not_a_report || fault == Fault::invalid_report;
    if (!known) FAIL_CHECK(reason_of(parsed.error()));
    return;
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  for (const auto& [name, text] : texts_of(*parsed)) {
    if (text.size() > longest_failure_text || std::ranges::any_of(text, is_control) ||
        valid_utf8(text) != text)
      FAIL_CHECK(name);
  }
  const std::string& header = parsed->original_header;
  const bool clean =
      std::ranges::none_of(header, [&](char c) { return is_control(c) && c != '\n' && c != '\t'; });
  if (header.size() > longest_original_header || !clean || header.contains("\n\n"))
    FAIL_CHECK("original_header");
  if (parsed->auth_failure.size() > most_auth_failures || parsed->incidents == 0)
    FAIL_CHECK("auth_failure, incidents");
  if (parsed->arrival && *parsed->arrival < 0) FAIL_CHECK("arrival");
  if (failure_key_text(*parsed).empty()) FAIL_CHECK("key");
}

}  // namespace

TEST_CASE("failure report: every fixture is read as its .expected says") {
  const bool update = std::getenv("DMARCQ_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const std::string now = dump_of(read_file(path));
    const fs::path expected = path.string() + ".expected";
    if (update) std::ofstream(expected, std::ios::binary) << now;
    CHECK(now == read_file(expected));
  }
}

TEST_CASE("failure report: line ends make no difference, to the key neither") {
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const std::string mail = with_line_ends(read_file(path), "\n");
    CHECK(dump_of(with_line_ends(mail, "\r\n")) == dump_of(mail));
    CHECK(dump_of(with_line_ends(mail, "\r")) == dump_of(mail));
    CHECK(dump_of("\xef\xbb\xbf" + mail) == dump_of(mail));
    CHECK(dump_of("From reporter Tue Nov 24 08:00:05 2026\n" + mail) == dump_of(mail));
  }
}

TEST_CASE("failure report: any mail that is cut keeps the promises") {
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const std::string mail = read_file(path);
    for (std::size_t length = 0; length < mail.size(); ++length)
      check_promises(parse_failure_report(std::string_view(mail).substr(0, length), Limits{}));
  }
}

TEST_CASE("failure report: bytes that were changed keep the promises") {
  constexpr std::string_view bytes("\0\r\n\t :;,()<>\"\\=-@\xff\xc3", 19);
  std::uint32_t random = 1;
  const auto next = [&](std::size_t below) {
    random = random * 1'664'525u + 1'013'904'223u;
    return (random >> 8) % below;
  };
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const std::string mail = read_file(path);
    for (int round = 0; round < 200; ++round) {
      std::string changed = mail;
      for (int i = 0; i < 20; ++i) changed[next(changed.size())] = bytes[next(bytes.size())];
      check_promises(parse_failure_report(changed, Limits{}));
    }
  }
}

TEST_CASE("failure report: kinds") {
  struct Row {
    const char* type;
    FailureKind kind;
  };
  for (const Row& row :
       std::initializer_list<Row>{{"auth-failure", FailureKind::auth_failure},
                                  {"Auth-Failure (dmarc)", FailureKind::auth_failure},
                                  {"abuse", FailureKind::complaint},
                                  {"fraud", FailureKind::complaint},
                                  {"virus", FailureKind::complaint},
                                  {"opt-out", FailureKind::complaint},
                                  {"x-new-word", FailureKind::complaint},
                                  {"NOT-SPAM", FailureKind::not_spam}}) {
    CAPTURE(row.type);
    const FailureReport got =
        read(report(std::string("Version: 1\nFeedback-Type: ") + row.type + "\n"));
    CHECK(got.kind == row.kind);
    CHECK(got.feedback_type == row.type);
    CHECK(got.deviations.empty());
  }
  // Without the field, what else there is tells.
  const FailureReport failure = read(report("Auth-Failure: dmarc\n"));
  CHECK(failure.kind == FailureKind::auth_failure);
  CHECK(has_deviation(failure, "Feedback-Type"));
  CHECK(read(report("Source-IP: 192.0.2.1\n")).kind == FailureKind::complaint);
  CHECK(parse_failure_report(report("X-Some: thing\n"), Limits{}).error().fault ==
        Fault::invalid_report);
  CHECK(parse_failure_report(report(""), Limits{}).error().fault == Fault::invalid_report);
}

TEST_CASE("failure report: sources") {
  struct Row {
    const char *value, *ip;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"192.0.2.1", "192.0.2.1"},
           {"192.0.2.1 (host.example.net)", "192.0.2.1"},
           {"192.0.2.1 ([192.0.2.1])", "192.0.2.1"},
           {"(a (nested \\) one)) 192.0.2.1 (never closed", "192.0.2.1"},
           {"[192.0.2.1]", "192.0.2.1"},
           {"2001:DB8::1", "2001:db8::1"},
           {"IPv6:2001:db8::1", "2001:db8::1"},
           {"[IPv6:2001:db8::1]", "2001:db8::1"},
           {"::ffff:192.0.2.1", "192.0.2.1"},
           {"\n 192.0.2.1", "192.0.2.1"},
           {"host.example.net (192.0.2.1)", "192.0.2.1"},
           {"192.0.2.1 (198.51.100.1)", "192.0.2.1"},
           {"unknown", ""},
           {"192.0.2.999", ""},
       }) {
    CAPTURE(row.value);
    const FailureReport got = read_fields(std::string("Source-IP: ") + row.value + "\n");
    CHECK((got.source_ip ? got.source_ip->to_text() : "") == row.ip);
    CHECK(has_deviation(got, "Source-IP") == !got.source_ip.has_value());
  }
}

TEST_CASE("failure report: Identity-Alignment names those that failed") {
  struct Row {
    const char* value;
    Unaligned read;
    bool deviates = false;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"dkim", {true, true, false}},
           {"spf", {true, false, true}},
           {"dkim, spf", {true, true, true}},
           {"spf,dkim", {true, true, true}},
           {"(c) DKIM (a, b) , (c) spf (d)", {true, true, true}},
           {"dkim,\n spf", {true, true, true}},
           {"dkim spf", {true, true, true}},
           {"none", {true, false, false}},
           {"none, spf", {true, false, true}, true},
           {"", {false, false, false}},
           {"()", {false, false, false}},
           {"arc", {false, false, false}, true},
           {"arc, dkim", {true, true, false}, true},
       }) {
    CAPTURE(row.value);
    const FailureReport got = read_fields(std::string("Identity-Alignment: ") + row.value + "\n");
    CHECK(got.unaligned == row.read);
    CHECK(got.deviations.empty() != row.deviates);
  }
  CHECK(read_fields("").unaligned == Unaligned{});
}

TEST_CASE("failure report: lists, counts and dates") {
  const auto failures = [](const std::string& value) {
    std::string out;
    for (const std::string& word : read_fields("Auth-Failure: " + value + "\n").auth_failure)
      out += word + ".";
    return out;
  };
  CHECK(failures("dmarc") == "dmarc.");
  CHECK(failures("DMARC (policy, reject) , spf,,\"dkim\" ; dmarc") == "dmarc.spf.dkim.");
  CHECK(failures("(only a comment)") == "");

  struct Row {
    const char* value;
    std::uint64_t count;
  };
  for (const Row& row : std::initializer_list<Row>{{"12", 12},
                                                   {"12 (like failures)", 12},
                                                   {"0", 1},
                                                   {"-3", 1},
                                                   {"99999999999999999999", 1},
                                                   {"many", 1}}) {
    CAPTURE(row.value);
    const FailureReport got = read_fields(std::string("Incidents: ") + row.value + "\n");
    CHECK(got.incidents == row.count);
    CHECK(has_deviation(got, "Incidents") == (row.count == 1));
  }

  const auto arrival = [](const std::string& fields) {
    const auto time = read_fields(fields).arrival;
    return time ? rfc3339(*time) : "";
  };
  CHECK(arrival("Arrival-Date: Tue, 24 Nov 2026 08:00:00 +0100\n") == "2026-11-24T07:00:00Z");
  CHECK(arrival("Arrival-Date: Tue, 24 Nov 2026 08:00:00 +0000 (GMT)\n") == "2026-11-24T08:00:00Z");
  CHECK(arrival("Arrival-Date: Tue, 24 Nov 2026 08:00:00 EDT\n") == "2026-11-24T12:00:00Z");
  CHECK(arrival("Arrival-Date: Tue, 24 Nov 2026 08:00:00 XYZT\n") == "2026-11-24T08:00:00Z");
  CHECK(arrival("Arrival-Date: 2026-11-24T08:00:00Z\n") == "2026-11-24T08:00:00Z");
  CHECK(arrival("Received-Date: Tue, 24 Nov 2026 08:00:00 -0700 (PDT)\n") ==
        "2026-11-24T15:00:00Z");
  CHECK(arrival("Received-Date: Mon, 23 Nov 2026 08:00:00 +0000\n"
                "Arrival-Date: Tue, 24 Nov 2026 08:00:00 +0000\n") == "2026-11-24T08:00:00Z");
  CHECK(arrival("Arrival-Date: Tue, 24 Nov 1926 08:00:00 +0000\n") == "");
  CHECK(arrival("Arrival-Date: Tue, 24 Nov 9026 08:00:00 +0000\n") == "");
  CHECK(arrival("Arrival-Date: yesterday\n") == "");
}

TEST_CASE("failure report: addresses") {
  struct Row {
    const char *name, *fields, *original, *address, *domain;
    bool null;
  };
  for (
      const Row& row : std::initializer_list<Row>{
          {"in brackets", "Original-Mail-From: <a@Example.net>\n", "", "a@Example.net",
           "example.net", false},
          {"without", "Original-Mail-From: a@example.net\n", "", "a@example.net", "example.net",
           false},
          {"with a type", "Original-Mail-From: rfc822; a@example.net\n", "", "a@example.net",
           "example.net", false},
          {"null", "Original-Mail-From: <>\n", "", "", "", true},
          {"empty", "Original-Mail-From:\n", "", "", "", true},
          {"empty, but told elsewhere", "Original-Mail-From:\n",
           "Return-Path: <b@example.net>\nFrom: b@example.com\n", "b@example.net", "example.net",
           false},
          {"only elsewhere", "", "Return-Path: <b@example.net>\n", "b@example.net", "example.net",
           false},
          {"null elsewhere", "", "Return-Path: <>\n", "", "", true},
          {"in Received", "",
           "Received: from x by y (envelope-from <c@example.net>)\n\tid 1; Tue, 24 Nov 2026 08:00:00 "
           "+0000\n",
           "c@example.net", "example.net", false},
          {"only in the results",
           "Authentication-Results: r.example; spf=fail smtp.mailfrom=d@example.net\n", "", "",
           "example.net", false},
          {"nowhere", "", "From: x@example.com\n", "", "", false},
          {"a token", "Original-Mail-From: 5f3a9c\n", "", "5f3a9c", "", false},
      }) {
    CAPTURE(row.name);
    const FailureReport got = read(report(
        std::string("Feedback-Type: auth-failure\nVersion: 1\n") + row.fields, row.original));
    CHECK(got.envelope_from == row.address);
    CHECK(got.envelope_from_domain == row.domain);
    CHECK(got.null_sender == row.null);
  }
  CHECK(read_fields("Original-Rcpt-To: <9Xs8+fZ=@example.net>\n").envelope_rcpt ==
        "9Xs8+fZ=@example.net");
  // The domain of From, where the mail did not come along.
  const FailureReport got =
      read_fields("Authentication-Results: r.example; dmarc=fail header.from=Example.COM\n");
  CHECK(got.header_from == "example.com");
  CHECK(got.reported_domain == "example.com");
  CHECK(has_deviation(got, "Reported-Domain"));
}

TEST_CASE("failure report: repeated fields, unknown ones, names in any case, lines that got lost") {
  const FailureReport got = read(report(
      "feedback-type: auth-failure\n\nVERSION: 1\nX-Unknown: a\nOriginal-Rcpt-To: a@example.net\n"
      "Original-Rcpt-To: jane@example.net\nUser-Agent: one\nUser-Agent: two\n\n\n"
      "a line that is no field\n\nReported-Domain: EXAMPLE.com.\nDKIM-Selector: s1\x01\x02\n"
      "DKIM-Domain: b\xc3\xbc"
      "cher.example\nDelivery-Result: Policy (quarantine)\n"));
  CHECK(got.version == "1");
  CHECK(got.envelope_rcpt == "a@example.net");
  CHECK(got.user_agent == "one");
  CHECK(got.reported_domain == "example.com");
  CHECK(got.dkim_domain == "xn--bcher-kva.example");
  CHECK(got.dkim_selector == "s1\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(got.delivery_result == "policy");
  CHECK(has_deviation(got, "Original-Rcpt-To"));
  CHECK(has_deviation(got, "User-Agent"));
  for (const Deviation& each : got.deviations) CHECK_FALSE(each.found.contains("jane"));
  // What cannot be read is told without whom it names.
  const FailureReport bad =
      read_fields("Source-IP: jane@example.net\nReported-Domain: jane doe@x_\n");
  for (const Deviation& each : bad.deviations) CHECK_FALSE(each.found.contains("jane@"));
}

TEST_CASE("failure report: transfer encodings of the feedback part, declared and not") {
  const std::string base64 =
      "RmVlZGJhY2stVHlwZTogYXV0aC1mYWlsdXJlDQpVc2VyLUFnZW50OiBVDQpWZXJzaW9uOiAxDQpT\n"
      "b3VyY2UtSVA6IDE5Mi4wLjIuMQ0K\n";
  const std::string text =
      "Feedback-Type: auth-failure\nUser-Agent: U\nVersion: 1\nSource-IP: 192.0.2.1\n";
  const std::string quoted =
      "Feedback-Type: auth-failure=0D=0AUser-Agent: =\nU=0D=0AVersion: 1=0D=0ASource-IP: "
      "192.0.2.1=0D=0A\n";
  struct Row {
    const char* encoding;
    const std::string& body;
  };
  for (const Row& row : std::initializer_list<Row>{{"base64", base64},
                                                   {"7bit", base64},
                                                   {"7bit", text},
                                                   {"base64", text},
                                                   {"quoted-printable", quoted}}) {
    CAPTURE(row.encoding);
    CAPTURE(row.body);
    const FailureReport got = read(
        report(row.body, "",
               std::string("Content-Type: message/feedback-report\nContent-Transfer-Encoding: ") +
                   row.encoding + "\n"));
    CHECK(got.user_agent == "U");
    CHECK(got.source_ip == IpAddress::parse("192.0.2.1"));
  }
}

TEST_CASE("failure report: the original header") {
  const FailureReport got = read(report(
      "Feedback-Type: auth-failure\nVersion: 1\n",
      "\nX-SFDC-LK: 00D1\nSubject: =?utf-8?Q?=C3=A4?=\n =?utf-8?Q?_b?=  \nList-ID: L <l.example.net>\n"
      "From: a@one.example, b@two.example\nMessage-ID:\n <m@example.com>\n\nBody: secret\n\nsecret\n"));
  CHECK(
      got.original_header ==
      "X-SFDC-LK: 00D1\nSubject: =?utf-8?Q?=C3=A4?=\n =?utf-8?Q?_b?=\nList-ID: L <l.example.net>\n"
      "From: a@one.example, b@two.example\nMessage-ID:\n <m@example.com>\n");
  CHECK(got.subject == "\xc3\xa4 b");
  CHECK(got.list_id == "l.example.net");
  CHECK(got.message_id == "m@example.com");
  CHECK(got.header_from == "");  // two domains: DMARC looks at none
  CHECK(read(report("Feedback-Type: auth-failure\nVersion: 1\n", "no header at all"))
            .original_header == "");
}

TEST_CASE("failure report: what is none") {
  struct Row {
    const char* name;
    std::string mail;
  };
  const std::string quoted_part =
      "Feedback-Type: auth-failure\nUser-Agent: U\nVersion: 1\nSource-IP: 192.0.2.1\n";
  const std::string exim =
      "A message claiming to be from you has failed the published DMARC policy for your domain.\n\n"
      "  Sender Domain: example.com\n  Sender IP Address: 192.0.2.1\n";
  const std::string bounce_head =
      "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\n"
      "To: info@example.com\nSubject: Undelivered Mail Returned to Sender\nContent-Type: ";
  const std::vector<Row> rows{
      {"nothing", ""},
      {"no mail", std::string(100, '\0')},
      {"an ordinary mail", plain("Hello\n")},
      {"one about failures",
       plain(
           "Hi,\n\nhere is an authentication failure report for an email message from IP 192.0.2.1 "
           "on Monday.\n")},
      {"a quoted report", plain("What is this?\n\nOn Monday, R wrote:\n> " + exim)},
      {"a report below a reply", plain("What is this?\n\nAm Montag schrieb R:\n" + exim)},
      {"one that was forwarded as text",
       plain("-----Original Message-----\nFrom: R <r@receiver.example>\n\n" + exim)},
      {"another language's forward",
       plain("Sieh mal\n\nVon: R <r@receiver.example>\nBetreff: DMARC\n\n" + exim)},
      {"a report far down",
       plain(std::string("line\n") + "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n" + exim)},
      {"the sentence alone",
       plain("A message claiming to be from you has failed the published DMARC "
             "policy for your domain.\n")},
      {"a feedback part as text", plain(quoted_part)},
      {"a feedback part as an attached text",
       head +
           "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nHelp\n--m\n"
           "Content-Type: text/plain; name=report.txt\n\n" +
           quoted_part + "--m--\n"},
      {"an aggregate report's mail",
       head +
           "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nThis is an "
           "aggregate report.\n--m\nContent-Type: application/gzip; "
           "name=\"r.example!example.com!1!2.xml.gz\"\nContent-Transfer-Encoding: base64\n\n"
           "H4sICAAAAAAC/w==\n--m--\n"},
      {"a bounce",
       bounce_head +
           "multipart/report; report-type=delivery-status; boundary=m\n\n--m\n"
           "Content-Type: text/plain\n\nIt was not delivered.\n--m\n"
           "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
           "Final-Recipient: rfc822; jane@example.net\nAction: failed\nStatus: 5.7.26\n--m\n"
           "Content-Type: message/rfc822\n\nFrom: info@example.com\n\nHello\n--m--\n"},
      {"a failure report that came back",
       bounce_head +
           "multipart/report; report-type=delivery-status; boundary=m\n\n--m\n"
           "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
           "Final-Recipient: rfc822; ruf@example.net\nAction: failed\nStatus: 5.1.1\n--m\n"
           "Content-Type: message/rfc822\n\n" +
           report(quoted_part) + "\n--m--\n"},
      {"the same without a status",
       bounce_head +
           "multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nFailed.\n--m\n"
           "Content-Type: message/rfc822\n\n" +
           report(quoted_part) + "\n--m--\n"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto parsed = parse_failure_report(row.mail, Limits{});
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().fault == Fault::not_a_report);
  }
}

TEST_CASE("failure report: words without a feedback part") {
  const auto kind = [](const std::string& text) { return read(plain(text)).kind; };
  CHECK(
      kind("This is an email abuse report for an email message\nreceived from IP 192.0.2.1 on Tue, "
           "24 Nov 2026 08:00:00 +0000. For more\ninformation see http://arf.example/\n") ==
      FailureKind::complaint);
  const FailureReport got =
      read(plain("This is an authentication failure report for an email message received\nfrom IP "
                 "address 2001:db8::1 on Tue, 24 Nov 2026 08:00:00 +0000.\n"));
  CHECK(got.kind == FailureKind::auth_failure);
  CHECK(got.source_ip == IpAddress::parse("2001:db8::1"));
  CHECK(rfc3339(got.arrival.value_or(0)) == "2026-11-24T08:00:00Z");
  // A gateway put a banner above.
  CHECK(
      kind("CAUTION: external mail.\n\nA message claiming to be from you has failed the published\n"
           "DMARC policy for your domain.\n\nSender Domain: example.com\n") ==
      FailureKind::auth_failure);
}

TEST_CASE("failure report: bounds") {
  const std::string start = "Feedback-Type: auth-failure\nVersion: 1\n";
  std::string fields = start;
  for (const char* name : {"User-Agent", "Authentication-Results", "SPF-DNS", "Original-Rcpt-To",
                           "Auth-Failure", "Identity-Alignment", "Source-IP", "Incidents",
                           "Reported-Domain", "Arrival-Date", "DKIM-Domain"})
    fields += std::string(name) + ": " + std::string(9'000, 'x') + "\n";
  check_promises(parse_failure_report(report(fields), Limits{}));
  CHECK(read(report(fields)).user_agent.size() <= longest_failure_text);

  std::string list = "Auth-Failure: ";
  for (int i = 0; i < 1'000; ++i) list += "w" + std::to_string(i) + ",";
  CHECK(read_fields(list + "\n").auth_failure.size() == most_auth_failures);
  check_promises(parse_failure_report(report(start + std::string(200'000, '(')), Limits{}));
  check_promises(
      parse_failure_report(report(start + "Auth-Failure: " + std::string(90'000, '(')), Limits{}));
  check_promises(parse_failure_report(report(start + std::string(300'000, '\n')), Limits{}));

  std::string many = start, original = "Subject: s\n";
  for (int i = 0; i < 20'000; ++i) many += "Source-IP: " + std::to_string(i) + "\n";
  for (int i = 0; i < 3'000; ++i) original += "X-Field: " + std::string(60, 'a') + "\n";
  original += "Message-ID: <last@example.com>\n";
  const FailureReport got = read(report(many, original));
  CHECK(got.original_header.size() <= longest_original_header);
  CHECK(got.original_header.ends_with("aaa\n"));
  CHECK(got.message_id == "last@example.com");
  CHECK(has_deviation(got, "original header"));
  CHECK(got.deviations.size() < 10);

  Limits small;
  small.mail_size = 100;
  CHECK(reason_of(parse_failure_report(report(start), small).error()) == "limit:mail_size");
  small = {};
  small.mime_parts = 2;
  CHECK(reason_of(parse_failure_report(report(start), small).error()) == "limit:mime_parts");
  // Mails that are forwarded inside each other end somewhere.
  std::string nested = report(start);
  for (int i = 0; i < 3; ++i) nested = head + "Content-Type: message/rfc822\n\n" + nested;
  CHECK(parse_failure_report(nested, Limits{}).has_value());
  for (int i = 0; i < 100; ++i) nested = head + "Content-Type: message/rfc822\n\n" + nested;
  CHECK(parse_failure_report(nested, Limits{}).error().fault == Fault::not_a_report);
}

TEST_CASE("failure report: the key") {
  FailureReport one;
  one.original_header = "A: 1\n\tb\nB: 2\n";
  one.source_ip = IpAddress::parse("192.0.2.1");
  one.arrival = 1;
  FailureReport copy = one;
  copy.original_header = "A: 1 \r\n\tb\r\nB: 2\r\n\r\n";
  copy.subject = "told otherwise";
  CHECK(failure_key_text(one) == failure_key_text(copy));
  const auto differs = [&](auto change) {
    FailureReport other = one;
    change(other);
    return failure_key_text(other) != failure_key_text(one);
  };
  CHECK(differs([](FailureReport& r) { r.arrival = 2; }));
  CHECK(differs([](FailureReport& r) { r.arrival.reset(); }));
  CHECK(differs([](FailureReport& r) { r.source_ip = IpAddress::parse("192.0.2.2"); }));
  CHECK(differs([](FailureReport& r) { r.original_header = "A: 1\n"; }));
  CHECK(differs([](FailureReport& r) { r.kind = FailureKind::complaint; }));
  // Without a header other texts keep reports apart.
  one.original_header.clear();
  CHECK(differs([](FailureReport& r) { r.envelope_rcpt = "a@example.net"; }));
}

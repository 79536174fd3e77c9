// SPDX-License-Identifier: MIT
// Failure reports: any bytes cost little, and what comes of them keeps the promises of
// FailureReport.
#include "parser/failure_report/failure_report_reader.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  const auto parsed = parse_failure_report(input, small_limits());
  if (!parsed) {
    require(!parsed.error().text.empty(), "an error says what is wrong");
    return;
  }
  const FailureReport& report = *parsed;
  for (const std::string* text : {&report.feedback_type,
                                  &report.user_agent,
                                  &report.version,
                                  &report.delivery_result,
                                  &report.policy_result,
                                  &report.reported_domain,
                                  &report.reporter,
                                  &report.reporting_mta,
                                  &report.header_from,
                                  &report.envelope_from_domain,
                                  &report.dkim_domain,
                                  &report.dkim_selector,
                                  &report.dkim_identity,
                                  &report.spf_dns,
                                  &report.envelope_from,
                                  &report.envelope_rcpt,
                                  &report.authentication_results,
                                  &report.subject,
                                  &report.message_id,
                                  &report.list_id}) {
    require(text->size() <= longest_failure_text, "texts are bounded");
    require(is_clean(*text), "texts are text");
  }
  require(report.auth_failure.size() <= most_auth_failures, "lists are bounded");
  for (const std::string& word : report.auth_failure)
    require(!word.empty() && word.size() <= 64 && is_clean(word), "words are short texts");
  require(report.original_header.size() <= longest_original_header, "the header is bounded");
  require(is_clean(report.original_header, "\n\t"), "the header is text");
  require(report.original_header.empty() || report.original_header.ends_with('\n'),
          "the header is whole lines");
  require(report.incidents > 0, "a report tells of a mail");
  require(report.arrival.value_or(0) >= 0, "times are storable");
  for (const Deviation& each : report.deviations)
    require(is_clean(each.found) && is_clean(each.read_as), "deviations are text");
  require(failure_key_text(report) == failure_key_text(FailureReport(report)), "keys are stable");
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string head =
      "From: a@receiver.example\nDate: Tue, 24 Nov 2026 08:00:05 +0000\nContent-Type: "
      "multipart/report; boundary=b\n\n--b\n\n";
  return {
      head +
          "This is an authentication failure report for an email message\nreceived from IP "
          "192.0.2.1 on Tue, 24 Nov 2026 08:00:00 +0000.\n--b\nContent-Type: "
          "message/feedback-report\n\nFeedback-Type: auth-failure\nVersion: 1\nAuth-Failure: "
          "dmarc, spf (x)\nIdentity-Alignment: dkim, spf\nSource-IP: 192.0.2.1 (h)\nIncidents: "
          "2\nOriginal-Mail-From: <a@b.example>\n--b\nContent-Type: text/rfc822-headers\n\n"
          "From: c@example.com\nSubject: =?utf-8?Q?=C3=A4?=\n--b--\n",
      head +
          "A message claiming to be from you has failed the published DMARC\npolicy for your "
          "domain.\n\n  Sender Domain: example.com\n  Sender IP Address: 192.0.2.1\n  Received "
          "Date: Tue, 24 Nov 2026 08:00:00 +0000\n  SPF Alignment: no\n\n------ This is a copy "
          "of the headers that were received.\n\nReceived: from x\nFrom: a@example.com\n--b--\n",
      "Content-Type: message/rfc822\n\n" + head +
          "--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
          "RmVlZGJhY2stVHlwZTogYWJ1c2UKVmVyc2lvbjogMQo=\n--b--\n"};
}

std::vector<std::string_view> words() {
  return {"\n",
          "\r",
          "(",
          ")",
          "\\",
          "\"",
          ",",
          ";",
          "<",
          ">",
          "@",
          ": ",
          "\n\n",
          "--b\n",
          "--b--\n",
          "message/feedback-report",
          "text/plain",
          "message/rfc822",
          "base64",
          "quoted-printable",
          "dkim",
          "spf",
          "none",
          "Feedback-Type: ",
          "Source-IP: ",
          "[IPv6:",
          "from IP ",
          " on ",
          "Received: from ",
          "envelope-from <",
          "=?utf-8?Q?",
          "------ copy of the headers\n"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.microseconds_per_byte = 5, .bytes = 8u << 20, .bytes_per_byte = 400},
      dmarcq::fuzz::properties);
}

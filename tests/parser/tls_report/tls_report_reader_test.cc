// SPDX-License-Identifier: MIT
#include "parser/tls_report/tls_report_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/parser/tls_report/promises.h"
#include "tests/support/fixture_files.h"

using namespace dmarcq;
using test::read_file;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> fixtures() {
  std::vector<fs::path> paths = test::fixture_files("tls_reports", ".json");
  REQUIRE(paths.size() >= 9);
  return paths;
}

std::string number(const std::optional<std::uint64_t>& count) {
  return count ? std::to_string(*count) : "unknown";
}

std::string address(const std::optional<IpAddress>& ip) { return ip ? ip->to_text() : "-"; }

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " | ") + text;
  return out;
}

std::string dump(const TlsFailure& failure) {
  return fmt::format(
      "  failure {} [{}]: {} sessions\n    from {} to {} host '{}' helo '{}'\n"
      "    reason '{}' more '{}'\n",
      failure.result_type, to_text(failure.result()), number(failure.failed_sessions),
      address(failure.sending_mta_ip), address(failure.receiving_ip), failure.receiving_mx_hostname,
      failure.receiving_mx_helo, failure.reason_code, failure.additional_information);
}

/// All that a report holds; long texts by their length.
std::string dump(const std::expected<TlsReport, Error>& report) {
  if (!report) return reason_of(report.error()) + ": " + report.error().text + "\n";
  const auto brief = [](const std::string& text) {
    return text.size() > 300 ? fmt::format("{} bytes", text.size()) : text;
  };
  std::string out = fmt::format("org {}\nid {}\ncontact {}\nfrom {} to {}\n",
                                brief(report->organization_name), brief(report->report_id),
                                brief(report->contact_info), rfc3339(report->begin),
                                rfc3339(report->end));
  for (const TlsPolicy& policy : report->policies) {
    out += fmt::format("policy {} [{}] of '{}': {} well, {} failed\n", policy.type,
                       to_text(policy.kind()), policy.domain, number(policy.successful_sessions),
                       number(policy.failed_sessions));
    if (!policy.policy_strings.empty()) out += "  text " + joined(policy.policy_strings) + "\n";
    if (!policy.mx_hosts.empty()) out += "  hosts " + joined(policy.mx_hosts) + "\n";
    if (policy.sts)
      out += fmt::format("  sts {} {} {}\n", to_text(policy.sts->mode), policy.sts->max_age,
                         joined(policy.sts->mx));
    for (const TlsFailure& failure : policy.failures) out += dump(failure);
  }
  for (const Deviation& each : report->deviations)
    out += fmt::format("deviation {}: '{}' -> '{}'\n", each.path, each.found, each.read_as);
  return out;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, std::string(what));
  return text.replace(at, what.size(), by);
}

/// A report without a deviation.
const std::string plain =
    R"({"organization-name":"Receiver","date-range":{"start-datetime":"2026-09-03T00:00:00Z",)"
    R"("end-datetime":"2026-09-03T23:59:59Z"},"contact-info":"t@receiver.example","report-id":"r-1",)"
    R"("policies":[{"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: enforce",)"
    R"("mx: mx.example.com","max_age: 86400"],"policy-domain":"example.com","mx-host":["mx.example.com"]},)"
    R"("summary":{"total-successful-session-count":5,"total-failure-session-count":3},)"
    R"("failure-details":[{"result-type":"certificate-expired","sending-mta-ip":"192.0.2.1",)"
    R"("receiving-ip":"198.51.100.2","receiving-mx-hostname":"mx.example.com","receiving-mx-helo":)"
    R"("mx.example.com","failed-session-count":3,"additional-information":"https://receiver.example/",)"
    R"("failure-reason-code":"X509"}]}]})";

TlsReport read(std::string_view json, const TlsReportHints& hints = {}) {
  auto report = parse_tls_report(json, hints, Limits{});
  REQUIRE_MESSAGE(report.has_value(), report.error().text);
  return std::move(*report);
}

std::string deviations_of(const TlsReport& report) {
  std::string out;
  for (const Deviation& each : report.deviations)
    out += fmt::format("{}{}: '{}' -> '{}'", out.empty() ? "" : "; ", each.path, each.found,
                       each.read_as);
  return out;
}

std::string error_of(std::string_view json) {
  const auto report = parse_tls_report(json, {}, Limits{});
  return report ? "none" : reason_of(report.error()) + ": " + report.error().text;
}

/// A policy list of the plain report with something else in place of its failure-details.
std::string with_details(std::string_view details) {
  const std::size_t begin = plain.find("[{\"result-type\""), end = plain.find("]}]}") + 1;
  return plain.substr(0, begin) + std::string(details) + plain.substr(end);
}

}  // namespace

TEST_CASE("tls report: every fixture is read as its .expected says") {
  const bool update = std::getenv("DMARCQ_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const auto report = parse_tls_report(read_file(path), {}, Limits{});
    if (report) CHECK(test::broken_promise(*report) == "");
    const std::string now = dump(report);
    fs::path expected = path;
    expected.replace_extension(".expected");
    if (update) std::ofstream(expected, std::ios::binary) << now;
    CHECK(now == read_file(expected));
  }
}

TEST_CASE("tls report: one as the RFC has it has no deviation") {
  const TlsReport report = read(plain);
  CHECK(deviations_of(report) == "");
  REQUIRE(report.policies.size() == 1);
  const TlsPolicy& policy = report.policies[0];
  CHECK(policy.kind() == TlsPolicyType::sts);
  REQUIRE(policy.sts);
  CHECK(policy.sts->mode == MtaStsPolicy::Mode::enforce);
  CHECK(policy.sts->max_age == 86'400);
  CHECK(policy.successful_sessions == 5);
  CHECK(policy.failed_sessions == 3);
  REQUIRE(policy.failures.size() == 1);
  CHECK(policy.failures[0].result() == TlsResultType::certificate_expired);
  CHECK(policy.failures[0].failed_sessions == 3);
}

TEST_CASE("tls report: words of the vocabularies, and others") {
  for (std::size_t i = 0; i < tls_policy_type_count; ++i) {
    const auto type = static_cast<TlsPolicyType>(i);
    CHECK(tls_policy_type(to_text(type)) == type);
  }
  for (std::size_t i = 0; i < tls_result_type_count; ++i) {
    const auto type = static_cast<TlsResultType>(i);
    CHECK(tls_result_type(to_text(type)) == type);
  }
  CHECK(to_text(TlsPolicyType::no_policy_found) == "no-policy-found");
  CHECK(to_text(TlsResultType::sts_webpki_invalid) == "sts-webpki-invalid");
  CHECK(tls_policy_type("STS") == TlsPolicyType::sts);
  CHECK(tls_result_type("Certificate-Expired") == TlsResultType::certificate_expired);
  for (const char* word : {"", "st", "stsx", "sts ", "no_policy_found"})
    CHECK(tls_policy_type(word) == TlsPolicyType::unknown);
  for (const char* word : {"", "certificate-expire", "certificate_expired", "starttls"})
    CHECK(tls_result_type(word) == TlsResultType::unknown);
}

TEST_CASE("tls report: what deviates is read, and told") {
  const std::string range = R"("start-datetime":"2026-09-03T00:00:00Z")",
                    end = R"("end-datetime":"2026-09-03T23:59:59Z")",
                    in = "date-range/start-datetime: ";
  const std::string type = "policies[1]/policy/", sum = "policies[1]/summary/",
                    detail = "policies[1]/failure-details[1]/";
  struct Row {
    const char* name;
    std::string what, by, deviations;
  };
  for (
      const Row& row : {
          Row{"a byte order mark", "{\"org", "\xEF\xBB\xBF {\"org", ""},
          Row{"a number as name", R"("Receiver")", "12", "organization-name: '12' -> 'a text'"},
          Row{"contact null", R"("t@receiver.example")", "null", "contact-info: 'null' -> ''"},
          Row{"no contact", R"("contact-info":"t@receiver.example",)", "", ""},
          Row{"no id", R"("report-id":"r-1",)", "", "report-id: '' -> 'unknown'"},
          Row{"next midnight", "2026-09-03T23:59:59Z", "2026-09-04T00:00:00Z", ""},
          Row{"a fraction", "03T00:00:00Z", "03T00:00:00.000Z", ""},
          Row{"an offset", "03T00:00:00Z", "03T02:00:00+02:00", ""},
          Row{"small letters", "03T00:00:00Z", "03t00:00:00z", ""},
          Row{"a blank for T", "03T00:00:00Z", "03 00:00:00Z", ""},
          Row{"no zone", "03T00:00:00Z", "03T00:00:00",
              in + "'2026-09-03T00:00:00' -> '2026-09-03T00:00:00Z'"},
          Row{"an offset without a colon", "03T00:00:00Z", "03T02:00:00+0200",
              in + "'2026-09-03T02:00:00+0200' -> '2026-09-03T00:00:00Z'"},
          Row{"a day alone", "03T00:00:00Z", "03", in + "'2026-09-03' -> '2026-09-03T00:00:00Z'"},
          Row{"seconds since 1970", R"("2026-09-03T00:00:00Z")", "1788393600",
              in + "'1788393600' -> '2026-09-03T00:00:00Z'"},
          Row{"policies empty", plain.substr(plain.find("[{\"policy\"")), "[]}",
              "policies: 'no policy' -> 'a report about no session'"},
          Row{"policies null", plain.substr(plain.find("[{\"policy\"")), "null}",
              "policies: 'null' -> 'no element'; policies: 'no policy' -> 'a report about no session'"},
          Row{"another policy type", "\"sts\"", "\"dane-ee\"",
              type + "policy-type: 'dane-ee' -> 'unknown'"},
          Row{"a type in capitals", "\"sts\"", "\"STS\"", ""},
          Row{"a host as text", R"(["mx.example.com"])", R"("mx.example.com")",
              type + "mx-host: 'a text, not an array' -> 'an array of it'"},
          Row{"no hosts", R"(["mx.example.com"])", "[]", ""},
          Row{"mx-host absent", R"(,"mx-host":["mx.example.com"])", "", ""},
          Row{"mx-host null", R"(["mx.example.com"])", "null",
              type + "mx-host: 'null' -> 'no element'"},
          Row{"the name in the RFC's prose", "\"mx-host\"", "\"mx-host-pattern\"",
              type + "mx-host-pattern: 'mx-host-pattern' -> 'mx-host'"},
          Row{"a domain in capitals", "\"example.com\"", "\" Example.COM. \"", ""},
          Row{"a domain that is none", "\"example.com\"", "\"a b\"",
              type + "policy-domain: 'a b' -> 'no domain name'; " + type +
                  "policy-domain: '' -> 'unknown'"},
          Row{"no policy at all", "{\"policy\":{", "{\"plan\":{",
              type + "policy-type: '' -> 'unknown'; " + type + "policy-domain: '' -> 'unknown'"},
          Row{"an unreadable policy", "mode: enforce", "mode: maybe",
              type +
                  "policy-string: 'version: STSv1 mode: maybe mx: mx.example.com max_age: 86400' -> "
                  "'no MTA-STS policy: its mode is 'maybe' (enforce, testing or none)'"},
          Row{"a count as text", ":5,", ":\" 5 \",",
              sum + "total-successful-session-count: 'a text, not a number' -> 'the number in it'"},
          Row{"the largest count", ":5,", ":9007199254740992,", ""},
          Row{"a larger count", ":5,", ":9007199254740993,",
              sum + "total-successful-session-count: '9007199254740993' -> 'unknown'"},
          Row{"a negative count", ":5,", ":-5,",
              sum + "total-successful-session-count: '-5' -> 'unknown'"},
          Row{"half a session", ":5,", ":5.5,",
              sum + "total-successful-session-count: '5.5' -> 'unknown'"},
          Row{"a whole number with a fraction", ":5,", ":5.0,", ""},
          Row{"a count null", ":5,", ":null,",
              sum + "total-successful-session-count: 'null' -> 'unknown'"},
          Row{"no failure count", R"(,"total-failure-session-count":3)", "",
              sum + "total-failure-session-count: '' -> 'unknown'"},
          Row{"a sum that differs", "\"total-failure-session-count\":3",
              "\"total-failure-session-count\":4",
              sum + "total-failure-session-count: '4, and 3 in failure-details' -> "
                    "'both as they stand'"},
          Row{"another result", "certificate-expired", "quantum-failure",
              detail + "result-type: 'quantum-failure' -> 'unknown'"},
          Row{"an address with a port", "192.0.2.1", "192.0.2.1:25",
              detail + "sending-mta-ip: '192.0.2.1:25' -> 'unknown'"},
          Row{"an address in brackets", "192.0.2.1", "[IPv6:2001:db8::1]",
              detail + "sending-mta-ip: '[IPv6:2001:db8::1]' -> '2001:db8::1'"},
          Row{"IPv6 with zeros in front", "192.0.2.1", "2001:db8:abcd:0012::0001", ""},
          Row{"no address", R"("sending-mta-ip":"192.0.2.1",)", "", ""},
          Row{"an empty address", "\"192.0.2.1\"", "\"\"", ""},
          Row{"the URI under its name in the prose", "additional-information",
              "additional-info-uri",
              detail + "additional-info-uri: 'additional-info-uri' -> 'additional-information'"},
          Row{"a control character", "X509", "X5\\u0007\\u0000\\u009909",
              detail + "failure-reason-code: 'control characters' -> 'blanks'"},
          Row{"tabs and lines", "X509", "X5\\t\\r\\n09", ""},
          Row{"a raw control character", "X509", "X5\n09",
              ": 'control characters in texts' -> 'blanks'"},
          Row{"bytes that are no UTF-8", "X509", "X\xff\x39",
              ": 'bytes that are no text' -> 'U+FFFD'"},
          Row{"half of a pair", "X509", "X\\ud83d", ": 'bytes that are no text' -> 'U+FFFD'"},
          Row{"a pair", "X509", "X\\ud83d\\ude00", ""},
          Row{"a name twice", R"("report-id":"r-1")", R"("report-id":"r-0","report-id":"r-1")",
              ": 'members of one name in one object' -> 'the last one of them'"},
          Row{"an element that is no object", "[{\"policy\"", "[5,{\"policy\"",
              "policies[1]: '5' -> 'left out: no object'"},
          Row{"an unknown member", "{\"org", "{\"x\":[{}],\"org", ""},
      }) {
    CAPTURE(row.name);
    CHECK(deviations_of(read(replaced(plain, row.what, row.by))) == row.deviations);
  }
}

TEST_CASE("tls report: values of what deviates") {
  CHECK(rfc3339(read(replaced(plain, "03T00:00:00Z", "03T02:30:00.75+02:30")).begin) ==
        "2026-09-03T00:00:00Z");
  CHECK(rfc3339(read(replaced(plain, "03T23:59:59Z", "03T18:59:59-05:00")).end) ==
        "2026-09-03T23:59:59Z");
  CHECK(rfc3339(read(replaced(plain, "03T23:59:59Z", "04T00:00:00Z")).end) ==
        "2026-09-04T00:00:00Z");
  const auto policy = [](std::string_view what, std::string_view by) {
    return read(replaced(plain, what, by)).policies.at(0);
  };
  CHECK(policy("\"example.com\"", "\"B\u00fccher.Example.\"").domain == "xn--bcher-kva.example");
  CHECK(policy(R"(["mx.example.com"])", R"("*.MX.example.com.")").mx_hosts ==
        std::vector<std::string>{"*.mx.example.com"});
  CHECK(policy(":5,", ":\"5\",").successful_sessions == 5);
  CHECK(policy(":5,", ":9007199254740992,").successful_sessions == std::uint64_t{1} << 53);
  CHECK_FALSE(policy(":5,", ":9007199254740993,").successful_sessions);
  CHECK_FALSE(policy(R"(,"total-failure-session-count":3)", "").failed_sessions);
  CHECK(policy("\"sts\"", "\"future\"").type == "future");
  CHECK_FALSE(policy("\"sts\"", "\"future\"").sts);
  CHECK_FALSE(policy("mode: enforce", "mode: maybe").sts);
  const TlsPolicy lines = policy(R"(["version: STSv1","mode: enforce","mx: mx.example.com",)",
                                 R"(["version: STSv1\r\nmode: testing\nmx: mx.example.com\n",)");
  CHECK(lines.policy_strings == std::vector<std::string>{"version: STSv1", "mode: testing",
                                                         "mx: mx.example.com", "max_age: 86400"});
  REQUIRE(lines.sts);
  CHECK(lines.sts->mode == MtaStsPolicy::Mode::testing);
  const auto failure = [&](std::string_view what, std::string_view by) {
    return policy(what, by).failures.at(0);
  };
  CHECK(failure("192.0.2.1", "2001:db8:abcd:0012::0001").sending_mta_ip->to_text() ==
        "2001:db8:abcd:12::1");
  CHECK_FALSE(failure("\"192.0.2.1\"", "\"\"").sending_mta_ip);
  CHECK_FALSE(failure("192.0.2.1", "192.0.2.01").sending_mta_ip);
  CHECK(failure("additional-information", "additional-info-uri").additional_information ==
        "https://receiver.example/");
  CHECK(failure("X509", "X\\u0007\\u0000\\u00995\\t\\r\\n09 ").reason_code == "X 5 09");
  CHECK(failure("X509", "X\n5").reason_code == "X 5");
  CHECK(failure("X509", "X\xff\xc3").reason_code == "X\uFFFD\uFFFD");
  CHECK(failure("X509", "X\\ud83d\\ude00\\ude00").reason_code == "X\U0001F600\uFFFD");
}

TEST_CASE("tls report: failure-details in every form") {
  struct Row {
    const char *details, *counts, *deviations;
  };
  for (const Row& row : {
           Row{"[]", "", ""},
           Row{"null", "", "policies[1]/failure-details: 'null' -> 'no element'"},
           Row{R"({"result-type":"validation-failure","failed-session-count":3})", "3 ",
               "policies[1]/failure-details: 'an object' -> 'an array of it'"},
           Row{R"([{"result-type":"tlsa-invalid","failed-session-count":1},)"
               R"({"result-type":"dane-required","failed-session-count":2}])",
               "1 2 ", ""},
           Row{R"([{"result-type":"tlsa-invalid","failed-session-count":2},)"
               R"({"result-type":"dane-required"}])",
               "2 unknown ",
               "policies[1]/failure-details[2]/failed-session-count: '' -> 'unknown'"},
           Row{R"([{"result-type":"a","failed-session-count":1},)"
               R"({"result-type":"a","failed-session-count":2}])",
               "1 2 ", "policies[1]/failure-details[1]/result-type: 'a' -> 'unknown'"},
       }) {
    CAPTURE(row.details);
    const TlsReport report = read(with_details(row.details));
    std::string counts;
    for (const TlsFailure& failure : report.policies.at(0).failures)
      counts += number(failure.failed_sessions) + " ";
    CHECK(counts == row.counts);
    CHECK(deviations_of(report) == row.deviations);
  }
}

TEST_CASE("tls report: the mail fills gaps, and nothing else") {
  const std::string no_domain = replaced(plain, R"("policy-domain":"example.com",)", "");
  const std::string place = "policies[1]/policy/policy-domain: '' -> ";
  struct Row {
    const char *name, *header, *file, *domain;
    std::string deviations;
  };
  for (const Row& row : {
           Row{"a field", " Example.ORG. ", "", "example.org",
               place + "'example.org, from the mail's TLS-Report-Domain'"},
           Row{"a field and a name", "example.org", "a.example!example.net!1!2.json", "example.org",
               place + "'example.org, from the mail's TLS-Report-Domain'"},
           Row{"a name", "", "a.example!Example.net!1788393600!1788479999.json.gz", "example.net",
               place + "'example.net, from the file name'"},
           Row{"a name with an id", "x y", "a.example!example.net!1!2!001.json", "example.net",
               place + "'example.net, from the file name'"},
           Row{"a path", "", "x/a.example!example.net!1!2!001.json.gz/rpt.json", "example.net",
               place + "'example.net, from the file name'"},
           Row{"nothing", "", "report.json", "", place + "'unknown'"},
           Row{"too few parts", "", "a.example!example.net!1.json", "", place + "'unknown'"},
           Row{"too many parts", "", "a!example.net!1!2!3!4.json", "", place + "'unknown'"},
           Row{"no times", "", "a.example!example.net!x!2.json", "", place + "'unknown'"},
           Row{"no domain", "", "a.example!!1!2.json", "", place + "'unknown'"},
           Row{"hostile", "<b>", "////!!!!!!!!/", "", place + "'unknown'"},
       }) {
    CAPTURE(row.name);
    const TlsReportHints hints{row.header, "", row.file};
    const TlsReport report = read(no_domain, hints);
    CHECK(report.policies.at(0).domain == row.domain);
    CHECK(deviations_of(report) == row.deviations);
    CHECK(read(plain, hints).policies.at(0).domain == "example.com");
    CHECK(read(plain, hints).deviations.empty());
  }
}

TEST_CASE("tls report: sender and dates from the mail") {
  const TlsReportHints hints{"", "Mail.receiver.example",
                             "other.example!example.com!1788393600!1788479999.json"};
  const std::string no_name = replaced(plain, R"("organization-name":"Receiver",)", "");
  CHECK(read(no_name, hints).organization_name == "mail.receiver.example");
  CHECK(read(no_name, {"", "", hints.file_name}).organization_name == "other.example");
  CHECK(read(no_name).organization_name == "");
  CHECK(deviations_of(read(no_name)) == "organization-name: '' -> 'unknown'");
  for (const char* begin : {"yesterday", "", "03/09/2026", "03-9-2026", "2026-13-01T00:00:00Z",
                            "2026-09-03T24:00:01Z"}) {
    CAPTURE(begin);
    const std::string broken = replaced(plain, "2026-09-03T00:00:00Z", begin);
    CHECK(error_of(broken) == "invalid_report: a TLS report without a date-range that can be read");
    const TlsReport report = read(broken, hints);
    CHECK(rfc3339(report.begin) == "2026-09-03T00:00:00Z");
    CHECK(deviations_of(report) == std::string("date-range/start-datetime: '") + begin +
                                       "' -> '2026-09-03T00:00:00Z, from the file name'");
  }
}

TEST_CASE("tls report: what is none, and what is broken") {
  const std::string deep = std::string(20, '[') + std::string(20, ']');
  struct Row {
    const char* name;
    std::string json, error;
  };
  for (const Row& row : {
           Row{"nothing", "", "not_a_report: no TLS report"},
           Row{"text", "hello", "not_a_report: no TLS report"},
           Row{"XML", "<feedback/>", "not_a_report: no TLS report"},
           Row{"other JSON", R"({"event":"bounce","email":"a@example.com"})",
               "not_a_report: no TLS report"},
           Row{"one name alone", R"({"policies":[]})", "not_a_report: no TLS report"},
           Row{"the names as values",
               R"({"a":"organization-name","b":"date-range","c":"policies"})",
               "not_a_report: no TLS report"},
           Row{"the names in a text",
               R"({"a":"\"organization-name\":\"date-range\":\"policies\":"})",
               "not_a_report: no TLS report"},
           Row{"the output of another program",
               R"({"organization_name":"x","begin_date":"2026-09-03","policies":[]})",
               "not_a_report: no TLS report"},
           Row{"no policies", replaced(plain, "\"policies\"", "\"p\""),
               "invalid_report: a TLS report without policies"},
           Row{"no dates", R"({"organization-name":"x","policies":[]})",
               "invalid_report: a TLS report without a date-range that can be read"},
           Row{"dates null", R"({"organization-name":"x","date-range":null,"policies":[]})",
               "invalid_report: a TLS report without a date-range that can be read"},
           Row{"dates swapped", replaced(plain, "2026-09-03T23", "2026-09-02T23"),
               "invalid_report: date-range ends before it begins"},
           Row{"a list", "[" + plain + "]", "invalid_report: the JSON of a TLS report in an array"},
           Row{"a comma too many", replaced(plain, "}]}]}", "},]}]}"),
               "invalid_report: no valid JSON: line 1"},
           Row{"no comma", replaced(plain, "\"r-1\",", "\"r-1\"\n"),
               "invalid_report: no valid JSON: line 2"},
           Row{"brackets that do not match", replaced(plain, "}]}]}", "}]}}}"),
               "invalid_report: no valid JSON: line 1"},
           Row{"a number beyond all", replaced(plain, ":5,", ":1e999,"),
               "invalid_report: no valid JSON: line 1"},
           Row{"too deep", replaced(plain, "\"r-1\"", deep),
               "invalid_report: JSON nested more than 16 levels deep"},
           Row{"too deep and cut", R"({"date-range":1,"policies":)" + std::string(100'000, '['),
               "invalid_report: JSON nested more than 16 levels deep"},
           Row{"cut", plain.substr(0, plain.size() - 1),
               "truncated: the text ends within the JSON object"},
           Row{"cut within a text", plain.substr(0, plain.find("192.0") + 3),
               "truncated: the text ends within the JSON object"},
       }) {
    CAPTURE(row.name);
    CHECK(error_of(row.json) == row.error);
  }
}

TEST_CASE("tls report: what follows it is left out") {
  CHECK(deviations_of(read(plain + "\r\n \t")) == "");
  CHECK(deviations_of(read(plain + "}")) == ": 'something behind the report' -> 'left out'");
  CHECK(deviations_of(read(plain + std::string(3, '\0'))) ==
        ": 'something behind the report' -> 'left out'");
  CHECK(deviations_of(read(plain + "\n" + plain)) ==
        ": 'a second report behind the first' -> 'left out'");
}

TEST_CASE("tls report: bounds") {
  const auto repeated = [](std::string_view text, std::size_t times) {
    std::string out = "[";
    for (std::size_t i = 0; i < times; ++i) (out += i == 0 ? "" : ",") += text;
    return out + "]";
  };
  SUBCASE("failures") {
    const std::string one = R"({"result-type":"tlsa-invalid","failed-session-count":3})";
    const TlsReport most = read(with_details(repeated(one, most_tls_failures)));
    CHECK(most.policies.at(0).failures.size() == most_tls_failures);
    CHECK(most.policies[0].failed_sessions == 3);
    CHECK(most.deviations.size() == 1);  // the sum
    const TlsReport more = read(with_details(repeated(one, most_tls_failures + 1)));
    CHECK(more.policies.at(0).failures.size() == most_tls_failures);
    CHECK(deviations_of(more) ==
          "policies[1]/failure-details: 'more than 10,000 in the report' -> 'the first ones'");
    const std::string largest =
        R"({"result-type":"tlsa-invalid","failed-session-count":9007199254740992})";
    CHECK(read(with_details(repeated(largest, most_tls_failures))).deviations.empty());
  }
  SUBCASE("policies") {
    const std::string head = plain.substr(0, plain.find("[{\"policy\""));
    const std::string one =
        R"({"policy":{"policy-type":"tlsa","policy-domain":"example.com"},"summary":)"
        R"({"total-successful-session-count":1,"total-failure-session-count":0}})";
    CHECK(read(head + repeated(one, most_tls_policies) + "}").policies.size() == most_tls_policies);
    CHECK(error_of(head + repeated(one, most_tls_policies + 1) + "}") ==
          "invalid_report: a TLS report of more than 1,000 policies");
    CHECK(error_of(head + repeated("1", most_tls_policies + 1) + "}") ==
          "invalid_report: a TLS report of more than 1,000 policies");
  }
  SUBCASE("texts and lists") {
    const TlsReport exact = read(replaced(plain, "r-1", std::string(longest_tls_text, 'x')));
    CHECK(exact.report_id.size() == longest_tls_text);
    CHECK(exact.deviations.empty());
    const TlsReport cut = read(replaced(plain, "r-1", std::string(longest_tls_text, 'x') + "y"));
    CHECK(cut.report_id == std::string(longest_tls_text, 'x'));
    REQUIRE(cut.deviations.size() == 1);
    CHECK(cut.deviations[0].read_as == "cut to 4,096 bytes");
    const TlsReport hosts =
        read(replaced(plain, R"(["mx.example.com"])", repeated("\"mx.example.com\"", 201)));
    CHECK(hosts.policies.at(0).mx_hosts.size() == most_tls_strings);
    CHECK(deviations_of(hosts) ==
          "policies[1]/policy/mx-host: 'more than 200 elements' -> 'the first ones'");
  }
  SUBCASE("sizes") {
    const std::string full = plain + std::string(largest_tls_report - plain.size(), ' ');
    CHECK(read(full).deviations.empty());
    CHECK(error_of(full + " ") == "invalid_report: a TLS report larger than 8 MiB");
    Limits limits;
    limits.document_size = plain.size() - 1;
    const auto report = parse_tls_report(plain, {}, limits);
    REQUIRE_FALSE(report.has_value());
    CHECK(reason_of(report.error()) == "limit:document_size");
    CHECK(error_of(replaced(plain, "\"r-1\"", repeated("[]", 260'000))) ==
          "invalid_report: JSON of more than 500,000 values");
  }
}

TEST_CASE("tls report: cut at every byte, it is truncated or none") {
  std::vector<std::string> texts{plain};
  for (const fs::path& path : fixtures()) texts.push_back(read_file(path));
  for (const std::string& text : texts) {
    const std::size_t closing = text.rfind('}');
    for (std::size_t size = 0; size < closing; ++size) {
      const auto report = parse_tls_report(std::string_view(text).substr(0, size), {}, Limits{});
      REQUIRE((!report || text != plain));
      if (report) continue;  // what stands behind the report is cut
      CAPTURE(text.substr(0, 40));
      CAPTURE(size);
      REQUIRE((report.error().fault == Fault::truncated ||
               report.error().fault == Fault::not_a_report));
    }
  }
}

TEST_CASE("tls report: whatever byte stands anywhere, it is read or refused") {
  std::vector<std::string> texts{plain};
  for (const fs::path& path : fixtures()) texts.push_back(read_file(path));
  for (std::string text : texts) {
    const std::size_t step = text.size() / 400 + 1;
    for (std::size_t at = 0; at < text.size(); at += step) {
      const char was = text[at];
      for (const char now : {'\0', '"', '\\', '{', ']', '\xff', '9'}) {
        text[at] = now;
        const auto report = parse_tls_report(text, {}, Limits{});
        if (report)
          CHECK(test::broken_promise(*report) == "");
        else
          CHECK_FALSE(report.error().text.empty());
      }
      text[at] = was;
    }
  }
}

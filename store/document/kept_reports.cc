// SPDX-License-Identifier: MIT
#include "store/document/kept_reports.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "ingest/base/digest.h"
#include "ingest/base/json_value.h"
#include "ingest/base/text.h"
#include "parser/tls_report/tls_report_reader.h"
#include "store/document/head_lines.h"
#include "store/document/packed_report.h"

namespace dmarcq {
namespace {

void add_failure(JsonText& json, const TlsFailure& failure) {
  json.object().member("result-type", failure.result_type);
  if (failure.sending_mta_ip) json.member("sending-mta-ip", failure.sending_mta_ip->to_text());
  json.member_if("receiving-mx-hostname", failure.receiving_mx_hostname)
      .member_if("receiving-mx-helo", failure.receiving_mx_helo);
  if (failure.receiving_ip) json.member("receiving-ip", failure.receiving_ip->to_text());
  if (failure.failed_sessions) json.member("failed-session-count", *failure.failed_sessions);
  json.member_if("additional-information", failure.additional_information)
      .member_if("failure-reason-code", failure.reason_code)
      .end();
}

void add_list(JsonText& json, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  json.key(name).array();
  for (const std::string& text : list) json.value(text);
  json.end();
}

void add_policy(JsonText& json, const TlsPolicy& policy) {
  json.object().key("policy").object().member("policy-type", policy.type);
  add_list(json, "policy-string", policy.policy_strings);
  json.member_if("policy-domain", policy.domain);
  add_list(json, "mx-host", policy.mx_hosts);
  json.end().key("summary").object();
  if (policy.successful_sessions)
    json.member("total-successful-session-count", *policy.successful_sessions);
  if (policy.failed_sessions) json.member("total-failure-session-count", *policy.failed_sessions);
  json.end();
  if (!policy.failures.empty()) {
    json.key("failure-details").array();
    for (const TlsFailure& failure : policy.failures) add_failure(json, failure);
    json.end();
  }
  json.end();
}

std::uint64_t sessions_of(const TlsPolicy& policy) {
  std::uint64_t failed = policy.failed_sessions.value_or(0);
  if (!policy.failed_sessions)
    for (const TlsFailure& failure : policy.failures)
      failed = capped_sum(failed, failure.failed_sessions.value_or(0));
  return capped_sum(policy.successful_sessions.value_or(0), failed);
}

struct FailureText {
  const char* name;
  std::string FailureReport::* member;
};
constexpr FailureText failure_texts[] = {
    {"feedback_type", &FailureReport::feedback_type},
    {"user_agent", &FailureReport::user_agent},
    {"version", &FailureReport::version},
    {"delivery_result", &FailureReport::delivery_result},
    {"policy_result", &FailureReport::policy_result},
    {"reported_domain", &FailureReport::reported_domain},
    {"reporter", &FailureReport::reporter},
    {"reporting_mta", &FailureReport::reporting_mta},
    {"header_from", &FailureReport::header_from},
    {"envelope_from_domain", &FailureReport::envelope_from_domain},
    {"dkim_domain", &FailureReport::dkim_domain},
    {"dkim_selector", &FailureReport::dkim_selector},
    {"dkim_identity", &FailureReport::dkim_identity},
    {"spf_dns", &FailureReport::spf_dns},
    {"envelope_from", &FailureReport::envelope_from},
    {"envelope_rcpt", &FailureReport::envelope_rcpt},
    {"authentication_results", &FailureReport::authentication_results},
    {"subject", &FailureReport::subject},
    {"message_id", &FailureReport::message_id},
    {"list_id", &FailureReport::list_id},
    {"original_header", &FailureReport::original_header},
};
struct MarkText {
  const char* name;
  std::string OriginMarks::* member;
};
constexpr MarkText mark_texts[] = {
    {"salesforce_org", &OriginMarks::salesforce_org},
    {"category", &OriginMarks::category},
    {"entity", &OriginMarks::entity},
    {"job", &OriginMarks::job},
    {"list", &OriginMarks::list},
};

std::optional<std::int64_t> number_from(const JsonValue& json) {
  const std::string text = json.text();
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string tls_content(const TlsReport& report) {
  JsonText json;
  json.object().member("organization-name", report.organization_name);
  json.key("date-range")
      .object()
      .member("start-datetime", rfc3339(report.begin))
      .member("end-datetime", rfc3339(report.end))
      .end();
  json.member("contact-info", report.contact_info).member("report-id", report.report_id);
  json.key("policies").array();
  for (const TlsPolicy& policy : report.policies) add_policy(json, policy);
  json.end().end();
  return json.take();
}

std::optional<TlsReport> tls_from_content(std::string_view json, std::string_view deviations) {
  auto report = parse_tls_report(json, {}, {});
  if (!report) return std::nullopt;
  report->deviations = deviations_of(deviations);
  return std::move(*report);
}

std::int64_t tls_claim(const TlsReport& report) {
  std::set<std::string> domains;
  for (const TlsPolicy& policy : report.policies) domains.insert(policy.domain);
  std::string text = lower(report.organization_name) + '\n' + report.report_id + '\n' +
                     std::to_string(report.begin) + '\n' + std::to_string(report.end) + '\n';
  for (const std::string& domain : domains) text += domain + '\n';
  return hash_prefix(sha256(text));
}

std::uint64_t tls_sessions(const TlsReport& report) {
  std::uint64_t sum = 0;
  for (const TlsPolicy& policy : report.policies) sum = capped_sum(sum, sessions_of(policy));
  return sum;
}

Day tls_day(const TlsReport& report) { return day_of_window(report.begin, report.end); }

std::string failure_content(const FailureReport& report, const OriginMarks& marks) {
  JsonText json;
  json.object().member("kind", to_text(report.kind)).member("incidents", report.incidents);
  for (const auto& [name, member] : failure_texts) json.member_if(name, report.*member);
  if (marks != OriginMarks{}) {
    json.key("marks").object();
    for (const auto& [name, member] : mark_texts) json.member_if(name, marks.*member);
    json.end();
  }
  if (report.source_ip) json.member("source_ip", report.source_ip->to_text());
  if (report.arrival) json.member("arrival", std::to_string(*report.arrival));
  if (report.reported_at) json.member("reported_at", std::to_string(*report.reported_at));
  if (report.null_sender) json.member("null_sender", true);
  add_list(json, "auth_failure", report.auth_failure);
  if (report.unaligned.stated) {
    json.key("unaligned").array();
    if (report.unaligned.dkim) json.value(std::string_view("dkim"));
    if (report.unaligned.spf) json.value(std::string_view("spf"));
    json.end();
  }
  if (!report.deviations.empty()) {
    json.key("deviations").array();
    for (const Deviation& d : report.deviations)
      json.array().value(d.path).value(d.found).value(d.read_as).end();
    json.end();
  }
  json.end();
  return json.take();
}

bool failure_from_content(std::string_view text, FailureReport& stored, OriginMarks& marks) {
  constexpr std::size_t depth = 4, most = 10'000;
  const auto json = JsonValue::parse(text, depth);
  if (!json || !json->is_object()) return false;
  FailureReport report;
  const std::string kind = json->text("kind");
  for (const FailureKind each :
       {FailureKind::auth_failure, FailureKind::complaint, FailureKind::not_spam})
    if (to_text(each) == kind) report.kind = each;
  for (const auto& [name, member] : failure_texts) report.*member = json->text(name);
  for (const auto& [name, member] : mark_texts) marks.*member = (*json)["marks"].text(name);
  if (json->has("source_ip")) report.source_ip = IpAddress::parse(json->text("source_ip"));
  report.arrival = number_from((*json)["arrival"]);
  report.reported_at = number_from((*json)["reported_at"]);
  report.incidents = static_cast<std::uint64_t>(
      std::max<std::int64_t>(number_from((*json)["incidents"]).value_or(1), 1));
  report.null_sender = json->has("null_sender");
  for (const JsonValue& word : (*json)["auth_failure"].elements(most))
    report.auth_failure.push_back(word.text());
  report.unaligned.stated = json->has("unaligned");
  for (const JsonValue& word : (*json)["unaligned"].elements(most)) {
    report.unaligned.dkim |= word.text() == "dkim";
    report.unaligned.spf |= word.text() == "spf";
  }
  for (const JsonValue& deviation : (*json)["deviations"].elements(most)) {
    const std::vector<JsonValue> parts = deviation.elements(3);
    if (parts.size() == 3)
      report.deviations.push_back({parts[0].text(), parts[1].text(), parts[2].text()});
  }
  stored = std::move(report);
  return true;
}

bool names_people(const FailureReport& report) {
  FailureReport without = report;
  forget_people(without);
  return failure_content(without, {}) != failure_content(report, {});
}

std::optional<std::string> failure_without_people(std::string_view content) {
  FailureReport report;
  OriginMarks marks;
  if (!failure_from_content(content, report, marks)) return std::nullopt;
  forget_people(report);
  return failure_content(report, marks);
}

Day failure_day(const FailureReport& report) {
  constexpr EpochSeconds seconds_a_day = 86'400;
  const EpochSeconds time = report.arrival.value_or(report.reported_at.value_or(0));
  return static_cast<Day>(std::clamp<EpochSeconds>(time / seconds_a_day, 0, 65'535));
}

}  // namespace dmarcq

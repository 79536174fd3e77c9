// SPDX-License-Identifier: MIT
#include "parser/tls_report/tls_report_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/base/text.h"
#include "ingest/content.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/names.h"
#include "parser/aggregate/deviation_log.h"
#include "parser/aggregate/field_text.h"
#include "parser/tls_report/json_document.h"
#include "parser/tls_report/json_fields.h"

namespace dmarcq {
namespace {

std::unexpected<Error> invalid(std::string text) {
  return std::unexpected(Error{Fault::invalid_report, std::move(text), {}});
}

/// Seconds since 1970 as a file name has them.
std::optional<EpochSeconds> seconds_from(std::string_view digits) {
  constexpr std::uint64_t last = 65'536ull * 86'400 - 1;  // of the last day that can be stored
  const auto number = count_from(digits);
  if (!number || *number > last || digits.find('.') != digits.npos) return std::nullopt;
  return static_cast<EpochSeconds>(*number);
}

/// What a file name tells (RFC 8460 section 5.1).
struct NamedFacts {
  std::string submitter, domain;
  std::optional<EpochSeconds> begin, end;
};

std::optional<NamedFacts> facts_of_component(std::string_view name) {
  for (const std::string_view ending : {".gz", ".json"})
    if (ends_with_word(name, ending)) name.remove_suffix(ending.size());
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; parts.size() <= 5; at += parts.back().size() + 1) {
    if (at > name.size()) break;
    parts.push_back(name.substr(at, name.find('!', at) - at));
  }
  if (parts.size() < 4 || parts.size() > 5) return std::nullopt;
  NamedFacts facts{tls_domain(parts[0]), tls_domain(parts[1]), seconds_from(parts[2]),
                   seconds_from(parts[3])};
  if (facts.domain.empty() || !facts.begin || !facts.end) return std::nullopt;
  return facts;
}

/// The innermost component that has the form: programs pack files whose own names say less.
NamedFacts facts_of_name(std::string_view path) {
  constexpr std::size_t longest_path = 4096;
  path = path.substr(path.size() - std::min(path.size(), longest_path));
  while (!path.empty()) {
    const std::string_view component = last_component(path);
    if (auto facts = facts_of_component(component)) return std::move(*facts);
    if (component.size() >= path.size()) break;
    path.remove_suffix(component.size() + 1);
  }
  return {};
}

class ReportReader {
 public:
  ReportReader(const JsonDocument& document, const TlsReportHints& hints)
      : log_(report_.deviations),
        root_(document.root, "", log_),
        header_domain_(tls_domain(hints.report_domain)),
        header_submitter_(tls_domain(hints.submitter)),
        named_(facts_of_name(hints.file_name)) {
    if (document.had_broken_text) root_.note("", "bytes that are no text", "U+FFFD");
    if (document.had_raw_controls) root_.note("", "control characters in texts", "blanks");
    if (document.had_repeated_names)
      root_.note("", "members of one name in one object", "the last one of them");
    if (!document.rest.empty())
      root_.note("",
                 looks_like_tls_report(document.rest) ? "a second report behind the first"
                                                      : "something behind the report",
                 "left out");
  }

  std::expected<TlsReport, Error> read() {
    report_.organization_name = root_.text("organization-name");
    if (report_.organization_name.empty())
      report_.organization_name = hinted(root_, "organization-name", header_submitter_,
                                         "TLS-Report-Submitter", named_.submitter);
    report_.contact_info = root_.text("contact-info");
    report_.report_id = root_.text("report-id");
    if (report_.report_id.empty()) root_.note("report-id", "", "unknown");
    if (auto error = read_dates()) return std::unexpected(std::move(*error));
    if (!root_.has("policies")) return invalid("a TLS report without policies");
    bool more = false;
    const std::vector<JsonFields> policies = root_.objects("policies", most_tls_policies, more);
    if (more)
      return invalid("a TLS report of more than " + with_thousands(most_tls_policies) +
                     " policies");
    if (policies.empty()) root_.note("policies", "no policy", "a report about no session");
    for (const JsonFields& policy : policies) report_.policies.push_back(read_policy(policy));
    return std::move(report_);
  }

 private:
  /// What fills the gap `name` of an object, and where it comes from, as a deviation.
  static std::string hinted(const JsonFields& fields, std::string_view name,
                            const std::string& of_field, std::string_view field,
                            const std::string& of_name) {
    if (!of_field.empty())
      fields.note(name, "", of_field + ", from the mail's " + std::string(field));
    else if (!of_name.empty())
      fields.note(name, "", of_name + ", from the file name");
    else
      fields.note(name, "", "unknown");
    return of_field.empty() ? of_name : of_field;
  }

  std::optional<Error> read_dates() {
    const JsonFields range = root_.inside("date-range");
    const auto begin = date(range, "start-datetime", named_.begin);
    const auto end = date(range, "end-datetime", named_.end);
    if (!begin || !end)
      return Error{Fault::invalid_report, "a TLS report without a date-range that can be read", {}};
    if (*end < *begin) return Error{Fault::invalid_report, "date-range ends before it begins", {}};
    report_.begin = *begin;
    report_.end = *end;
    return std::nullopt;
  }

  static std::optional<EpochSeconds> date(const JsonFields& range, std::string_view name,
                                          std::optional<EpochSeconds> of_name) {
    if (const auto time = range.time(name)) return time;
    if (of_name) range.note(name, range.text(name), rfc3339(*of_name) + ", from the file name");
    return of_name;
  }

  TlsPolicy read_policy(const JsonFields& fields) {
    TlsPolicy policy;
    const JsonFields told = fields.inside("policy");
    policy.type = told.text("policy-type");
    if (policy.kind() == TlsPolicyType::unknown) told.note("policy-type", policy.type, "unknown");
    read_policy_strings(told, policy);
    policy.domain = read_domain(told);
    const bool as_in_prose = !told.has("mx-host") && told.has("mx-host-pattern");
    const std::string_view hosts = as_in_prose ? "mx-host-pattern" : "mx-host";
    if (as_in_prose) told.note(hosts, hosts, "mx-host");
    for (const std::string& host : told.raw_texts(hosts, most_tls_strings))
      if (std::string name = tls_host(told.clean(hosts, host)); !name.empty())
        policy.mx_hosts.push_back(std::move(name));
    const JsonFields summary = fields.inside("summary");
    policy.successful_sessions = summary.count("total-successful-session-count");
    policy.failed_sessions = summary.count("total-failure-session-count");
    read_failures(fields, policy);
    return policy;
  }

  static void read_policy_strings(const JsonFields& told, TlsPolicy& policy) {
    constexpr std::string_view name = "policy-string";
    std::string whole;
    for (const std::string& text : told.raw_texts(name, most_tls_strings)) {
      const std::string_view lines = trimmed(text);
      if (lines.find('\n') != lines.npos) told.note(name, "lines in one text", "a text for each");
      whole.append(lines).append("\n");
    }
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t end = whole.find('\n', at);
      std::string line = told.clean(name, std::string_view(whole).substr(at, end - at));
      at = end + 1;
      if (line.empty()) continue;
      if (policy.policy_strings.size() == most_tls_strings) {
        told.note(name, "more than " + with_thousands(most_tls_strings) + " lines",
                  "the first ones");
        break;
      }
      policy.policy_strings.push_back(std::move(line));
    }
    if (policy.kind() != TlsPolicyType::sts || policy.policy_strings.empty()) return;
    if (auto sts = parse_mta_sts_policy(whole))
      policy.sts = std::move(*sts);
    else
      told.note(name, shortened(whole, 200),
                "no MTA-STS policy: " + tls_text(valid_utf8(sts.error())).text);
  }

  std::string read_domain(const JsonFields& told) const {
    constexpr std::string_view name = "policy-domain";
    const std::string text = told.text(name);
    if (std::string domain = tls_domain(text); !domain.empty()) return domain;
    if (!text.empty()) told.note(name, text, "no domain name");
    return hinted(told, name, header_domain_, "TLS-Report-Domain", named_.domain);
  }

  void read_failures(const JsonFields& fields, TlsPolicy& policy) {
    constexpr std::string_view name = "failure-details";
    bool more = false;
    const std::vector<JsonFields> details =
        fields.objects(name, most_tls_failures - failures_, more);
    if (more)
      fields.note(name, "more than " + with_thousands(most_tls_failures) + " in the report",
                  "the first ones");
    bool all_known = !more;
    std::uint64_t sum = 0;
    for (const JsonFields& detail : details) {
      const TlsFailure& failure = policy.failures.emplace_back(read_failure(detail));
      sum += failure.failed_sessions.value_or(0);
      all_known = all_known && failure.failed_sessions && sum <= largest_sum;
    }
    failures_ += policy.failures.size();
    if (!policy.failures.empty() && all_known && policy.failed_sessions &&
        sum != *policy.failed_sessions)
      fields.note("summary/total-failure-session-count",
                  std::to_string(*policy.failed_sessions) + ", and " + std::to_string(sum) +
                      " in failure-details",
                  "both as they stand");
  }

  static TlsFailure read_failure(const JsonFields& detail) {
    TlsFailure failure;
    failure.result_type = detail.text("result-type");
    if (failure.result() == TlsResultType::unknown)
      detail.note("result-type", failure.result_type, "unknown");
    failure.sending_mta_ip = detail.address("sending-mta-ip");
    failure.receiving_ip = detail.address("receiving-ip");
    failure.receiving_mx_hostname = tls_host(detail.text("receiving-mx-hostname"));
    failure.receiving_mx_helo = tls_host(detail.text("receiving-mx-helo"));
    failure.failed_sessions = detail.count("failed-session-count");
    failure.additional_information = detail.text("additional-information", "additional-info-uri");
    failure.reason_code = detail.text("failure-reason-code");
    return failure;
  }

  /// 10,000 counts of up to 2^53 may be more than 64 bits hold.
  static constexpr std::uint64_t largest_sum = std::uint64_t{1} << 62;

  TlsReport report_;
  DeviationLog log_;
  JsonFields root_;
  std::string header_domain_, header_submitter_;
  NamedFacts named_;
  std::size_t failures_ = 0;  ///< of all policies so far
};

}  // namespace

std::expected<TlsReport, Error> parse_tls_report(std::string_view json, const TlsReportHints& hints,
                                                 const Limits& limits) {
  if (json.size() > limits.document_size)
    return std::unexpected(Error{Fault::limit,
                                 "larger than " + with_thousands(limits.document_size) + " bytes",
                                 "document_size"});
  if (!looks_like_tls_report(json))
    return std::unexpected(Error{Fault::not_a_report, "no TLS report", {}});
  if (json.size() > largest_tls_report) return invalid("a TLS report larger than 8 MiB");
  const auto document = read_json_document(json, {deepest_tls_report, most_tls_values});
  if (!document) return std::unexpected(document.error());
  if (!document->root.is_object()) return invalid("the JSON of a TLS report in an array");
  return ReportReader(*document, hints).read();
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "ingest/base/text.h"
#include "ingest/mail/encoded_text.h"
#include "parser/aggregate/deviation_log.h"
#include "parser/domain_name.h"
#include "parser/tls_report/tls_report_reader.h"

namespace dmarcq::test {

inline bool is_one_line_of_text(std::string_view text) {
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return !has_control && text == trimmed(text) && text.size() <= longest_tls_text &&
         valid_utf8(text) == text;
}

/// Which promise of tls_report.h a report breaks; "" for none.
inline std::string broken_promise(const TlsReport& report) {
  constexpr std::uint64_t largest = std::uint64_t{1} << 53;
  const auto is_text = [](const std::string& text) { return is_one_line_of_text(text); };
  if (report.begin < 0 || report.end < report.begin) return "dates in order";
  if (!is_text(report.organization_name) || !is_text(report.contact_info) ||
      !is_text(report.report_id))
    return "texts of the report";
  if (report.policies.size() > most_tls_policies) return "bounded policies";
  if (report.deviations.size() > DeviationLog::capacity) return "bounded deviations";
  for (const Deviation& each : report.deviations)
    if (!is_text(each.path) || !is_text(each.found) || !is_text(each.read_as))
      return "texts of deviations";
  std::size_t failures = 0;
  for (const TlsPolicy& policy : report.policies) {
    failures += policy.failures.size();
    if (!is_text(policy.type)) return "the type is text";
    if (!policy.domain.empty() && !is_domain_name(policy.domain)) return "a domain is one";
    if (policy.domain != lower(policy.domain)) return "a domain is folded";
    if (policy.successful_sessions.value_or(0) > largest ||
        policy.failed_sessions.value_or(0) > largest)
      return "bounded counts";
    for (const auto* list : {&policy.policy_strings, &policy.mx_hosts})
      if (list->size() > most_tls_strings || !std::ranges::all_of(*list, is_text))
        return "lists of texts";
    for (const TlsFailure& failure : policy.failures) {
      for (const std::string* text :
           {&failure.result_type, &failure.receiving_mx_hostname, &failure.receiving_mx_helo,
            &failure.additional_information, &failure.reason_code})
        if (!is_text(*text)) return "texts of failures";
      if (failure.failed_sessions.value_or(0) > largest) return "bounded counts of failures";
    }
  }
  return failures > most_tls_failures ? "bounded failures" : "";
}

}  // namespace dmarcq::test

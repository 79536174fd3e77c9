// SPDX-License-Identifier: MIT
#include "parser/failure_report/failure_report.h"

#include <algorithm>
#include <initializer_list>

namespace dmarcq {
namespace {

/// The lines, without blanks at their ends and empty ones.
std::string normal_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    if (const std::size_t last = line.find_last_not_of(" \t"); last != line.npos)
      out.append(line.substr(0, last + 1)) += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string_view to_text(FailureKind kind) noexcept {
  switch (kind) {
    case FailureKind::auth_failure: return "auth-failure";
    case FailureKind::complaint: return "complaint";
    case FailureKind::not_spam: return "not-spam";
  }
  return "";
}

std::string failure_key_text(const FailureReport& report) {
  std::string key;
  const auto add = [&](std::string_view text) { key.append(text) += '\n'; };
  add(to_text(report.kind));
  add(report.source_ip ? report.source_ip->to_text() : "");
  add(report.arrival ? std::to_string(*report.arrival) : "");
  const std::string header = normal_lines(report.original_header);
  if (header.empty())
    for (const std::string* text :
         {&report.reporter, &report.reported_domain, &report.header_from, &report.message_id,
          &report.envelope_from, &report.envelope_rcpt, &report.authentication_results})
      add(*text);
  return key + header;
}

}  // namespace dmarcq

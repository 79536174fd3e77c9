// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <expected>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/tls_report/tls_report.h"

namespace dmarcq {

// Bounds on one report. No real one is known to come near them.
inline constexpr std::size_t deepest_tls_report = 16, largest_tls_report = 8u << 20;
inline constexpr std::size_t most_tls_values = 500'000;  ///< of JSON, whatever they are
inline constexpr std::size_t most_tls_policies = 1000, most_tls_failures = 10'000;
inline constexpr std::size_t most_tls_strings = 200;  ///< lines of a policy, or hosts in a list

/// What the mail around a report tells, "" where it does not. Anyone may have written it: it fills
/// gaps alone, and each time that is a deviation.
struct TlsReportHints {
  std::string_view report_domain;  ///< the field TLS-Report-Domain
  std::string_view submitter;      ///< the field TLS-Report-Submitter
  /// "submitter!domain!begin!end[!id].json[.gz]", alone or in a path: "a.json.gz/b.json".
  std::string_view file_name;
};

/// Gives a JSON document its meaning as a TLS report (RFC 8460 section 4.4). Never throws, whatever
/// the bytes (but for a lack of memory). What deviates and can be read is read, and told in
/// TlsReport::deviations; failures beyond most_tls_failures are left out, since the summaries count
/// them. Errors: not_a_report (nothing that looks like one: looks_like_tls_report()), truncated,
/// invalid_report (no JSON, beyond a bound above, or without a date range or policies), limit
/// (Limits::document_size).
std::expected<TlsReport, Error> parse_tls_report(std::string_view json, const TlsReportHints&,
                                                 const Limits&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/aggregate/aggregate_report.h"
#include "parser/calendar.h"
#include "parser/dns_record/mta_sts.h"
#include "parser/ip_address.h"

namespace dmarcq {

// A TLS report (RFC 8460 section 4.4): how a sender's TLS connections to the hosts that receive a
// domain's mail went. Anyone can send one about any domain. Values that own everything. All text is
// valid UTF-8 in one line without control characters, trimmed, at most longest_tls_text bytes;
// absent and empty are the same: "". Names of hosts and domains are in lower case, as A-labels,
// without a final dot.

inline constexpr std::size_t longest_tls_text = 4096;

enum class TlsPolicyType : std::uint8_t { tlsa, sts, no_policy_found, unknown };
inline constexpr std::size_t tls_policy_type_count = 4;
std::string_view to_text(TlsPolicyType) noexcept;  ///< "no-policy-found"; "unknown"
/// Letters may have either case.
TlsPolicyType tls_policy_type(std::string_view word) noexcept;

/// Why sessions failed (RFC 8460 section 4.3).
enum class TlsResultType : std::uint8_t {
  starttls_not_supported,
  certificate_host_mismatch,
  certificate_expired,
  certificate_not_trusted,
  validation_failure,
  tlsa_invalid,
  dnssec_invalid,
  dane_required,
  sts_policy_fetch_error,
  sts_policy_invalid,
  sts_webpki_invalid,
  unknown,
};
inline constexpr std::size_t tls_result_type_count = 12;
std::string_view to_text(TlsResultType) noexcept;  ///< "certificate-expired"; "unknown"
/// Letters may have either case.
TlsResultType tls_result_type(std::string_view word) noexcept;

struct TlsFailure {
  std::string result_type;                                ///< as it stands
  std::optional<IpAddress> sending_mta_ip, receiving_ip;  ///< absent where no connection was made
  std::string receiving_mx_hostname, receiving_mx_helo;
  std::optional<std::uint64_t> failed_sessions;
  std::string additional_information, reason_code;
  TlsResultType result() const { return tls_result_type(result_type); }
};

struct TlsPolicy {
  std::string type;                         ///< as it stands
  std::vector<std::string> policy_strings;  ///< the lines of an MTA-STS policy, or TLSA records
  std::optional<MtaStsPolicy> sts;    ///< what they say; of the type sts, where they can be read
  std::string domain;                 ///< "" where neither the report nor a hint tells it
  std::vector<std::string> mx_hosts;  ///< may begin with "*."
  /// As the summary has it. `failures` need not add up to it: the summary counts. Up to 2^53.
  std::optional<std::uint64_t> successful_sessions, failed_sessions;
  std::vector<TlsFailure> failures;
  TlsPolicyType kind() const { return tls_policy_type(type); }
};

struct TlsReport {
  std::string organization_name, contact_info, report_id;
  EpochSeconds begin = 0, end = 0;  ///< as given: a day may end at 23:59:59 or at midnight
  std::vector<TlsPolicy> policies;  ///< may be empty
  std::vector<Deviation> deviations;
};

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// Is it meant as a TLS reporting record: does it begin with v=TLSRPTv1 (RFC 8460 section 3)?
bool is_tls_rpt_record(std::string_view txt);
/// The destinations of a TLS reporting record (RFC 8460 section 3): mailto: and https: URIs, at
/// least one. The error is a clause.
std::expected<std::vector<std::string>, std::string> tls_rpt_destinations(std::string_view txt);

}  // namespace dmarcq

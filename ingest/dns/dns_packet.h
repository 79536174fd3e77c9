// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/dns/resolver.h"

namespace dmarcq {

/// Limits of one answer. A packet cannot be larger over TCP either.
inline constexpr std::size_t most_packet_bytes = 65'535, most_packet_records = 1'000;
/// CNAMEs on the way to the records; more are taken for a loop.
inline constexpr std::size_t most_aliases = 16;

/// Reads the packet that answers a question (RFC 1035 section 4). Aliases are followed inside the
/// answer section. A packet that is malformed, answers another question, was truncated, comes from
/// a server that only refers to others, or has a response code other than NOERROR and NXDOMAIN, is
/// unknown, and `why` says which of these it is. Names in the data have bytes that are not
/// printable ASCII, dots inside a label and backslashes as `\DDD`.
DnsAnswer answer_from_packet(std::string_view packet, const DnsQuestion&);

/// "SERVFAIL", "REFUSED", "response code 11": the low four bits.
std::string rcode_text(unsigned rcode);

/// The number of a type (RFC 1035 section 3.2.2).
std::uint16_t type_number(RecordType) noexcept;

/// From "TXT", in any case.
std::optional<RecordType> record_type(std::string_view text);

}  // namespace dmarcq

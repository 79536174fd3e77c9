// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "parser/ip_address.h"

namespace dmarcq {

/// Octets ("192.0.2.9") or, of IPv6, 32 nibbles ("2.0.0.1.0.d.b.8…"), with dots between: as %{i} of
/// RFC 7208 section 7.3.
std::string dotted_address(const IpAddress&);

/// The same backwards, "9.2.0.192": what DNS block lists put before their zone (RFC 5782).
std::string reversed_address(const IpAddress&);

/// Where the PTR records of an address are: "9.2.0.192.in-addr.arpa", "….ip6.arpa".
std::string reverse_name(const IpAddress&);

}  // namespace dmarcq

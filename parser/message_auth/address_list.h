// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// One address of a header field (RFC 5322 section 3.4).
struct HeaderAddress {
  std::string display;  ///< the name in front of it, unquoted; not decoded (RFC 2047)
  std::string address;  ///< "info@example.com", as it stands
  std::string domain;   ///< A-labels, lower case; "" when it is no domain name with a dot
};

/// Real fields have one to a few hundred.
inline constexpr std::size_t most_addresses = 1'000;

/// Addresses of From, To, Reply-To …: those in angle brackets, or where a part has none, the part
/// itself if it has an "@". Groups are opened. `field`: unfolded.
std::vector<HeaderAddress> addresses_in(std::string_view field);

/// The domain that DMARC looks at: that of From's address. Where several addresses have different
/// ones, it looks at none (RFC 9989 section 4.4): "".
std::string from_domain(std::string_view from);

/// The domain of an address, or the name itself, as it is compared; "" when that is no domain name
/// with a dot.
std::string domain_in(std::string_view address);

}  // namespace dmarcq

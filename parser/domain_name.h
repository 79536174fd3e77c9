// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dmarcq {

/// A domain name in the form that DNS and DMARC compare (RFC 5890): A-labels. U-labels
/// ("bücher.example") become "xn--bcher-kva.example"; a name that is ASCII already, that IDNA does
/// not allow, or that is far too long for a name, stays as it is. `utf8`: lower case as far as
/// ASCII goes.
std::string to_a_labels(std::string utf8);

/// RFC 1035 section 2.3.4, without the final dot.
inline constexpr std::size_t longest_domain_name = 253;

/// Can it be a policy domain: labels of letters, digits, hyphens and underscores (RFC 1035
/// section 2.3.4 lengths), and no address?
bool is_domain_name(std::string_view name) noexcept;

}  // namespace dmarcq

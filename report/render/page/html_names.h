// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// A domain name for people: an internationalized one as it stands and, behind it, as it reads:
/// "xn--bcher-kva.example (bücher.example)". The form that stands in the DNS comes first: the
/// readable one may imitate another name.
std::string domain_text(std::string_view name);

/// One label of RFC 3492 without its "xn--": "bcher-kva" is "bücher". Nothing when it is ill-formed
/// or yields what no name may hold.
std::optional<std::string> from_punycode(std::string_view label);

}  // namespace dmarcq

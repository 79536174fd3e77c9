// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

// Bytes as "%2C" (RFC 3986 section 2.1).

void append_percent(std::string& out, char byte);
/// All but ASCII letters, digits and the characters of `plain`.
std::string percent_encoded(std::string_view text, std::string_view plain);
/// What is no escape stays as it is.
std::string percent_decoded(std::string_view text);
/// Nothing when a "%" begins no escape.
std::optional<std::string> percent_decoded_strictly(std::string_view text);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dmarcq {

/// RFC 2045 section 6.8, lenient: bytes outside the alphabet are skipped, padding may be missing, several padded runs
/// may follow each other, and text behind the padding (the footer of a mailing list) is left out.
/// With `enough`: stops once that many bytes are there.
std::string decode_base64(std::string_view text, std::size_t enough = std::string::npos);

/// RFC 2045 section 6.7, lenient: what is no escape stays as it is.
std::string decode_quoted_printable(std::string_view text, std::size_t enough = std::string::npos);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dmarcq {

/// Bytes of a charset as UTF-8. What cannot be converted (unknown charset, invalid bytes) becomes
/// U+FFFD.
std::string to_utf8(std::string_view bytes, std::string_view charset);

/// Replaces what is not UTF-8 by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// What a document takes once more when it is converted to UTF-8, at most: each byte or unit may
/// become U+FFFD. 0 when it is UTF-8.
std::size_t size_of_conversion(std::string_view xml);

/// RFC 2047 encoded words of a header field ("=?utf-8?B?…?=") as UTF-8; also where they do not
/// belong (inside quotes).
std::string decode_words(std::string_view text);

}  // namespace dmarcq

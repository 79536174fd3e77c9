// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// Appends bytes of a charset to `out` as UTF-8. Places without meaning become U+FFFD, `unit` bytes
/// at a time; returns how many there were. Nothing when this system does not know the charset, or
/// the name is none.
std::optional<std::size_t> append_as_utf8(std::string& out, std::string_view bytes,
                                          std::string_view charset, std::size_t unit = 1);

/// "UTF-16LE" or "UTF-16BE" where the bytes begin with its byte order mark; "" without one.
std::string_view utf16_charset(std::string_view bytes) noexcept;
inline constexpr std::size_t utf16_mark_size = 2;
/// Bytes that begin with such a mark, as UTF-8 without it; nothing for others.
std::optional<std::string> utf8_of_utf16(std::string_view bytes);

}  // namespace dmarcq

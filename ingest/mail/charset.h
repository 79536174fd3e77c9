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

}  // namespace dmarcq

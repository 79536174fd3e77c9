// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dmarcq {

/// One character of UTF-8 text. Ill-formed bytes come one replacement character (U+FFFD) for each
/// maximal bad sequence, as the Unicode standard recommends, so that every output is well-formed
/// whatever the input was.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;  ///< bytes that it takes in the input
  bool valid = true;
};

/// The first character of a text that is not empty.
CodePoint first_code_point(std::string_view text);
void append_utf8(std::string& to, char32_t);

/// Columns on a terminal: 0 for combining marks, 2 for wide East Asian characters and emoji, 1
/// otherwise.
unsigned display_width(char32_t);
unsigned display_width(std::string_view utf8);

/// At most `width` columns, the last of them "…" when something was cut off.
std::string truncated(std::string_view utf8, unsigned width);

}  // namespace dmarcq

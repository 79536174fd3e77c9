// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string_view>

namespace dmarcq {

/// Text broken at blanks so that no line is wider than `width` columns (a word that is wider stands
/// alone): first line after `first`, later ones under the text of the first. `already`: columns
/// that stand on the line before `first`. Escaped for terminals.
void write_paragraph(std::ostream&, std::string_view first, std::string_view text,
                     unsigned width = 100, unsigned already = 0);

}  // namespace dmarcq

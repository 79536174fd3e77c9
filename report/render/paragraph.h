// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string_view>

namespace dmarcq {

/// Text broken at blanks so that no line is wider than `width` columns (a word that is wider stands alone): first line after `first`,
/// later ones after as many blanks as `first` is wide. Escaped for terminals.
void write_paragraph(std::ostream&, std::string_view first, std::string_view text, unsigned width = 100);

}  // namespace dmarcq

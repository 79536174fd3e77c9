// SPDX-License-Identifier: MIT
#pragma once
#include <ios>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// How many columns the lines of a stream may take: those of the terminal behind it. 0, as it is at
/// first: there is none.
void set_line_width(std::ios_base&, unsigned columns);
/// What prose takes of them: at most `most`, and so many where no terminal is.
unsigned text_width(std::ios_base&, unsigned most = 100);

/// For `most`: as wide as the terminal is, and one line where there is none.
inline constexpr unsigned any_width = 1'000'000;

/// Text broken at blanks so that no line is wider than text_width(), or `most`: first line after
/// `first`, later ones under the text of the first, or, where that leaves too little room, nearer
/// to the left. `already`: columns that stand on the line before `first`. A word that is wider than
/// a line stands alone; so does what is to be copied, which is never broken: a command ("dmarcq
/// reports --ip 192.0.2.1") or a DNS record ("v=spf1 mx -all"). Escaped for terminals.
void write_paragraph(std::ostream&, std::string_view first, std::string_view text,
                     unsigned most = 100, unsigned already = 0);

/// The text in lines of at most so many columns, broken in the same way; wider ones where a word or
/// what is to be copied is wider. Not escaped.
std::vector<std::string> broken_lines(std::string_view text, unsigned width);

}  // namespace dmarcq

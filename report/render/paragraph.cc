// SPDX-License-Identifier: MIT
#include "report/render/paragraph.h"

#include <algorithm>
#include <string>

#include "report/render/escape.h"
#include "report/render/utf8.h"

namespace dmarcq {

void write_paragraph(std::ostream& out, std::string_view first, std::string_view raw,
                     unsigned width, unsigned already) {
  const std::string text = terminal_text(raw);
  const unsigned indent = already + display_width(first);
  unsigned column = indent;
  bool fresh = true;
  out << first;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    const unsigned wide = display_width(word);
    if (!fresh && column + 1 + wide > width) {
      out << '\n' << std::string(indent, ' ');
      column = indent;
      fresh = true;
    }
    if (!fresh) {
      out << ' ';
      ++column;
    }
    out << word;
    column += wide;
    fresh = false;
  }
  out << '\n';
}

}  // namespace dmarcq

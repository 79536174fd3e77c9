// SPDX-License-Identifier: MIT
#include "report/cli/help/roff.h"

#include <fmt/format.h>

#include <cstdint>

#include "report/render/utf8.h"

namespace dmarcq {

std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (line_start && (c.value == '.' || c.value == '\'')) out += "\\&";
    line_start = c.value == '\n';
    if (c.value == '\\')
      out += "\\e";
    else if (c.value == '-')
      out += "\\-";
    else if (c.value > 0x7E)
      out += fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(c.value));
    else
      out.append(text.substr(0, c.size));
    text.remove_prefix(c.size);
  }
  return out;
}

void append_entry(std::string& page, std::string_view left, std::string_view right) {
  page += fmt::format(".TP\n{}\n{}\n", left, roff(right));
}

}  // namespace dmarcq

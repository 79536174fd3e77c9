// SPDX-License-Identifier: MIT
#include "store/document/head_lines.h"

#include <algorithm>

namespace dmarcq {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string error_lines(const std::vector<std::string>& errors) {
  std::string out;
  for (const std::string& error : errors) out += error + '\n';
  return out;
}

std::vector<Deviation> deviations_of(std::string_view text) {
  std::vector<Deviation> deviations;
  for (const std::string& line : lines_of(text)) {
    const std::size_t a = std::min(line.find('\t'), line.size()),
                      b = std::min(line.find('\t', a + 1), line.size());
    deviations.push_back({line.substr(0, a), a < line.size() ? line.substr(a + 1, b - a - 1) : "",
                          b < line.size() ? line.substr(b + 1) : ""});
  }
  return deviations;
}

std::string deviation_lines(const std::vector<Deviation>& deviations) {
  std::string out;
  for (const Deviation& deviation : deviations)
    out += deviation.path + '\t' + deviation.found + '\t' + deviation.read_as + '\n';
  return out;
}

}  // namespace dmarcq

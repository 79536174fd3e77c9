// SPDX-License-Identifier: MIT
#include "report/cli/terminal/file_text.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "report/cli/command.h"

namespace dmarcq {

std::string file_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", path));
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) throw FileError(fmt::format("{}: cannot be read", path));
  return text;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/cli/terminal/file_text.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "report/cli/command.h"

namespace dmarcq {

std::string file_text(const std::string& path) {
  const auto refuse = [&](int cause) {
    throw FileError(fmt::format("{}: cannot be read{}", path,
                                cause == 0 ? "" : ": " + std::generic_category().message(cause)));
  };
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) refuse(errno);
  // What the buffer throws of a folder, say, read() turns into a state.
  std::string text;
  std::array<char, 65'536> block{};
  while (stream.read(block.data(), block.size()) || stream.gcount() > 0)
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) refuse(errno);
  return text;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/cli/terminal/file_text.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iterator>
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
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) refuse(errno);
  return text;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/cli/terminal/file_modes.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace dmarcq {
namespace {

void warn(Io& io, const std::filesystem::path& file, mode_t modes, const char* fact,
          const char* cure) {
  struct stat found{};
  if (::stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & modes) != 0)
    say_error(io, fmt::format("{}: warning: {}", file.string(), fact),
              fmt::format("{} {}", cure, file.string()));
}

}  // namespace

void warn_of_readers(Io& io, const std::filesystem::path& file) {
  warn(io, file, S_IRWXG | S_IRWXO, "users other than its owner can read this password",
       "chmod 600");
}
void warn_of_writers(Io& io, const std::filesystem::path& file) {
  warn(io, file, S_IWOTH, "anyone can change this configuration", "chmod o-w");
}

}  // namespace dmarcq

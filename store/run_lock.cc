// SPDX-License-Identifier: MIT
#include "store/run_lock.h"

#include <system_error>

namespace dmarcq {

std::optional<RunLock> RunLock::take(const std::filesystem::path& database) {
  // Whatever link leads to the database, its lock is beside the file itself.
  std::error_code ignored;
  std::filesystem::path path = std::filesystem::weakly_canonical(database, ignored);
  if (path.empty()) path = database;
  path += ".lock";
  auto lock = FileLock::take(path);
  if (!lock) return std::nullopt;
  return RunLock(std::move(*lock));
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "store/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "store/base/file_failure.h"

namespace dmarcq {

std::optional<RunLock> RunLock::take(const std::filesystem::path& database) {
  // Whatever link leads to the database, its lock is beside the file itself.
  std::error_code ignored;
  std::filesystem::path path = std::filesystem::weakly_canonical(database, ignored);
  if (path.empty()) path = database;
  path += ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) throw file_error(path, errno);
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    const int cause = errno;
    ::close(descriptor);
    if (cause == EWOULDBLOCK) return std::nullopt;
    throw file_error(path, cause);
  }
  return RunLock(descriptor);
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
RunLock::~RunLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace dmarcq

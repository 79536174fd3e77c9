// SPDX-License-Identifier: MIT
#include "store/base/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "store/base/error.h"
#include "store/base/file_failure.h"

namespace dmarcq {

NewFile::NewFile(std::filesystem::path place, Readers readers) : place_(std::move(place)) {
  struct stat older{};
  const bool replaces = ::lstat(place_.c_str(), &older) == 0;
  const auto refuse = [this](const char* why) {
    throw StoreError(StoreError::Kind::io, place_.native() + ": " + why);
  };
  if (replaces && S_ISLNK(older.st_mode)) refuse("is a symbolic link; name the file itself");
  if (replaces && !S_ISREG(older.st_mode)) refuse("is there, and no regular file");
  std::string name = place_.native() + ".part-XXXXXX";
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);  // O_EXCL, 0600
  if (descriptor_ < 0) fail(errno);
  part_ = name;
  if (replaces && readers == Readers::as_before && older.st_uid == ::geteuid())
    ::fchmod(descriptor_, older.st_mode & 0777);
}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!part_.empty()) ::unlink(part_.c_str());
}

void NewFile::reserve(std::size_t bytes) {
  const int cause = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
  if (failure_of_errno(cause) == FileFailure::no_space) fail(cause);
  reserved_ = true;
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NewFile::put_in_place() {
  if (reserved_ && ::ftruncate(descriptor_, ::lseek(descriptor_, 0, SEEK_CUR)) != 0) fail(errno);
  if (::fsync(descriptor_) != 0 || ::rename(part_.c_str(), place_.c_str()) != 0) fail(errno);
  part_.clear();
  sync_folder();
}

/// Without it, a power cut may bring the older file back. A folder that may not be read, and file
/// systems that know no such thing, are left to themselves: the file is in place.
void NewFile::sync_folder() const {
  const std::filesystem::path folder = place_.has_parent_path() ? place_.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  const int cause = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (cause == EIO || failure_of_errno(cause) == FileFailure::no_space) fail(cause);
}

void NewFile::fail(int cause) const {
  throw StoreError(StoreError::Kind::io,
                   place_.native() + ": " + std::generic_category().message(cause),
                   failure_of_errno(cause) == FileFailure::no_space
                       ? "make room on that disk, then run the same command again"
                       : "");
}

}  // namespace dmarcq

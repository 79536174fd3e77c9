// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>

namespace dmarcq {

/// A lock on a file, which one holder has at a time. It is gone with the process, however that
/// ends; the file stays.
class FileLock {
 public:
  /// Nothing when it is held elsewhere. Makes the file, for its owner only. Throws StoreError (io)
  /// when that cannot be done, and for a symbolic link, which is not followed.
  static std::optional<FileLock> take(const std::filesystem::path& file);
  FileLock(FileLock&&) noexcept;
  ~FileLock();
  FileLock& operator=(FileLock&&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace dmarcq

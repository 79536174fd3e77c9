// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <utility>

#include "store/base/file_lock.h"

namespace dmarcq {

/// One run at a time may change much of a database: ingest, retry, prune, restore, vacuum. Held on
/// the file "<database>.lock". Readers and small changes (notes, senders) do not need it: SQLite's
/// own locks serve them.
class RunLock {
 public:
  /// Nothing when another process has it. Throws StoreError when the file cannot be made.
  static std::optional<RunLock> take(const std::filesystem::path& database);

 private:
  explicit RunLock(FileLock lock) : lock_(std::move(lock)) {}
  FileLock lock_;
};

}  // namespace dmarcq

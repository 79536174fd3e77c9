// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>

namespace dmarcq {

/// One run at a time may change much of a database: ingest, retry, prune, restore, vacuum. Held on
/// the file "<database>.lock", and gone with the process, however it ends. Readers and small
/// changes (notes, senders) do not need it: SQLite's own locks serve them.
class RunLock {
 public:
  /// Nothing when another process has it. Throws StoreError when the file cannot be made.
  static std::optional<RunLock> take(const std::filesystem::path& database);
  RunLock(RunLock&&) noexcept;
  ~RunLock();
  RunLock& operator=(RunLock&&) = delete;

 private:
  explicit RunLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace dmarcq

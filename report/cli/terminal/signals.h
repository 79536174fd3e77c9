// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>

namespace dmarcq {

/// While one lives, the first SIGINT or SIGTERM only raises a flag, so that the batch under way can
/// be committed; the second ends the process at once (which is safe at any moment), and so do 1.7
/// seconds after the first. One at a time.
class StopOnSignal {
 public:
  /// `last_words` are written to standard error when the time is up; null: nothing is. They outlive
  /// this.
  explicit StopOnSignal(const char* last_words = nullptr);
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  const std::atomic<bool>& flag() const;
  /// SIGINT or SIGTERM, or 0 while none came.
  int signal() const;
};

}  // namespace dmarcq

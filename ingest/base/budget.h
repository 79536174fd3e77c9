// SPDX-License-Identifier: MIT
#pragma once
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"

namespace dmarcq {

/// Memory for what the items in work come to, one pool for all threads. It is taken before it is
/// used: who finds no room waits until others give theirs back. One at a time need not wait, so
/// that all come to an end; the peak is the pool and one item, however many threads there are.
class MemoryPool {
 public:
  explicit MemoryPool(std::size_t size) : size_(size) {}

  /// What one item holds. Given back with it.
  class Share {
   public:
    /// Without a pool there is enough.
    explicit Share(MemoryPool* pool = nullptr) : pool_(pool) {}
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    /// May wait. Holds at least so much afterwards.
    void hold(std::size_t bytes);

   private:
    MemoryPool* pool_;
    std::size_t held_ = 0;
    bool goes_first_ = false;
  };

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t size_, held_ = 0;
  bool one_goes_first_ = false;
};

/// What one item may still cost, over all its parts and all their levels: a thousand attachments
/// that each stay just below a limit must not add up. Bytes are counted as they are made, by
/// decoding and by unpacking, and never given back. A mail and all that is made of it stay below
/// Limits::item_bytes; what is made of a file of another kind, which somebody chose to give, below
/// document_size. Past ratio_free_size unpacking makes no more than compression_ratio times the
/// packed bytes offered so far.
class Budget {
 public:
  enum class Of { file, mail };
  Budget(Of, std::size_t item_size, const Limits&, MemoryPool::Share&);

  /// Packed bytes, as they lie in the item, that are going to be opened.
  void offer(std::size_t packed);
  /// Bytes unpacked; false when these are too many. May wait for memory.
  bool unpack(std::size_t bytes);
  /// Bytes about to be decoded from a transfer encoding, or copied; false, and nothing is spent,
  /// when these are too many.
  bool decode(std::size_t bytes);
  /// A document that may be a report; false when there are too many, from then on.
  bool add_report();

  /// Unpacking may make so much more.
  std::size_t left() const;
  /// What is left of Limits::item_bytes; nothing where that does not bound it.
  std::optional<std::size_t> item_bytes_left() const;
  bool reports_used_up() const { return reports_ > limits_.reports_per_mail; }
  Error exceeded() const;       ///< where unpack() said no
  Error size_exceeded() const;  ///< where decode() did
  Error too_many_reports() const;

 private:
  std::size_t by_ratio() const;
  void take_memory();

  const Limits& limits_;
  MemoryPool::Share& memory_;
  bool by_item_bytes_ = false;
  std::size_t most_ = 0, offered_ = 0, decoded_ = 0, unpacked_ = 0, reports_ = 0;
};

Error item_bytes_exceeded(const Limits&);
/// The error of a compression ratio beyond the limits.
Error ratio_exceeded(const Limits&);
inline bool is_bomb(std::size_t produced, std::size_t consumed, const Limits& limits) {
  return produced > limits.ratio_free_size && produced / limits.compression_ratio > consumed;
}

}  // namespace dmarcq

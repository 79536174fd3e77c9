// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ingest/base/budget.h"
#include "ingest/source/source.h"
#include "store/import/in_flight.h"
#include "store/import/process.h"
#include "store/store.h"

namespace dmarcq {

/// What a worker hands to the writer: an item processed, or one that need not be.
struct Done {
  ProcessedItem item;
  std::optional<Checkpoint> checkpoint;
  std::string handle;
  std::uint64_t read_to = 0;  ///< the mailbox's bytes_done() when the item had been read
  std::size_t weight = 0;     ///< bytes of memory that it holds, near enough
};

/// Workers take items from the mailbox, one at a time; results come out in mailbox order. Without
/// workers the caller does it all himself, so that no item is read before the one before it is
/// saved.
class WorkerPool {
 public:
  /// All that is passed must outlive the pool. `finished`: these are not read again; null: all are
  /// read. `jobs`: threads. `stop`: set from a signal handler, or null.
  WorkerPool(ItemSource&, const Limits&, const SenderChecks&, FinishedItems* finished,
             unsigned jobs, InFlight&, const std::atomic<bool>* stop);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Are items read before those before them are saved?
  bool reads_ahead() const { return !threads_.empty(); }
  /// Waits until next() would not wait, or until the deadline. False: not yet.
  bool ready(std::chrono::steady_clock::time_point deadline);
  /// The next item in mailbox order; nothing at the end. Rethrows what a worker threw.
  std::optional<Done> next();

 private:
  bool stopped() const { return stop_ && *stop_; }
  bool can_go_on() const {
    return failure_ || done_.contains(wanted_) || (ended_ && wanted_ == read_);
  }
  void give_room(std::size_t weight);
  Done done_with(Item, std::size_t slot);
  struct Taken {
    Item item;
    std::uint64_t number = 0, read_to = 0;
  };
  /// The next item, once there is room for it; nothing when there is no more to do.
  std::optional<Taken> take();
  void work(std::size_t slot);

  ItemSource& mailbox_;
  const Limits& limits_;
  const SenderChecks& checks_;
  FinishedItems* finished_;
  InFlight& in_flight_;
  const std::atomic<bool>* stop_;
  MemoryPool memory_;
  std::mutex reading_;  // taken before mutex_: held while an item is read, so that numbers follow
                        // the mailbox
  std::mutex mutex_;
  std::condition_variable room_;   // for workers: another item may be taken
  std::condition_variable ready_;  // for the writer: next() need not wait
  std::map<std::uint64_t, Done> done_;
  std::uint64_t read_ = 0, wanted_ = 0;
  std::size_t weight_ = 0;
  bool ended_ = false, closed_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace dmarcq

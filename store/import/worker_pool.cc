// SPDX-License-Identifier: MIT
#include "store/import/worker_pool.h"

#include <utility>

namespace dmarcq {
namespace {

/// Items read but not yet saved may hold this much, counted by what they took in the mailbox and
/// what they came to.
constexpr std::size_t bytes_in_flight = 16u << 20;
/// What the workers make of items may take this much, and one item what it may come to.
constexpr std::size_t memory_for_all = 32u << 20;

/// Memory that a result holds until it is saved, near enough.
std::size_t weight_of(const ProcessedItem& item) {
  constexpr std::size_t heap_string = 48;  // what a string beyond its own size costs, taking the
                                           // allocator's slack into account
  std::size_t weight = sizeof(Done) + item.kept_bytes.size();
  for (const ProcessedItem::Report& found : item.reports) {
    const PackedReport& report = found.report;
    weight += sizeof(ProcessedItem::Report) + report.rows.capacity() * sizeof(PackedReport::Row) +
              report.head.deviations.size() * 200 +
              report.identities.size() * (sizeof(PackedReport::Identity) + 2 * heap_string) +
              report.evaluations.size() * sizeof(PackedReport::Evaluation) +
              report.texts.size() * (sizeof(std::string) + heap_string);
    for (const PackedReport::AuthSet& set : report.auth_sets)
      weight += sizeof(PackedReport::AuthSet) + set.text.size();
  }
  for (const ProcessedItem::Delivery& delivery : item.deliveries)
    weight += sizeof(ProcessedItem::Delivery) + delivery.events.bytes();
  return weight;
}

}  // namespace

WorkerPool::WorkerPool(ItemSource& mailbox, const Limits& limits, const SenderChecks& checks,
                       FinishedItems* finished, unsigned jobs, InFlight& in_flight,
                       const std::atomic<bool>* stop)
    : mailbox_(mailbox),
      limits_(limits),
      checks_(checks),
      finished_(finished),
      in_flight_(in_flight),
      stop_(stop),
      memory_(memory_for_all) {
  for (unsigned i = 0; i < jobs; ++i)
    threads_.emplace_back([this, i] { work(InFlight::first_worker + i); });
}

WorkerPool::~WorkerPool() {
  // One flag for all under the mutex: threads are joined one after another, and each must see it
  // before the first join waits.
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  room_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::ready(std::chrono::steady_clock::time_point deadline) {
  if (threads_.empty()) return true;
  std::unique_lock lock(mutex_);
  return ready_.wait_until(lock, deadline, [&] { return can_go_on(); });
}

std::optional<Done> WorkerPool::next() {
  if (threads_.empty()) {
    std::optional<Item> item = stopped() ? std::nullopt : mailbox_.next();
    if (!item || stopped()) return std::nullopt;
    const std::uint64_t read_to = mailbox_.bytes_done();
    Done result = done_with(std::move(*item), InFlight::first_worker);
    result.read_to = read_to;
    return result;
  }
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [&] { return can_go_on(); });
  if (failure_) std::rethrow_exception(failure_);
  const auto found = done_.find(wanted_);
  if (found == done_.end()) return std::nullopt;
  Done result = std::move(found->second);
  done_.erase(found);
  ++wanted_;
  give_room(result.weight);
  return result;
}

/// Under the mutex. Waking threads that need not wake costs more than a small item.
void WorkerPool::give_room(std::size_t weight) {
  const bool was_full = weight_ >= bytes_in_flight;
  weight_ -= weight;
  if (was_full && weight_ < bytes_in_flight) room_.notify_all();
}

Done WorkerPool::done_with(Item item, std::size_t slot) {
  Done result;
  const Digest digest = sha256(item.bytes);
  if (!item.fault && finished_ != nullptr && finished_->contains(digest)) {
    result.item.already_read = true;
    result.item.origin = item.origin;
    result.item.digest = digest;
    result.item.bytes = item.bytes.size();
  } else {
    if (in_flight_.is_deadly(digest))
      item.fault = Error{
          Fault::killed_run,
          "two runs died while they were at work on it; 'dmarcq problems retry' tries it again",
          {}};
    in_flight_.begin(slot, digest);
    result.item = process_as(digest, item, limits_, &memory_, checks_);
    in_flight_.end(slot);
  }
  result.checkpoint = std::move(item.checkpoint);
  result.handle = std::move(item.handle);
  result.weight = weight_of(result.item);
  return result;
}

std::optional<WorkerPool::Taken> WorkerPool::take() {
  const std::lock_guard reading(reading_);
  {
    // Always room for one more than nothing: the largest item passes alone.
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || ended_ || failure_ || weight_ < bytes_in_flight; });
    if (closed_ || ended_ || failure_) return std::nullopt;
  }
  std::optional<Item> read = stopped() ? std::nullopt : mailbox_.next();
  if (stopped()) read.reset();  // it may have been cut short
  const std::uint64_t read_to = mailbox_.bytes_done();
  const std::lock_guard lock(mutex_);
  if (!read) {
    ended_ = true;
    room_.notify_all();
    ready_.notify_all();
    return std::nullopt;
  }
  weight_ += read->bytes.size();
  return Taken{std::move(*read), read_++, read_to};
}

void WorkerPool::work(std::size_t slot) {
  const InFlight::CrashStack crash_stack;
  try {
    while (auto taken = take()) {
      const std::size_t size = taken->item.bytes.size();
      Done result = done_with(std::move(taken->item), slot);
      result.read_to = taken->read_to;
      const std::lock_guard lock(mutex_);
      weight_ += result.weight;
      give_room(size);
      done_.emplace(taken->number, std::move(result));
      if (taken->number == wanted_) ready_.notify_all();
    }
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    room_.notify_all();
    ready_.notify_all();
  }
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "store/import/import.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <thread>
#include <unordered_set>
#include <utility>

#include "store/import/in_flight.h"
#include "store/import/worker_pool.h"

namespace dmarcq {
namespace {

/// A transaction has so many items, rows or bytes, or is closed after so much time: what a crash
/// can cost, what is held in memory, and how long a signal waits.
constexpr std::uint64_t batch_items = 500, batch_rows = 100'000;
constexpr std::size_t batch_weight = 8u << 20;
constexpr std::chrono::milliseconds batch_time{1000};

/// Items that are saved together, and what came with them.
struct Batch {
  struct Read {
    std::optional<Checkpoint> checkpoint;
    std::string handle;
  };
  std::vector<ProcessedItem> items;
  std::vector<Read> read;  ///< by item
  std::uint64_t rows = 0, read_to = 0;
  std::size_t weight = 0;

  void add(Done&& done) {
    for (const ProcessedItem::Report& found : done.item.reports) rows += found.report.rows.size();
    for (const ProcessedItem::Delivery& found : done.item.deliveries) rows += found.events.size();
    weight += done.weight;
    read_to = done.read_to;
    read.push_back({std::move(done.checkpoint), std::move(done.handle)});
    items.push_back(std::move(done.item));
  }
  bool is_full() const {
    return items.size() >= batch_items || rows >= batch_rows || weight >= batch_weight;
  }
};

/// What is ready, or becomes so in time; without any at the end of the mailbox.
Batch next_batch(WorkerPool& pool, const std::atomic<bool>* stop, bool& more) {
  Batch batch;
  std::optional<Done> next = pool.next();
  const auto deadline = std::chrono::steady_clock::now() + batch_time;
  const auto may_go_on = [&] {
    return pool.reads_ahead() && !batch.is_full() && pool.ready(deadline) &&
           std::chrono::steady_clock::now() < deadline && !(stop != nullptr && *stop);
  };
  while (next) {
    batch.add(std::move(*next));
    if (!may_go_on()) return batch;
    next = pool.next();
  }
  more = false;
  return batch;
}

/// What is to be remembered with a batch: how far each source was read, and what may be
/// acknowledged once it is committed.
class Remembering {
 public:
  Remembering(Store& store, ItemSource& mailbox)
      : store_(store), mailbox_(mailbox), key_(mailbox.acknowledge_key()) {}

  /// Mails that an earlier run stored but could not acknowledge.
  void acknowledge_old() {
    if (!key_.empty()) done_ = mailbox_.acknowledge(store_.snapshot()->settings().read_names(key_));
  }
  ReadState of(const Batch& batch, std::span<const Saved> saved) {
    stored_.clear();
    ReadState state;
    for (std::size_t i = 0; i < saved.size(); ++i) {
      const auto& [checkpoint, handle] = batch.read[i];
      if (checkpoint && !checkpoint->name.empty())
        state.read.push_back({checkpoint->source, checkpoint->name});
      else if (checkpoint)
        state.checkpoints[checkpoint->source] = checkpoint->state;
      if (!key_.empty() && !handle.empty() &&
          (saved[i].outcome == Outcome::stored || saved[i].outcome == Outcome::duplicate)) {
        state.read.push_back({key_, handle});
        stored_.push_back(handle);
      }
    }
    for (const std::string& handle : done_) state.settled.push_back({key_, handle});
    return state;
  }
  void committed() {
    done_.clear();
    if (!stored_.empty()) done_ = mailbox_.acknowledge(stored_);
    stored_.clear();
  }
  void finish() {
    if (done_.empty()) return;
    store_.save({}, {.remember = [&](std::span<const Saved> saved) { return of({}, saved); }});
  }

 private:
  Store& store_;
  ItemSource& mailbox_;
  std::string key_;
  std::vector<std::string> stored_, done_;
};

void report_faults(const ProcessedItem& item, const Saved& saved, const IngestOptions& options) {
  for (const ItemNote& note : item.notes) {
    Origin origin = item.origin;
    origin.part = note.part;
    if (options.on_note) options.on_note(origin, note.text);
  }
  if (!options.on_fault) return;
  for (const std::vector<ItemFault>* faults : {&item.faults, &saved.refused}) {
    for (const ItemFault& fault : *faults) {
      Origin origin = item.origin;
      origin.part = fault.part;
      options.on_fault(origin, fault.error);
    }
  }
}

}  // namespace

std::uint64_t& IngestSummary::number_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::stored: return stored;
    case Outcome::duplicate: return duplicate;
    case Outcome::not_a_report: return not_a_report;
    case Outcome::problem: break;
  }
  return problem;
}

void IngestSummary::add(const Saved& saved, std::uint64_t item_bytes) {
  ++items;
  ++number_of(saved.outcome);
  if (saved.outcome == Outcome::not_a_report)
    ++not_a_report_kinds[saved.not_a_report.empty() ? "other" : saved.not_a_report];
  for (const auto& [before, after] : saved.changed) {
    // May go below zero within a batch (unsigned wraps around); the sum over the run is right.
    --number_of(before);
    ++number_of(after);
  }
  reports_stored += saved.stored;
  reports_duplicate += saved.duplicate;
  reports_replaced += saved.replaced;
  records += saved.records;
  unusable_records += saved.unusable_records;
  unusable_messages += saved.unusable_messages;
  messages += saved.messages;
  deliveries_stored += saved.deliveries_stored;
  deliveries_repeated += saved.deliveries_repeated;
  deliveries_left_out += saved.deliveries_left_out;
  deliveries_damaged += saved.deliveries_damaged;
  tls_stored += saved.tls_stored;
  tls_repeated += saved.tls_repeated;
  failures_stored += saved.failures_stored;
  failures_repeated += saved.failures_repeated;
  bytes += item_bytes;
}

void IngestSummary::add(const IngestSummary& other) {
  items += other.items;
  known += other.known;
  stored += other.stored;
  duplicate += other.duplicate;
  not_a_report += other.not_a_report;
  problem += other.problem;
  for (const auto& [kind, number] : other.not_a_report_kinds) not_a_report_kinds[kind] += number;
  reports_stored += other.reports_stored;
  reports_duplicate += other.reports_duplicate;
  reports_replaced += other.reports_replaced;
  records += other.records;
  unusable_records += other.unusable_records;
  unusable_messages += other.unusable_messages;
  messages += other.messages;
  deliveries_stored += other.deliveries_stored;
  deliveries_repeated += other.deliveries_repeated;
  deliveries_left_out += other.deliveries_left_out;
  deliveries_damaged += other.deliveries_damaged;
  tls_stored += other.tls_stored;
  tls_repeated += other.tls_repeated;
  failures_stored += other.failures_stored;
  failures_repeated += other.failures_repeated;
  bytes += other.bytes;
}

IngestSummary ingest(ItemSource& mailbox, Store& store, const IngestOptions& options) {
  const std::unique_ptr<FinishedItems> finished = options.reread ? nullptr : store.finished_items();
  std::optional<InFlight> own_notes;
  InFlight& in_flight = options.in_flight != nullptr ? *options.in_flight
                                                     : own_notes.emplace(store.notes());
  const InFlight::CrashStack crash_stack;
  const unsigned jobs = in_flight.has_suspects() ? 0
                        : options.jobs           ? options.jobs
                                       : std::max(1u, std::thread::hardware_concurrency());
  const auto is_stopped = [&] { return options.stop != nullptr && *options.stop; };
  IngestSummary summary;
  Remembering remembering(store, mailbox);
  remembering.acknowledge_old();
  WorkerPool pool(mailbox, options.limits, options.sender_checks, finished.get(), jobs, in_flight,
                  options.stop);
  for (bool more = true; more && !is_stopped();) {
    const Batch batch = next_batch(pool, options.stop, more);
    if (batch.items.empty()) break;
    const std::vector<Saved> saved = store.save(
        batch.items,
        {.limits = options.limits,
         .remember = [&](std::span<const Saved> of) { return remembering.of(batch, of); },
         .begin = [&](std::size_t i) { in_flight.begin(InFlight::writer, batch.items[i].digest); },
         .end = [&](std::size_t) { in_flight.end(InFlight::writer); }});
    for (std::size_t i = 0; i < saved.size(); ++i) {
      if (!batch.items[i].already_read) report_faults(batch.items[i], saved[i], options);
      summary.add(saved[i], batch.items[i].bytes);
    }
    remembering.committed();
    if (options.progress) options.progress(summary, batch.read_to, mailbox);
  }
  remembering.finish();
  if (own_notes && !is_stopped()) own_notes->run_ended();
  if (!is_stopped()) {
    summary.known = mailbox.known();
    if (options.progress) options.progress(summary, mailbox.bytes_done(), mailbox);
  }
  return summary;
}

IngestSummary retry_problems(Store& store, const std::vector<std::int64_t>& ids,
                             const IngestOptions& options) {
  IngestSummary summary;
  std::unordered_set<std::string> done;  // one item may have several problems
  InFlight in_flight(store.notes());
  const InFlight::CrashStack crash_stack;
  const std::unique_ptr<Snapshot> snapshot = store.snapshot();
  for (const Problem& problem : snapshot->problems(!ids.empty())) {
    if (!ids.empty() && std::ranges::find(ids, problem.id) == ids.end()) continue;
    const std::optional<std::string> bytes = snapshot->problem_bytes(problem.id);
    if (!bytes || !done.insert(to_hex(sha256(*bytes))).second) continue;
    Item item;
    item.origin = problem.origin;
    item.bytes = *bytes;
    item.origin.part.clear();
    const Digest digest = sha256(item.bytes);
    in_flight.begin(InFlight::writer, digest);
    const ProcessedItem processed =
        process_as(digest, item, options.limits, nullptr, options.sender_checks);
    const Saved saved = store.save({&processed, 1}, {.limits = options.limits}).front();
    in_flight.end(InFlight::writer);
    in_flight.forgive(digest);
    summary.add(saved, processed.bytes);
    report_faults(processed, saved, options);
  }
  in_flight.run_ended();
  return summary;
}

}  // namespace dmarcq

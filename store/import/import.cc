// SPDX-License-Identifier: MIT
#include "store/import/import.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include "store/import/in_flight.h"
#include "store/import/worker_pool.h"

namespace dmarcq {
namespace {

/// A transaction is closed after so many items or rows, or so much time: what a crash can cost, and
/// how long a signal waits.
constexpr std::uint64_t batch_items = 500, batch_rows = 100'000;
constexpr std::chrono::milliseconds batch_time{1000};

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
  /// Inside the batch.
  void take(const Done& done, const Saved& saved) {
    if (done.checkpoint && !done.checkpoint->name.empty())
      store_.settings().add_read_name(done.checkpoint->source, done.checkpoint->name);
    else if (done.checkpoint)
      states_[done.checkpoint->source] = done.checkpoint->state;
    if (!key_.empty() && !done.handle.empty() &&
        (saved.outcome == Outcome::stored || saved.outcome == Outcome::duplicate)) {
      store_.settings().add_read_name(key_, done.handle);
      stored_.push_back(done.handle);
    }
  }
  /// At the end of the batch, inside it.
  void write() {
    for (const auto& [source, state] : states_) store_.settings().set_checkpoint(source, state);
    for (const std::string& handle : done_) store_.settings().remove_read_name(key_, handle);
  }
  void committed() {
    states_.clear();
    done_.clear();
    if (!stored_.empty()) done_ = mailbox_.acknowledge(stored_);
    stored_.clear();
  }
  void finish() {
    if (!done_.empty()) store_.batch([&] { write(); });
  }

 private:
  Store& store_;
  ItemSource& mailbox_;
  std::string key_;
  std::map<std::string, std::string> states_;
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
  bytes += other.bytes;
}

IngestSummary ingest(ItemSource& mailbox, Store& store, const IngestOptions& options) {
  KnownItems known;
  if (!options.reread) {
    for (const Digest& digest : store.finished_items()) known.insert(digest);
  }
  std::optional<InFlight> own_notes;
  InFlight& in_flight = options.in_flight != nullptr ? *options.in_flight
                                                     : own_notes.emplace(store.path());
  const InFlight::CrashStack crash_stack;
  const unsigned jobs = in_flight.has_suspects() ? 0
                        : options.jobs           ? options.jobs
                                       : std::max(1u, std::thread::hardware_concurrency());
  IngestSummary summary;
  Saved problem_again;
  problem_again.outcome = Outcome::problem;
  Remembering remembering(store, mailbox);
  remembering.acknowledge_old();
  WorkerPool pool(mailbox, options.limits, options.sender_checks, known, jobs, in_flight,
                  options.stop);
  bool more = true;
  std::uint64_t saved_to = 0;
  while (more) {
    const std::optional<Done> first = pool.next();  // outside the transaction: readers of the
                                                    // mailbox may be slow
    if (!first) break;
    // A batch that fails is not half counted.
    IngestSummary batch;
    store.batch([&] {
      const auto deadline = std::chrono::steady_clock::now() + batch_time;
      const auto take = [&](const Done& done) {
        Saved saved;
        if (done.known) {
          // Unless a document of this run has put one of its reports into conflict meanwhile.
          saved = store.known(done.item.digest).value_or(problem_again);
        } else {
          in_flight.begin(InFlight::writer, done.item.digest);
          saved = store.save(done.item, options.limits);
          in_flight.end(InFlight::writer);
          report_faults(done.item, saved, options);
        }
        batch.add(saved, done.item.bytes);
        remembering.take(done, saved);
        saved_to = done.read_to;
      };
      take(*first);
      // The write lock is not held while waiting for a slow mailbox.
      while (batch.items < batch_items && batch.records + batch.deliveries_stored < batch_rows &&
             pool.ready(deadline) && std::chrono::steady_clock::now() < deadline &&
             !(options.stop && *options.stop)) {
        const std::optional<Done> next = pool.next();
        if (!next) {
          more = false;
          break;
        }
        take(*next);
        if (options.progress && batch.items % 16 == 0) {
          IngestSummary so_far = summary;
          so_far.add(batch);
          options.progress(so_far, saved_to, mailbox);
        }
      }
      remembering.write();
    });
    remembering.committed();
    summary.add(batch);
    if (options.progress) options.progress(summary, saved_to, mailbox);
    if (options.stop && *options.stop) break;
  }
  remembering.finish();
  if (own_notes && !(options.stop && *options.stop)) own_notes->run_ended();
  if (!(options.stop && *options.stop)) {
    summary.known = mailbox.known();
    if (options.progress) options.progress(summary, mailbox.bytes_done(), mailbox);
  }
  return summary;
}

IngestSummary retry_problems(Store& store, const std::vector<std::int64_t>& ids,
                             const IngestOptions& options) {
  IngestSummary summary;
  std::unordered_set<std::string> done;  // one item may have several problems
  InFlight in_flight(store.path());
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
    Saved saved;
    store.batch([&] { saved = store.save(processed, options.limits); });
    in_flight.end(InFlight::writer);
    in_flight.forgive(digest);
    summary.add(saved, processed.bytes);
    report_faults(processed, saved, options);
  }
  in_flight.run_ended();
  return summary;
}

}  // namespace dmarcq

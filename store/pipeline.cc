// SPDX-License-Identifier: MIT
#include "store/pipeline.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <unordered_set>
#include <variant>

#include "ingest/documents.h"
#include "ingest/source/imap.h"
#include "parser/aggregate/xml_reader.h"
#include "store/in_flight.h"
#include "store/queries.h"
#include "store/settings.h"

namespace dmarcq {
namespace {

/// Items read but not yet saved may hold this much, counted by what they took in the mailbox and
/// what they came to.
constexpr std::size_t bytes_in_flight = 16u << 20;
/// What the workers make of items may take this much, and one item what it may come to.
constexpr std::size_t memory_for_all = 32u << 20;
/// A transaction is closed after so many items or rows, or so much time: what a crash can cost, and
/// how long a signal waits.
constexpr std::uint64_t batch_items = 500, batch_rows = 100'000;
constexpr std::chrono::milliseconds batch_time{1000};
/// Larger items that hold a fault are not kept in the database; the place says where they are.
constexpr std::size_t kept_size = 16u << 20;

/// What a record of a mail counts for beside its text: a row, and as a rule names and results that
/// no other has.
constexpr std::size_t cost_of_a_record = 512;

struct HalfDigest {
  std::uint64_t a, b;
  explicit HalfDigest(const Digest& digest) : a(0), b(0) {
    for (std::size_t i = 0; i < 8; ++i) a = a << 8 | digest[i], b = b << 8 | digest[i + 8];
  }
  friend bool operator==(const HalfDigest&, const HalfDigest&) = default;
};
struct HalfDigestHash {
  std::size_t operator()(const HalfDigest& digest) const noexcept {
    return static_cast<std::size_t>(digest.a);
  }
};
using KnownItems = std::unordered_set<HalfDigest, HalfDigestHash>;

/// What a worker hands to the writer: an item processed, or one that need not be.
struct Done {
  ProcessedItem item;
  std::optional<Checkpoint> checkpoint;
  std::string handle;
  bool known = false;
  std::size_t weight = 0;
};

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
  return weight;
}

void open(const Item& item, const Limits& limits, MemoryPool* pool, const SenderChecks& checks,
          ProcessedItem& processed) {
  // Large providers are known for what they write.
  std::vector<std::string> receivers = checks.receivers;
  std::ranges::move(receivers_of_imap_host(imap_host(item.origin.source)),
                    std::back_inserter(receivers));
  MemoryPool::Share memory(pool);
  ExtractedDocuments findings = find_documents(item, limits, memory);
  processed.origin.message_id = std::move(findings.message_id);
  processed.not_a_report = to_text(findings.otherwise);
  Limits left = limits;
  std::optional<std::string> key_name;  // looked up when there is a report to be sent by somebody
  for (Document& document : findings.documents) {
    Packer packer(limits);
    std::size_t records = 0;
    if (findings.bytes_left)
      left.records = std::min(limits.records, *findings.bytes_left / cost_of_a_record);
    std::expected<ParsedReport, Error> parsed =
        parse_report(document.bytes, left, {.take = [&](const Record& record) {
                       packer.add(record);
                       ++records;
                     }});
    if (findings.bytes_left)
      *findings.bytes_left -= std::min(*findings.bytes_left, records * cost_of_a_record);
    if (!parsed && parsed.error().limit == "records" && left.records < limits.records)
      parsed = std::unexpected(item_bytes_exceeded(limits));
    if (!parsed) {
      if (parsed.error().fault != Fault::not_a_report)
        processed.faults.push_back({document.name, std::move(parsed.error())});
      continue;
    }
    for (const std::string& deviation : document.deviations)
      parsed->deviations.push_back({"packing", deviation, ""});
    ReportSender sender;
    if (document.mail) {
      if (!key_name)
        key_name = checks.resolver != nullptr && !findings.mail.empty()
                       ? signed_for_from(findings.mail, *document.mail, *checks.resolver)
                       : "";
      sender = report_sender(*document.mail, document.name, parsed->report.metadata,
                             parsed->report.policy_published.domain, receivers, *key_name);
    }
    processed.reports.push_back({document.name,
                                 packer.finish(std::move(*parsed), sha256(document.bytes)),
                                 std::move(sender)});
    std::string().swap(document.bytes);
  }
  for (PackedFault& fault : findings.faults)
    processed.faults.push_back({std::move(fault.name), std::move(fault.error)});
}

/// `digest`: of the item's bytes.
ProcessedItem process_as(const Digest& digest, const Item& item, const Limits& limits,
                         MemoryPool* pool, const SenderChecks& checks) {
  ProcessedItem processed;
  processed.origin = item.origin;
  processed.origin.part.clear();
  processed.digest = digest;
  processed.bytes = item.bytes.size();
  if (item.fault) {
    processed.faults.push_back({"", *item.fault});
  } else {
    try {
      open(item, limits, pool, checks, processed);
    } catch (const std::bad_alloc&) {
      processed.faults.push_back({"", out_of_memory()});
    }
  }
  if (!processed.faults.empty() && !item.withheld && item.bytes.size() <= kept_size)
    processed.kept_bytes = item.bytes;
  return processed;
}

/// Workers take items from the mailbox, one at a time; results come out in mailbox order. Without
/// workers the caller does it all himself, so that no item is read before the one before it is
/// saved.
class WorkerPool {
 public:
  WorkerPool(ItemSource& mailbox, const IngestOptions& options, const KnownItems& known,
             unsigned jobs, InFlight& in_flight)
      : mailbox_(mailbox),
        options_(options),
        known_(known),
        in_flight_(in_flight),
        stop_(options.stop) {
    for (unsigned i = 0; i < jobs; ++i)
      threads_.emplace_back([this, i] { work(InFlight::first_worker + i); });
  }

  ~WorkerPool() {
    // One flag for all under the mutex: threads are joined one after another, and each must see it
    // before the first join waits.
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Waits until next() would not wait, or until the deadline. False: not yet.
  bool ready(std::chrono::steady_clock::time_point deadline) {
    if (threads_.empty()) return true;
    std::unique_lock lock(mutex_);
    return ready_.wait_until(lock, deadline, [&] { return can_go_on(); });
  }

  /// The next item in mailbox order; nothing at the end. Rethrows what a worker threw.
  std::optional<Done> next() {
    if (threads_.empty()) {
      std::optional<Item> item = stopped() ? std::nullopt : mailbox_.next();
      if (!item || stopped()) return std::nullopt;
      return done_with(std::move(*item), InFlight::first_worker);
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

 private:
  bool stopped() const { return stop_ && *stop_; }
  /// Under the mutex. Waking threads that need not wake costs more than a small item.
  void give_room(std::size_t weight) {
    const bool was_full = weight_ >= bytes_in_flight;
    weight_ -= weight;
    if (was_full && weight_ < bytes_in_flight) room_.notify_all();
  }
  bool can_go_on() const {
    return failure_ || done_.contains(wanted_) || (ended_ && wanted_ == read_);
  }

  Done done_with(Item item, std::size_t slot) {
    Done result;
    const Digest digest = sha256(item.bytes);
    if (!item.fault && known_.contains(HalfDigest(digest))) {
      result.known = true;
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
      result.item = process_as(digest, item, options_.limits, &memory_, options_.sender_checks);
      in_flight_.end(slot);
    }
    result.checkpoint = std::move(item.checkpoint);
    result.handle = std::move(item.handle);
    result.weight = weight_of(result.item);
    return result;
  }

  void work(std::size_t slot) {
    const InFlight::CrashStack crash_stack;
    try {
      while (true) {
        Item item;
        std::uint64_t number = 0;
        {
          const std::lock_guard reading(reading_);
          {
            // Always room for one more than nothing: the largest item passes alone.
            std::unique_lock lock(mutex_);
            room_.wait(lock,
                       [&] { return closed_ || ended_ || failure_ || weight_ < bytes_in_flight; });
            if (closed_ || ended_ || failure_) return;
          }
          std::optional<Item> read = stopped() ? std::nullopt : mailbox_.next();
          if (stopped()) read.reset();  // it may have been cut short
          const std::lock_guard lock(mutex_);
          if (!read) {
            ended_ = true;
            room_.notify_all();
            ready_.notify_all();
            return;
          }
          item = std::move(*read);
          number = read_++;
          weight_ += item.bytes.size();
        }
        const std::size_t size = item.bytes.size();
        Done result = done_with(std::move(item), slot);
        {
          const std::lock_guard lock(mutex_);
          weight_ += result.weight;
          give_room(size);
          done_.emplace(number, std::move(result));
          if (number == wanted_) ready_.notify_all();
        }
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

  ItemSource& mailbox_;
  const IngestOptions& options_;
  const KnownItems& known_;
  InFlight& in_flight_;
  const std::atomic<bool>* stop_;
  MemoryPool memory_{memory_for_all};
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

/// What is to be remembered with a batch: how far each source was read, and what may be settled
/// once it is committed.
class Remembering {
 public:
  Remembering(Store& store, ItemSource& mailbox)
      : store_(store), mailbox_(mailbox), key_(mailbox.acknowledge_key()) {}

  /// Mails that an earlier run stored but could not settle.
  void settle_old() {
    if (!key_.empty()) done_ = mailbox_.acknowledge(read_names(store_, key_));
  }
  /// Inside the batch.
  void take(const Done& done, const Saved& saved) {
    if (done.checkpoint && !done.checkpoint->name.empty())
      add_read_name(store_, done.checkpoint->source, done.checkpoint->name);
    else if (done.checkpoint)
      states_[done.checkpoint->source] = done.checkpoint->state;
    if (!key_.empty() && !done.handle.empty() &&
        (saved.outcome == Outcome::stored || saved.outcome == Outcome::duplicate)) {
      add_read_name(store_, key_, done.handle);
      settled_.push_back(done.handle);
    }
  }
  /// At the end of the batch, inside it.
  void write() {
    for (const auto& [source, state] : states_) set_checkpoint(store_, source, state);
    for (const std::string& handle : done_) remove_read_name(store_, key_, handle);
  }
  void committed() {
    states_.clear();
    done_.clear();
    if (!settled_.empty()) done_ = mailbox_.acknowledge(settled_);
    settled_.clear();
  }
  void finish() {
    if (!done_.empty()) store_.batch([&] { write(); });
  }

 private:
  Store& store_;
  ItemSource& mailbox_;
  std::string key_;
  std::map<std::string, std::string> states_;
  std::vector<std::string> settled_, done_;
};

void report_faults(const ProcessedItem& item, const Saved& saved, const IngestOptions& options) {
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

ProcessedItem process(const Item& item, const Limits& limits, MemoryPool* pool,
                      const SenderChecks& checks) {
  return process_as(sha256(item.bytes), item, limits, pool, checks);
}

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
  bytes += other.bytes;
}

IngestSummary ingest(ItemSource& mailbox, Store& store, const IngestOptions& options) {
#ifdef __GLIBC__
  // Unpacked documents come and go by the megabyte in every worker. By default glibc soon keeps
  // blocks of that size in each thread's arena instead of giving them back; with fixed thresholds
  // the peak is a fifth lower.
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
#endif
  KnownItems known;
  if (!options.reread) {
    for (const Digest& digest : store.settled_items()) known.insert(HalfDigest(digest));
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
  remembering.settle_old();
  WorkerPool pool(mailbox, options, known, jobs, in_flight);
  bool more = true;
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
      };
      take(*first);
      // The write lock is not held while waiting for a slow mailbox.
      while (batch.items < batch_items && batch.records < batch_rows && pool.ready(deadline) &&
             std::chrono::steady_clock::now() < deadline && !(options.stop && *options.stop)) {
        const std::optional<Done> next = pool.next();
        if (!next) {
          more = false;
          break;
        }
        take(*next);
        if (options.progress && batch.items % 16 == 0) {
          IngestSummary so_far = summary;
          so_far.add(batch);
          options.progress(so_far, mailbox);
        }
      }
      remembering.write();
    });
    remembering.committed();
    summary.add(batch);
    if (options.progress) options.progress(summary, mailbox);
    if (options.stop && *options.stop) break;
  }
  remembering.finish();
  if (own_notes && !(options.stop && *options.stop)) own_notes->run_ended();
  if (!(options.stop && *options.stop)) summary.known = mailbox.known();
  return summary;
}

IngestSummary retry_problems(Store& store, const std::vector<std::int64_t>& ids,
                             const IngestOptions& options) {
  IngestSummary summary;
  std::unordered_set<std::string> done;  // one item may have several problems
  InFlight in_flight(store.path());
  const InFlight::CrashStack crash_stack;
  for (const Problem& problem : problems(store, !ids.empty())) {
    if (!ids.empty() && std::ranges::find(ids, problem.id) == ids.end()) continue;
    const std::optional<std::string> bytes = problem_bytes(store, problem.id);
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

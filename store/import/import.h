// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ingest/source/source.h"
#include "store/import/process.h"
#include "store/store.h"

namespace dmarcq {

class InFlight;

/// What an ingest did; the numbers add up: stored + duplicate + not_a_report + problem == items.
struct IngestSummary {
  std::uint64_t items = 0;
  std::uint64_t known = 0;  ///< items passed over unread, because an earlier run read them; not
                            ///< among `items`
  std::uint64_t stored = 0, duplicate = 0, not_a_report = 0, problem = 0;  ///< items
  std::map<std::string, std::uint64_t> not_a_report_kinds;  ///< ProcessedItem::not_a_report
  std::uint64_t reports_stored = 0, reports_duplicate = 0, reports_replaced = 0;
  std::uint64_t records = 0, messages = 0;                    ///< of reports stored
  std::uint64_t unusable_records = 0, unusable_messages = 0;  ///< left out of these
  /// Events of delivery logs, as Saved has them.
  std::uint64_t deliveries_stored = 0, deliveries_repeated = 0, deliveries_left_out = 0,
                deliveries_damaged = 0;
  std::uint64_t tls_stored = 0, tls_repeated = 0, failures_stored = 0, failures_repeated = 0;
  std::uint64_t bytes = 0;
  void add(const Saved&, std::uint64_t item_bytes);
  void add(const IngestSummary&);

 private:
  std::uint64_t& number_of(Outcome);
};

struct IngestOptions {
  Limits limits;
  SenderChecks sender_checks;
  unsigned jobs = 0;    ///< worker threads; 0: as many as there are cores
  bool reread = false;  ///< parse items again that are known from an earlier run
  /// Called on the calling thread now and then, with what is saved so far. `saved_to`: the place in
  /// the source, as its bytes_done() counts, up to which items are saved and not only read.
  std::function<void(const IngestSummary&, std::uint64_t saved_to, const ItemSource&)> progress;
  /// Called on the calling thread for every fault, in mailbox order.
  std::function<void(const Origin&, const Error&)> on_fault;
  /// The same for every note: what was assumed of an item, and is no fault.
  std::function<void(const Origin&, const std::string&)> on_note;
  InFlight* in_flight = nullptr;  ///< notes what is being read, over all mailboxes of a run; null:
                                  ///< of this one alone
  const std::atomic<bool>* stop = nullptr;  ///< set from a signal handler: the current batch is
                                            ///< committed, then ingest() returns
};

/// Reads a mailbox into the store. Workers parse; the calling thread alone touches the database and
/// saves in mailbox order, so the result is the same for any number of jobs. Throws StoreError.
IngestSummary ingest(ItemSource&, Store&, const IngestOptions&);

/// Processes the kept bytes of problems again; those that are cured disappear. ids empty: all that
/// are not dismissed.
IngestSummary retry_problems(Store&, const std::vector<std::int64_t>& ids, const IngestOptions&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
// The seam: nothing but store.cc knows which engine is behind it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ingest/base/limits.h"
#include "store/base/error.h"
#include "store/base/location.h"
#include "store/model.h"
#include "store/processed_item.h"
#include "store/settings.h"
#include "store/snapshot.h"

namespace dmarcq {

struct SaveOptions {
  Limits limits = {};
  /// What is to be remembered, in the same transaction, once it is known what the items came to.
  /// May be called more than once; what it throws undoes the whole.
  std::function<ReadState(std::span<const Saved>)> remember = {};
  /// Called before and after the work on an item, by its position. May be called more than once.
  std::function<void(std::size_t)> begin = {}, end = {};
};

/// Items without open problems that were there when it was asked for.
class FinishedItems {
 public:
  virtual ~FinishedItems() = default;
  virtual bool contains(const Digest&) = 0;
};

/// The right to something that one process at a time may do; given back with the object.
class Lease {
 public:
  virtual ~Lease() = default;
};

/// The database of facts, for writing. One thread at a time. Throws StoreError.
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// What has been committed until now, for reading.
  virtual std::unique_ptr<Snapshot> snapshot() = 0;
  /// Valid as long as the store.
  virtual SettingsWriter& settings() = 0;
  /// A path on this machine: notes about runs lie beside it (run_lock.h, in_flight.h).
  virtual const std::filesystem::path& notes() const = 0;

  /// Saves items in one transaction: all or, if it throws, nothing. Each exactly once, in whatever
  /// order items come: documents that claim to be one report are resolved as a set (conflicts.h).
  /// What each came to, in their order. An engine that shares its server tries again by itself when
  /// others were in the way.
  virtual std::vector<Saved> save(std::span<const ProcessedItem>, const SaveOptions& = {}) = 0;
  /// Which items need not be read again. Valid as long as the store; any thread may ask.
  virtual std::unique_ptr<FinishedItems> finished_items() = 0;

  /// The right to `what` ("mailbox imaps://…") among all that use the database; nothing when
  /// another has it. While it is held, save() fails as busy once it was lost. Unless the engine
  /// says otherwise it is free: runs on a file exclude each other (run_lock.h).
  virtual std::unique_ptr<Lease> lease(const std::string& what);

  /// Takes a report out of every answer, or lets it count again; what it displaced counts in its
  /// place. What it taught of accounts' names goes with its reporter's last report. False when
  /// there is no such report, or nothing to change. StoreError::usage when its rows were pruned.
  virtual bool distrust(std::int64_t report, bool on) = 0;
  /// Forgets a report, and the mails that brought nothing else, as if it had never come: read
  /// again, it comes again. Else as distrust().
  virtual bool remove(std::int64_t report) = 0;
  /// Marks a problem as seen and of no interest. False when there is no such open problem.
  virtual bool dismiss_problem(std::int64_t id) = 0;

  /// What was ever learned of accounts' names, in place of what is known here: for a copy. An
  /// engine refuses with StoreError::usage unless it says otherwise.
  virtual void set_account_names(std::span<const LearnedAccountName>);

  // The caller holds the RunLock. An engine may have ways of its own for these, or none: unless it
  // says otherwise, they refuse with StoreError::usage.
  /// Forgets the rows of days before this one, in one transaction. The reports themselves stay with
  /// their figures, and so do the days' totals: a summary still reaches back, and a report that was
  /// pruned is still known when it comes again. `all`: the reports, their totals and the mails that
  /// brought nothing else are forgotten too, as if they had never come.
  virtual Pruned prune(Day before, bool all);
  /// Forgets the rows of these reports, as prune() does those of days. How many.
  virtual std::uint64_t forget_rows(std::span<const std::int64_t> reports);
  /// Forgets whose mail deliveries of days before this one were, but for the domain. How many.
  virtual std::uint64_t forget_recipients(Day before);
  /// Forgets what names people in failure reports and complaints of days before this one. How many.
  virtual std::uint64_t forget_failures(Day before);
  /// Rewrites the database without gaps.
  virtual void vacuum();
};

/// Creates a database or opens one, migrating older schemas in one transaction after a backup
/// beside it.
std::unique_ptr<Store> open_store(const Location&);
/// Opens a database for reading; never creates or migrates one.
std::unique_ptr<Snapshot> open_snapshot(const Location&);
/// Puts a backup in the place of a database; readers go on undisturbed. What was there before is
/// kept beside it as "<database>.before-restore". The backup is checked first: damaged, or of a
/// newer program, it is refused. The caller holds the RunLock.
void restore_store(const std::filesystem::path& database, const std::filesystem::path& backup);
/// Of the library that keeps files: "3.40.1".
std::string engine_version();

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/postgresql/pg_settings.h"
#include "store/postgresql/wire/connection.h"
#include "store/postgresql/writer/batch_writer.h"
#include "store/postgresql/writer/small_tables.h"
#include "store/store.h"

namespace dmarcq {

/// A connection that writes. Any number of processes may, on any number of machines.
class PgStore final : public Store {
 public:
  explicit PgStore(const Location&);

  std::unique_ptr<Snapshot> snapshot() override;
  SettingsWriter& settings() override { return settings_; }
  const std::filesystem::path& notes() const override { return notes_; }

  std::vector<Saved> save(std::span<const ProcessedItem>, const SaveOptions&) override;
  std::unique_ptr<FinishedItems> finished_items() override;
  void set_account_names(std::span<const LearnedAccountName>) override;

  std::unique_ptr<Lease> lease(const std::string& what) override;

  bool distrust(std::int64_t report, bool on) override;
  bool remove(std::int64_t report) override;
  bool dismiss_problem(std::int64_t id) override;

  Pruned prune(Day before, bool all) override;
  std::uint64_t forget_rows(std::span<const std::int64_t> reports) override;
  std::uint64_t forget_recipients(Day before) override;
  std::uint64_t forget_failures(Day before) override;
  void vacuum() override;

 private:
  /// The same as save(), but that what the server refuses of an item stays a PgError.
  std::vector<Saved> save_batch(std::span<const ProcessedItem>, const SaveOptions&);
  /// Calls `body`, which uses the connection, until it goes through. A PgError remains one where
  /// the server refuses what is stored.
  void retried(const std::function<void()>& body);
  /// Inside a transaction. Throws StoreError (busy) when another process has taken one over.
  void renew_leases();
  class HeldLease;

  Location where_;
  std::filesystem::path notes_;
  PgConnection connection_;
  PgSettingsWriter settings_{connection_};
  std::optional<SmallTables> small_;
  PgRun run_;
  std::int64_t batches_ = 0;
  std::int64_t batch_number(std::int64_t batch) const {
    return run_.process << PgRun::batch_bits | batch;
  }
  std::set<std::string> leases_;  ///< held; `run` of each in the table is lease_run_
  std::int64_t lease_run_ = 0;
};

}  // namespace dmarcq

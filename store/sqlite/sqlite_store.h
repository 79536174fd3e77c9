// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <unordered_set>
#include <vector>

#include "ingest/base/function_ref.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_settings.h"
#include "store/sqlite/writer/conflict_writer.h"
#include "store/sqlite/writer/delivery_rows.h"
#include "store/sqlite/writer/document_writer.h"
#include "store/sqlite/writer/interner.h"
#include "store/sqlite/writer/item_writer.h"
#include "store/sqlite/writer/kept_rows.h"
#include "store/store.h"

namespace dmarcq {

/// A connection that writes. What saves items is made when the first one comes.
class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::filesystem::path&);

  std::unique_ptr<Snapshot> snapshot() override;
  SettingsWriter& settings() override { return settings_; }
  const std::filesystem::path& notes() const override { return database_.path(); }

  std::vector<Saved> save(std::span<const ProcessedItem>, const SaveOptions&) override;
  std::unique_ptr<FinishedItems> finished_items() override;
  void set_account_names(std::span<const LearnedAccountName>) override;

  bool distrust(std::int64_t report, bool on) override;
  bool remove(std::int64_t report) override;
  bool dismiss_problem(std::int64_t id) override;

  Pruned prune(Day before, bool all) override;
  std::uint64_t forget_rows(std::span<const std::int64_t> reports) override;
  std::uint64_t forget_recipients(Day before) override;
  std::uint64_t forget_failures(Day before) override;
  void vacuum() override;

 private:
  /// What saves items: statements, prepared once, and what they remember of this run.
  struct Writers {
    explicit Writers(Database&);
    Interner interner;
    DocumentWriter documents;
    ConflictWriter conflicts;
    ItemWriter items;
    DeliveryRows deliveries;
    KeptRows kept;
    std::int64_t last_item_before;  ///< items above are of this run
    /// Of these, told as duplicates: a report that an earlier run stored belongs to them now.
    std::unordered_set<std::int64_t> stored_before;
  };
  /// One item on its way in.
  struct Saving;

  Writers& writers();
  /// Another connection may have added what the writers do not know. Called when a transaction has
  /// begun.
  void notice_others();
  void forget();
  /// One transaction: all of the body or, if it throws, nothing.
  void batch(FunctionRef<void()> body);
  Saved save(const ProcessedItem&, const Limits&);
  void save_known(const ProcessedItem::Report&, const DocumentWriter::Known&, Saving&);
  void save_new(const ProcessedItem::Report&, Saving&);
  /// How many rows a statement with a day changed.
  std::uint64_t changed_by(const char* sql, Day before);
  void save_copied(const ProcessedItem::Report&, const Claim&, Saving&);
  void conclude(Saving&);

  Database database_;
  SqliteSettingsWriter settings_{database_};
  std::unique_ptr<Writers> writers_;
  std::int64_t data_version_ = 0;
};

std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path&);

}  // namespace dmarcq

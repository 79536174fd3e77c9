// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/writer/conflict_writer.h"
#include "store/sqlite/writer/document_writer.h"
#include "store/sqlite/writer/interner.h"
#include "store/sqlite/writer/item_writer.h"
#include "store/store.h"

namespace dmarcq {

/// A connection that writes. What saves items is made when the first one comes.
class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::filesystem::path&);

  std::unique_ptr<Snapshot> snapshot() override;
  const std::filesystem::path& path() const override { return database_.path(); }

  void batch(FunctionRef<void()> body) override;
  Saved save(const ProcessedItem&, const Limits&) override;
  std::optional<Saved> known(const Digest&) override;
  std::vector<Digest> finished_items() override;

  bool distrust(std::int64_t report, bool on) override;
  bool remove(std::int64_t report) override;
  bool dismiss_problem(std::int64_t id) override;

  std::int64_t put_sender_entry(const SenderEntry&) override;
  bool remove_sender_entry(std::int64_t id) override;
  std::int64_t add_note(const Note&) override;
  bool remove_note(std::int64_t id) override;
  void set_open_alerts(const std::vector<OpenAlert>&) override;
  void set_checkpoint(const std::string& source, const std::string& state) override;
  void add_read_name(const std::string& source, const std::string& name) override;
  void remove_read_name(const std::string& source, const std::string& name) override;

  Pruned prune(Day before, bool all) override;
  void vacuum() override;

 private:
  /// What saves items: statements, prepared once, and what they remember of this run.
  struct Writers {
    explicit Writers(Database&);
    Interner interner;
    DocumentWriter documents;
    ConflictWriter conflicts;
    ItemWriter items;
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
  void save_known(const ProcessedItem::Report&, const DocumentWriter::Known&, Saving&);
  void save_new(const ProcessedItem::Report&, Saving&);
  void conclude(Saving&);
  /// The statement with this text, prepared once.
  Statement& cached(const char* sql);
  bool remove_by_id(const char* sql, std::int64_t id);

  Database database_;
  std::unique_ptr<Writers> writers_;
  std::int64_t data_version_ = 0;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
};

std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path&);

}  // namespace dmarcq

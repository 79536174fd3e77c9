// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/settings.h"
#include "store/sqlite/database.h"
#include "store/store.h"

namespace dmarcq {

/// On the connection of a snapshot.
class SqliteSettings final : public StoredSettings {
 public:
  explicit SqliteSettings(Database& database) : database_(database), statements_(database) {}

  std::vector<SenderEntry> sender_entries() override;
  std::vector<Note> notes(const std::string& domain) override;
  std::vector<OpenAlert> open_alerts() override;
  std::optional<std::string> checkpoint(const std::string& source) override;
  std::vector<std::string> read_names(const std::string& source) override;
  ReadState read_state() override;

 private:
  Database& database_;
  PreparedStatements statements_;
};

/// On the connection of a store.
class SqliteSettingsWriter final : public SettingsWriter {
 public:
  explicit SqliteSettingsWriter(Database& database) : database_(database), statements_(database) {}

  std::int64_t put_sender_entry(const SenderEntry&) override;
  bool remove_sender_entry(std::int64_t id) override;
  std::int64_t add_note(const Note&) override;
  bool remove_note(std::int64_t id) override;
  void set_open_alerts(const std::vector<OpenAlert>&) override;
  /// Inside a transaction.
  void write(const ReadState&);

 private:
  bool remove_by_id(const char* sql, std::int64_t id);

  Database& database_;
  PreparedStatements statements_;
};

}  // namespace dmarcq

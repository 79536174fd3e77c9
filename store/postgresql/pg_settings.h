// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ingest/base/function_ref.h"
#include "store/postgresql/wire/connection.h"
#include "store/settings.h"

namespace dmarcq {

/// On the connection of a snapshot.
class PgSettings final : public StoredSettings {
 public:
  explicit PgSettings(PgConnection& connection) : connection_(connection) {}

  std::vector<SenderEntry> sender_entries() override;
  std::vector<Note> notes(const std::string& domain) override;
  std::vector<OpenAlert> open_alerts() override;
  std::optional<std::string> checkpoint(const std::string& source) override;
  std::vector<std::string> read_names(const std::string& source) override;
  ReadState read_state() override;

 private:
  PgConnection& connection_;
};

/// On the connection of a store.
class PgSettingsWriter final : public SettingsWriter {
 public:
  explicit PgSettingsWriter(PgConnection& connection) : connection_(connection) {}

  std::int64_t put_sender_entry(const SenderEntry&) override;
  bool remove_sender_entry(std::int64_t id) override;
  std::int64_t add_note(const Note&) override;
  bool remove_note(std::int64_t id) override;
  void set_open_alerts(const std::vector<OpenAlert>&) override;

 private:
  PgConnection& connection_;
};

}  // namespace dmarcq

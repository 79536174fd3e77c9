// SPDX-License-Identifier: MIT
// What is stored besides reports: what the owner declared, which alerts are open, and how far each
// source was read.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/declarations.h"

namespace dmarcq {

/// How far sources were read, and what is to be settled in them.
struct ReadState {
  struct Name {
    std::string source, name;
  };
  std::map<std::string, std::string> checkpoints;  ///< state by source
  std::vector<Name> read, settled;                 ///< names to be added, and to be taken away
};

/// Reads, as of the moment of the Snapshot that it belongs to. Throws StoreError.
class StoredSettings {
 public:
  virtual ~StoredSettings() = default;

  /// By kind and value.
  virtual std::vector<SenderEntry> sender_entries() = 0;
  /// By day, then id. `domain` "": all notes; else those of that domain and those that concern all.
  virtual std::vector<Note> notes(const std::string& domain) = 0;
  /// By key.
  virtual std::vector<OpenAlert> open_alerts() = 0;
  /// How far a source was read, in the words of its kind.
  virtual std::optional<std::string> checkpoint(const std::string& source) = 0;
  /// Names that were read, sorted, of sources whose order means nothing (Maildir).
  virtual std::vector<std::string> read_names(const std::string& source) = 0;
  /// All checkpoints and names of all sources, for a copy; nothing is settled.
  virtual ReadState read_state() = 0;
};

/// Writes, through the Store that it belongs to. Throws StoreError.
class SettingsWriter {
 public:
  virtual ~SettingsWriter() = default;

  // Each of these is a transaction of its own.
  /// Adds the entry, or replaces the one of the same kind and value. The id.
  virtual std::int64_t put_sender_entry(const SenderEntry&) = 0;
  /// False when there is none.
  virtual bool remove_sender_entry(std::int64_t id) = 0;
  virtual std::int64_t add_note(const Note&) = 0;
  virtual bool remove_note(std::int64_t id) = 0;
  /// The whole set of open alerts, in place of the one before.
  virtual void set_open_alerts(const std::vector<OpenAlert>&) = 0;
};

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/calendar.h"
#include "store/store.h"

namespace dmarcq {

// What the owner of the domains told the program, and what the program remembers between runs. All
// throw StoreError.

/// One thing that the owner declares about senders; report/analysis/sender/identifier.h
/// (OwnerEntry) gives the words their meaning.
struct SenderEntry {
  std::int64_t id = 0;
  std::string kind, value;           ///< together they name the entry
  std::string name, service, route;  ///< may be ""
  bool ours = true;
  Day since = 0;  ///< 0: not given
};
/// By kind and value.
std::vector<SenderEntry> sender_entries(Store&);
/// Adds the entry, or replaces the one of the same kind and value. The id.
std::int64_t put_sender_entry(Store&, const SenderEntry&);
/// False when there is none.
bool remove_sender_entry(Store&, std::int64_t id);

/// An entry of the owner's change log.
struct Note {
  std::int64_t id = 0;
  Day day = 0;
  std::string domain;  ///< "" concerns all
  std::string text;
};
/// By day, then id. `domain` "": all notes; else those of that domain and those that concern all.
std::vector<Note> notes(Store&, const std::string& domain);
std::int64_t add_note(Store&, const Note&);
bool remove_note(Store&, std::int64_t id);

/// An alert that is open: told once, until it clears.
struct OpenAlert {
  std::string key;  ///< code, domain and what it is about
  Day since = 0;
  Day told = 0;
};
std::vector<OpenAlert> open_alerts(Store&);
/// The whole set of open alerts, in place of the one before.
void set_open_alerts(Store&, const std::vector<OpenAlert>&);

/// How far a source was read, in the words of its kind of mailbox. Inside batch() only: it belongs
/// to the transaction that saved what was read.
void set_checkpoint(Store&, const std::string& source, const std::string& state);
std::optional<std::string> checkpoint(Store&, const std::string& source);
/// Names that were read, for sources whose order means nothing (Maildir). Inside batch() only.
void add_read_name(Store&, const std::string& source, const std::string& name);
void remove_read_name(Store&, const std::string& source, const std::string& name);
/// Sorted.
std::vector<std::string> read_names(Store&, const std::string& source);

}  // namespace dmarcq

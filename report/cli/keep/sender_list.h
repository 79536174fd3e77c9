// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "store/declarations.h"

namespace dmarcq {

/// What is wrong with an entry of the owner's, and how it was probably meant.
struct EntryFault {
  std::string text, hint;
};

/// The entry as it is stored: kind in its canonical spelling, value normalised (domains folded, org
/// ids with 18 characters). Or what is wrong with it. `today` stands in where a day is needed.
std::expected<SenderEntry, EntryFault> checked_entry(SenderEntry, Day today);

/// "org 00D… is yours", "network 192.0.2.0/24 is Warehouse": an entry in words.
std::string entry_words(const SenderEntry&);

struct ListFault {
  std::size_t line = 0;
  EntryFault fault;
};
struct SenderList {
  std::vector<SenderEntry> entries;
  std::vector<ListFault> faults;  ///< by line; with any, nothing should be stored
};

/// Reads CSV (RFC 4180) or TSV with a head line that names the columns: kind and value, and any of
/// name, service, route, ours, since. `senders list --format csv` writes what this reads. Empty
/// lines and lines that begin with # are skipped.
SenderList read_sender_list(std::string_view text, Day today);

}  // namespace dmarcq

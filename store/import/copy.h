// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/base/error.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace dmarcq {

struct CopiedSoFar {
  std::uint64_t items = 0, reports = 0;  ///< reports: each time that one was seen in an item
};

struct CopyOptions {
  /// Called after each batch.
  std::function<void(const CopiedSoFar&)> progress = {};
  const std::atomic<bool>* stop = nullptr;  ///< set: the batch is saved, then it returns
};

/// Is the database an unfinished copy, so that nothing else may be stored in it? Of which place.
std::optional<std::string> unfinished_copy_of(Snapshot&);

/// Copies all that a database holds into another, of the same engine or not: items and their
/// documents as they stand there, whatever a newer program would make of them; then what is
/// remembered besides. Items that an earlier try has copied are passed over. The target must be
/// empty, or an unfinished copy of the same place: StoreError::usage. It remains unfinished until
/// finish_copy(). False when it was stopped.
bool copy_database(Snapshot& from, Store& to, const CopyOptions&);
void finish_copy(Snapshot& from, Store& to);

/// A digest as an engine keeps it. StoreError (damaged) when it is of another length.
Digest stored_digest(std::string_view bytes, const std::string& place);

/// An error of what `dmarcq problems` shows of it, its word and its text.
Error stored_error(std::string_view reason, std::string text);

}  // namespace dmarcq

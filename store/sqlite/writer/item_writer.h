// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "store/processed_item.h"
#include "store/sqlite/database.h"
#include "store/sqlite/writer/interner.h"

namespace dmarcq {

/// Writes items, their outcome, and what could not be taken of them. Inside a transaction.
class ItemWriter {
 public:
  ItemWriter(Database&, Interner&);

  struct Written {
    std::int64_t item = 0;
    bool known = false;  ///< from an earlier time
  };
  /// Found, or added. Of two places with the same bytes the first in order is remembered.
  Written write(const ProcessedItem&);
  /// What became of an item without open problems; nothing without such an item.
  std::optional<Saved> finished(const Digest&);

  /// The problems of an item become these faults.
  void sync_faults(std::int64_t item, const std::vector<ItemFault>&);
  /// Keeps the bytes of an item with faults, forgets those of one that has none any more.
  void keep_bytes(const Written&, const ProcessedItem&, bool has_faults);
  /// Writes the outcome that follows from what is stored about the item. Before and after.
  std::pair<Outcome, Outcome> conclude(std::int64_t item, std::string_view not_a_report_kind);

 private:
  Database& database_;
  Interner& interner_;
  Statement find_, add_, move_, facts_, set_outcome_, keep_, drop_kept_, open_problems_,
      documents_of_, faults_of_, add_problem_, drop_problem_;
};

}  // namespace dmarcq

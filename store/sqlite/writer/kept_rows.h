// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "store/processed_item.h"
#include "store/sqlite/database.h"

namespace dmarcq {

/// Writes TLS reports and failure reports, each once, whatever mail brings it. Inside a
/// transaction.
class KeptRows {
 public:
  explicit KeptRows(Database&);
  /// Adds those that are new; tells in `saved` how many were.
  void save(std::int64_t item, const ProcessedItem&, Saved& saved);

 private:
  void save(std::int64_t item, const ProcessedItem::Tls&, Saved&);
  void save(std::int64_t item, const ProcessedItem::Failure&, Saved&);

  Database& database_;
  Statement find_tls_, add_tls_, know_sender_, add_failure_;
};

}  // namespace dmarcq

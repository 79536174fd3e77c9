// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <unordered_map>

#include "store/processed_item.h"
#include "store/sqlite/database.h"
#include "store/sqlite/writer/interner.h"

namespace dmarcq {

/// The key of a delivery: its day in the upper half, so that the days of a question are one range.
struct DeliveryKey {
  static constexpr int row_bits = 32;
  static constexpr std::int64_t first(Day day) { return std::int64_t{day} << row_bits; }
  static constexpr Day day_of(std::int64_t id) { return static_cast<Day>(id >> row_bits); }
};

/// Writes events of delivery logs, each once, whatever file it comes in. Inside a transaction.
class DeliveryRows {
 public:
  DeliveryRows(Database&, Interner&);

  /// Adds those that are new; tells in `saved` how many were.
  void save(std::int64_t item, const ProcessedItem&, Saved& saved);
  /// Ids may have been given out in a transaction that was rolled back, or by another connection.
  void forget() { next_.clear(); }

 private:
  bool add(std::int64_t item, const DeliveryView&);
  std::int64_t next_id(Day);

  Database& database_;
  Interner& interner_;
  Statement add_, last_, log_, not_forgotten_;
  std::unordered_map<Day, std::int64_t> next_;  ///< free id of a day
};

/// Forgets the deliveries of days before this one. How many.
std::uint64_t prune_deliveries(Database&, Day before);

/// Are there deliveries of days before this one whose addresses were not forgotten yet? Reads one
/// row.
bool recipients_are_due(Database&, Day before);
/// Forgets whose mail it was, but for the domain, in deliveries of days before this one: the
/// recipient, what is kept "more", and what senders and refusals say of him. Reads no day twice,
/// unless rows came in later. How many deliveries had an address.
std::uint64_t forget_recipients(Database&, Day before);

}  // namespace dmarcq

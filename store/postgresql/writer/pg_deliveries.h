// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "store/postgresql/wire/connection.h"
#include "store/processed_item.h"

namespace dmarcq {

/// Saves the events of an item that are new. Inside a transaction.
void save_deliveries(PgConnection&, const ProcessedItem&, const std::string& item, Saved&);

/// Store::forget_recipients, inside a transaction.
std::uint64_t forget_pg_recipients(PgConnection&, Day before);
/// Are there any to forget?
bool pg_recipients_are_due(PgConnection&, Day before);

/// Forgets the events of days before this one. How many.
std::uint64_t prune_pg_deliveries(PgConnection&, Day before);

}  // namespace dmarcq

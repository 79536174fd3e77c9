// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "store/postgresql/wire/connection.h"
#include "store/processed_item.h"

namespace dmarcq {

/// Adds the TLS reports and failure reports of an item that are new, whoever else does; tells in
/// `saved` how many were. `item`: its digest.
void save_kept_reports(PgConnection&, const ProcessedItem&, const std::string& item, Saved& saved);

/// Store::forget_failures, inside a transaction.
std::uint64_t forget_pg_people(PgConnection&, Day before);
/// Deletes those of days before this one. How many.
std::uint64_t prune_pg_tls_reports(PgConnection&, Day before);
std::uint64_t prune_pg_failures(PgConnection&, Day before);

}  // namespace dmarcq

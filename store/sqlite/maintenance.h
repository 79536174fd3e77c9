// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

#include "store/model.h"
#include "store/sqlite/database.h"

namespace dmarcq {

/// Store::forget_rows, inside a transaction.
std::uint64_t forget_rows_of(Database&, std::span<const std::int64_t> reports);
/// Store::prune, inside a transaction.
Pruned prune_rows(Database&, Day before, bool all);

/// restore_store() of store.h.
void restore_sqlite(const std::filesystem::path& database, const std::filesystem::path& backup);

}  // namespace dmarcq

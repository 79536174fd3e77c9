// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "store/model.h"
#include "store/sqlite/database.h"

namespace dmarcq {

/// Store::prune, inside a transaction.
Pruned prune_rows(Database&, Day before, bool all);

/// restore_store() of store.h.
void restore_sqlite(const std::filesystem::path& database, const std::filesystem::path& backup);

}  // namespace dmarcq

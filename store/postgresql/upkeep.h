// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>

#include "store/model.h"
#include "store/postgresql/wire/connection.h"

namespace dmarcq {

// Inside a transaction. Batches that are under way are waited for, and those that come wait.

/// Store::forget_rows.
std::uint64_t forget_pg_rows(PgConnection&, std::span<const std::int64_t> reports);
/// Store::prune.
Pruned prune_pg(PgConnection&, Day before, bool all);

}  // namespace dmarcq

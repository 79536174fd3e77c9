// SPDX-License-Identifier: MIT
#pragma once
#include "store/model.h"
#include "store/postgresql/wire/connection.h"

namespace dmarcq {

/// Store::prune, inside a transaction. Batches that are under way are waited for, and those that
/// come wait.
Pruned prune_pg(PgConnection&, Day before, bool all);

}  // namespace dmarcq

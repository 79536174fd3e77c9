// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>

#include "store/sqlite/database.h"

namespace dmarcq {

/// What this program writes. Older databases are migrated, newer ones are only read when their
/// views allow it.
inline constexpr std::int64_t schema_version = 7;

/// Makes a new database or brings an older one up to date (after a backup beside it), each version
/// in one transaction. Throws StoreError: newer (exit 5), damaged when the file is no database of
/// ours.
void prepare_schema(Database&, const std::filesystem::path&);
/// For reading only: refuses what is no database of ours and what needs a migration first. A newer
/// database is read as far as this program understands it (Database::expect_unknown).
void require_schema(Database&);
/// Refuses what is no database of ours or newer; an older one will do.
void require_schema_below(Database&);

}  // namespace dmarcq

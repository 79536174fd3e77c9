// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "store/postgresql/wire/connection.h"

namespace dmarcq {

inline constexpr std::int64_t pg_schema_version = 2;

/// Makes what is missing: all of an empty database, and what a newer version has more. Needs the
/// right to create tables then, and none when all is there. Throws StoreError: of a newer program,
/// not dmarcq's, no right.
void prepare_pg_schema(PgConnection&);

/// What can be read. Throws StoreError (usage) when nothing was stored there yet. The sentence that
/// Snapshot::newer() has.
std::string require_pg_schema(PgConnection&);

}  // namespace dmarcq

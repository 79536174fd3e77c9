// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "store/postgresql/wire/connection.h"

namespace dmarcq {

/// Store::distrust and Store::remove, each a transaction.
bool distrust_pg_report(PgConnection&, std::int64_t report, bool on);
bool remove_pg_report(PgConnection&, std::int64_t report);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "store/postgresql/wire/connection.h"

namespace dmarcq {

/// Store::distrust and Store::remove, each a transaction. `done`: false at first; true once a
/// COMMIT was asked for. Tried again since its answer was lost, what is done already was done by
/// that.
bool distrust_pg_report(PgConnection&, std::int64_t report, bool on, bool& done);
bool remove_pg_report(PgConnection&, std::int64_t report, bool& done);

}  // namespace dmarcq

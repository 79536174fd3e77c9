// SPDX-License-Identifier: MIT
#pragma once
#include "store/sqlite/database.h"

namespace dmarcq {

/// Adds (1: account, 2: name, 3: reporter) with its first and last day (4, 5), or widens those.
inline constexpr const char* add_account_name_sql =
    "INSERT INTO account_name(account,name,reporter,first_day,last_day) VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET "
    "first_day=min(first_day,excluded.first_day), last_day=max(last_day,excluded.last_day)";

/// Fills the table account_name (account_names.h) from the rows there are, but for those of
/// distrusted reports.
void backfill_account_names(Database&);
/// Fills the table report_claim anew.
void backfill_claims(Database&);

}  // namespace dmarcq

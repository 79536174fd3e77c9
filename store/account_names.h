// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/packed_report.h"

namespace dmarcq {

class Database;

/// Names of accounts at a service whose customers share addresses: the account is told by a name
/// that the service itself authenticates. `a-hu5amac.na63.bnc.salesforce.com` for any bounce name
/// of that Salesforce org, `contoso.onmicrosoft.com` for that Microsoft 365 tenant, in lower case;
/// "" for all other names.
std::string account_in(std::string_view name);

/// What passed beside an account's name in the same rows: (account, name) pairs, sorted and
/// distinct; at most `most_account_names`, the first in order, so that a forged report cannot fill
/// the table. Names are those of passing DKIM signatures and of passing SPF (scope mfrom), in lower
/// case.
inline constexpr std::size_t most_account_names = 200;
std::vector<std::pair<std::string, std::string>> account_names_of(const PackedReport&);

/// Adds (1: account, 2: name, 3: reporter) with its first and last day (4, 5), or widens those.
inline constexpr const char* add_account_name_sql =
    "INSERT INTO account_name(account,name,reporter,first_day,last_day) VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET "
    "first_day=min(first_day,excluded.first_day), last_day=max(last_day,excluded.last_day)";

/// Fills the table account_name from the rows there are, but for those of distrusted reports.
void backfill_account_names(Database&);

}  // namespace dmarcq

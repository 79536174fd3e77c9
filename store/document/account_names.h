// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/document/packed_report.h"

namespace dmarcq {

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
/// The same of one identity, of its authentication sets (packed_report.h); all of them.
std::vector<std::pair<std::string, std::string>> account_names_in(std::string_view spf_set,
                                                                  std::string_view dkim_set);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "report/analysis/dns/dns_evidence.h"
#include "store/store.h"

namespace dmarcq {

/// What the last 30 days that have reports on these domains show of each, by domain; domains
/// without mail are left out. Mail of names below a domain counts for it.
std::map<std::string, DnsEvidence> read_dns_evidence(Snapshot&,
                                                     const std::vector<std::string>& domains,
                                                     Day today);

}  // namespace dmarcq

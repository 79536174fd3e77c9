// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <vector>

#include "report/answers/portfolio/domain_verdict.h"
#include "report/render/listing.h"

namespace dmarcq {

/// One line for each domain: policy, verdict, what blocks most, messages, the next record. They
/// must outlive it. `left_out`: domains that are not judged (portfolio_domains).
Listing portfolio_listing(const std::vector<DomainVerdict>&, std::size_t left_out);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/page/stakeholder_page.h"

namespace dmarcq {

// What of a page the two forms of the digest have room for; both say the same.

inline constexpr std::size_t most_digest_domains = 12, most_digest_lines = 10,
                             most_digest_findings = 6;

std::vector<const DomainVerdict*> first_verdicts(const StakeholderPage&);  ///< those with most mail
std::vector<const Gate*> open_gates(const StakeholderPage&);               ///< of a single domain
std::vector<const FindingCard*> first_findings(const StakeholderPage&);
std::vector<std::string> change_lines(const StakeholderPage&);

/// "Not ready": without the mark that goes before it on the page.
std::string_view plain_name_of(DomainVerdict::State);

}  // namespace dmarcq

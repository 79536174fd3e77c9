// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "report/answers/page/stakeholder_page.h"

namespace dmarcq {

// What of a page the two forms of the digest have room for; both say the same.

inline constexpr std::size_t most_digest_domains = 12, most_digest_senders = 8,
                             most_digest_changes = 16, most_digest_problems = 10;

/// The most urgent ones.
std::vector<const DomainVerdict*> first_verdicts(const StakeholderPage&);
std::vector<const Gate*> open_gates(const StakeholderPage&);  ///< of a single domain
/// What needs somebody, and then the largest: no forwarders, no strangers.
std::vector<const SenderMail*> first_senders(const StakeholderPage&);
std::vector<std::string> change_lines(const StakeholderPage&);
/// "3 items of the mailbox could not be read: not_xml"
std::vector<std::string> problem_lines(const StakeholderPage&);

}  // namespace dmarcq

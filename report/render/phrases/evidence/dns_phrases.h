// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/analysis/dns/blocklist.h"
#include "report/analysis/dns/domain_fault.h"

namespace dmarcq {

/// What is wrong and what to do about it, in one to three sentences.
std::string fault_text(const DomainFault&);

/// "SBL: a source of spam (127.0.0.2)", or why nothing is known.
std::string blocklist_text(const BlocklistResult&);

}  // namespace dmarcq

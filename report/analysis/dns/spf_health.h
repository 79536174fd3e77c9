// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/dns/domain_fault.h"
#include "report/analysis/dns/spf_tree.h"

namespace dmarcq {

/// What is wrong with the SPF records of a tree (RFC 7208), whatever the mail.
std::vector<DomainFault> spf_faults(const SpfTree&);

/// The one SPF record of the name at the top; "" without one.
std::string spf_record_of(const SpfTree&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string>

#include "report/answers/salesforce_answer.h"
#include "report/render/result_table.h"

namespace dmarcq {

/// The Salesforce answer on one domain as a letter: how it stands, whose orgs send, what the
/// Salesforce administrator and the DNS administrator are asked to do, and what is no fault of
/// theirs.
void write_letter(std::ostream&, const SalesforceDomain&, const TableStyle&);

/// "Salesforce Core (Sales, Service, Platform)", "Account Engagement (Pardot)": a route as people
/// call it.
std::string route_title(const std::string& route);

}  // namespace dmarcq

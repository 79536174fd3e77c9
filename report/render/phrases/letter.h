// SPDX-License-Identifier: MIT
#pragma once
#include "report/answers/salesforce_answer.h"
#include "report/answers/salesforce_inventory.h"
#include "report/cli/terminal/io.h"

namespace dmarcq {

/// The Salesforce answer on one domain as a letter: how it stands, whose orgs send, what the
/// Salesforce administrator and the DNS administrator are asked to do, and what is no fault of
/// theirs.
void write_letter(Io&, const SalesforceDomain&, const SalesforceInventory&, const Judgement&,
                  const RowLookup&);

}  // namespace dmarcq

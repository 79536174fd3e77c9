// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>

#include "report/answers/salesforce_answer.h"
#include "report/render/listing.h"

namespace dmarcq {

/// `salesforce` for programs; "dmarcq.salesforce/1". For people it is letters. Refers to the
/// answer.
Listing salesforce_listing(const SalesforceAnswer&);

/// A letter for each domain (phrases/letter.h), and the domains without Salesforce mail.
void write_letters(std::ostream&, const SalesforceAnswer&, const TableStyle&);

}  // namespace dmarcq

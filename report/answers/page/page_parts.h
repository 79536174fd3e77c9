// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>

#include "report/answers/page/page_data.h"
#include "report/answers/page/page_rows.h"

namespace dmarcq {

// The parts of a page. They fill in what is theirs of it.

// From the mail of its domains.
void fill_senders(StakeholderPage&, const PageQuestion&);
void fill_changes(StakeholderPage&, Snapshot&, const PageQuestion&);
/// From verdicts and findings: the first of what is to be done.
void fill_actions(StakeholderPage&);

/// What the page shows folded away, from rows and reports: reporters, Salesforce's routes, findings
/// and how they changed, addresses, problems. Needs the window. `others`: policy domains that the
/// question's names take in and the page is not about.
void fill_appendix(StakeholderPage&, Snapshot&, const PageQuestion&,
                   const std::set<std::string>& others, Day today);

}  // namespace dmarcq

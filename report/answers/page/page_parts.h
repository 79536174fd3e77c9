// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/answers/page/page_rows.h"

namespace dmarcq {

// The parts of a page, each made from the judged rows. They fill in what is theirs of the page.

/// "Salesforce Marketing Cloud", "Unknown sender": what senders are listed by.
std::string sender_label(std::string_view service, std::string_view route);
std::string sender_label(const Sender&);
/// Routes as Salesforce calls its products.
std::string route_label(std::string_view route);

/// Reporters by day. Reports, not rows: a report without records is still a sign of life.
void fill_reports(StakeholderPage&, Snapshot&, const PageWindow&);
void fill_volume(StakeholderPage&, PageRows&);  ///< the chart, and the totals
void fill_trends(StakeholderPage&, const PageRows&);
void fill_dispositions(StakeholderPage&, PageRows&);
void fill_salesforce(StakeholderPage&, PageRows&);
void fill_findings(StakeholderPage&, const Judgement&);
void fill_sources(StakeholderPage&, PageRows&, std::size_t most);
void fill_changes(StakeholderPage&, PageRows&, Snapshot&, const PageQuestion&);
void fill_problems(StakeholderPage&, PageRows&, Snapshot&);

}  // namespace dmarcq

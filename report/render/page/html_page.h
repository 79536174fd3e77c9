// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/answers/page/stakeholder_page.h"
#include "report/render/page/html_dom.h"

namespace dmarcq {

/// The stakeholders' page: one HTML5 document that needs nothing else, neither a network nor
/// scripts. Equal values give equal bytes.
std::string html_page(const StakeholderPage&);

// Its parts, in the order of the page; each adds one section or none.
void add_decision(Element main, const StakeholderPage&);  // html_page_decision.cc
void add_gates(Element main, const StakeholderPage&);
void add_volume(Element main, const StakeholderPage&);      // html_page_volume.cc
void add_salesforce(Element main, const StakeholderPage&);  // html_page_senders.cc
void add_other_findings(Element main, const StakeholderPage&);
void add_sources(Element main, const StakeholderPage&);
void add_changes(Element main, const StakeholderPage&);  // html_page_record.cc
void add_dispositions(Element main, const StakeholderPage&);
void add_problems(Element main, const StakeholderPage&);
void add_method(Element main, const StakeholderPage&);

/// One sentence on all domains together, for the page's head and for the subject of a mail; and
/// what to do first.
struct Headline {
  DomainVerdict::State state{};
  std::string sentence, next_step;
};
Headline headline(const StakeholderPage&);

/// The domains as a title names them: "example.com", "example.com and 3 more".
std::string covered_domains(const StakeholderPage&);
/// The title that was asked for, or one that names the domains.
std::string page_title(const StakeholderPage&);

}  // namespace dmarcq

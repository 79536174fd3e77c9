// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/answers/page/stakeholder_page.h"
#include "report/render/page/html_dom.h"

namespace dmarcq {

/// The stakeholders' page: one HTML5 document that needs nothing else, neither a network nor
/// scripts. Equal values give equal bytes.
std::string html_page(const StakeholderPage&);

/// The head of a document that may load, run, frame and send nothing but its own style sheet, and
/// the body to fill.
Element start_document(Element html, std::string_view title);

// The parts of the page, in its order; each adds one section or none.
void add_status(Element main, const StakeholderPage&);  // html_page_decision.cc
void add_decision(Element main, const StakeholderPage&);
void add_domains(Element main, const StakeholderPage&);
void add_failing_mail(Element main, const StakeholderPage&);  // html_page_mail.cc
void add_senders(Element main, const StakeholderPage&);
void add_spoofing(Element main, const StakeholderPage&);
void add_changes(Element main, const StakeholderPage&);
/// Folded away, and not printed.
void add_appendix(Element main, const StakeholderPage&);  // html_page_appendix.cc

/// One sentence on all domains together, for the page's head and for the subject of a mail.
struct Headline {
  DomainVerdict::State state{};
  std::string sentence;
  std::string next_step;  ///< where there is no action: why there is none
};
Headline headline(const StakeholderPage&);

/// One of the four figures at the head of page and mail.
struct StatusTile {
  std::string name;    ///< "Protection"
  std::string figure;  ///< "quarantine", "99.9 %"
  std::string of;      ///< what it is of
  std::string change;  ///< against the period before; "" when there is nothing to compare with
};
/// Protection, own mail delivered, spoofing held back, how fresh the reports are.
std::vector<StatusTile> status_tiles(const StakeholderPage&);

/// What a list of senders says beside a name: what to do about it, or that it is new or gone.
std::string action_of(const SenderMail&);

/// The domains as a title names them: "example.com", "example.com and 3 more".
std::string covered_domains(const StakeholderPage&);
/// The title that was asked for, or one that names the domains.
std::string page_title(const StakeholderPage&);

}  // namespace dmarcq

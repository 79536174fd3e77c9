// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/answers/page/stakeholder_page.h"

namespace dmarcq {

/// "DKIM reported as not aligned: …"
std::string words_of(const Disagreement&);
/// "example.com: Salesforce Core, core-no-dkim"
std::string words_of(const Changes::OfFinding&);

/// What changed since the period before: policies, senders, findings, notes; a line each.
std::vector<std::string> change_words(const StakeholderPage&);
/// What to know of the reports that the figures rest on; a line each.
std::vector<std::string> problem_words(const StakeholderPage&);

/// Windows, dates of the data that was judged by, thresholds, definitions: term and explanation.
std::vector<std::pair<std::string, std::string>> method_words(const StakeholderPage&);

}  // namespace dmarcq

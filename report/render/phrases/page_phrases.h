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

/// Windows, dates of the data that was judged by, thresholds, definitions: term and explanation.
std::vector<std::pair<std::string, std::string>> method_words(const StakeholderPage&);

}  // namespace dmarcq

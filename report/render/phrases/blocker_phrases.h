// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/readiness/blockers.h"

namespace dmarcq {

struct BlockerPhrases {
  std::string sender;            ///< "Salesforce core", "3 more Salesforce orgs", "DNS"
  std::string text;              ///< what is the matter, complete sentences
  std::vector<std::string> fix;  ///< steps; empty where only time helps, or nothing is known
  std::string verify;            ///< what reports show once it is cured; may be empty
};
BlockerPhrases phrases_of(const Blocker&);

/// The same in a few words, for a list of domains: "Salesforce core: 12 of 812 fail".
std::string brief_of(const Blocker&);

}  // namespace dmarcq

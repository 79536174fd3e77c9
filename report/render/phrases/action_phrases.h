// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/page/stakeholder_page.h"

namespace dmarcq {

/// What is the matter with a sender, in words that follow its name: "no DKIM signature of your
/// domain".
std::string_view title_of(FindingCode);

/// Something to do, for those who decide and for those who do it.
struct ActionPhrases {
  std::string title;      ///< "Salesforce Core: no DKIM signature of your domain"
  std::string who;        ///< "Salesforce administrator, DNS administrator", "you"
  std::string impact;     ///< complete sentences
  std::string done_when;  ///< what later reports show, without a full stop
  std::string cause;      ///< complete sentences; may be empty
  std::vector<std::string> steps;
  std::string record_name, record;  ///< a TXT record to publish; "" where there is none
  std::string_view code;            ///< of a finding; "" without
  std::vector<std::string_view> references;
};
ActionPhrases phrases_of(const PageAction&, const DomainVerdict&);

}  // namespace dmarcq

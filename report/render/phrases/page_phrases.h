// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/answers/page/stakeholder_page.h"

namespace dmarcq {

/// A verdict in sentences.
struct VerdictWords {
  std::string sentence, next_step;  ///< complete sentences; "" where there is nothing to say
  std::string brief;  ///< the sentence's reason, for a table that already names domain and state
};
VerdictWords words_of(const DomainVerdict&);

/// "quarantine": the policy that a domain was judged for; "" where it was not judged.
std::string target_of(const DomainVerdict&);

/// The TXT record that a domain should publish next.
struct RecordToPublish {
  std::string name;  ///< of the record: below it, at _dmarc
  std::string text;
};
std::optional<RecordToPublish> record_to_publish(const DomainVerdict&);

/// "DKIM reported as not aligned: …"
std::string words_of(const Disagreement&);
/// "example.com: Salesforce Core, core-no-dkim"
std::string words_of(const Changes::OfFinding&);

/// Windows, dates of the data that was judged by, thresholds, definitions: term and explanation.
std::vector<std::pair<std::string, std::string>> method_words(const StakeholderPage&);

}  // namespace dmarcq

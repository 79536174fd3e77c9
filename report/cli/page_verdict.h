// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "report/analysis/diagnosis.h"
#include "report/render/stakeholder_page.h"
#include "store/queries.h"
#include "store/store.h"

namespace dmarcq {

/// What is known of the window when its verdicts are reached.
struct VerdictInput {
  Store& store;
  Dictionary& dictionary;
  const std::vector<DomainSummary>& summaries;
  std::span<const SourceRow> rows;
  const Judgement& judgement;
  const DaySeries& series;
  Identifier& identifier;
  const StakeholderPage& page;   ///< all but verdicts, title and method
  Day today;
};

/// A verdict for each policy domain with reports, by name.
std::vector<DomainVerdict> page_verdicts(const VerdictInput&);
/// Windows, dates of the data that was judged by, thresholds, definitions.
std::vector<std::pair<std::string, std::string>> method_lines(const StakeholderPage&);

}  // namespace dmarcq

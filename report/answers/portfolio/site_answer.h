// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "report/answers/page/page_data.h"

namespace dmarcq {

/// A domain in the index of a site of pages.
struct SiteLine {
  std::string domain;
  DomainVerdict verdict;
  GroupCounts now{}, before{};
  std::vector<PassFail> own;         ///< mail of the owner's, by period of its page
  std::optional<PageAction> action;  ///< what is to be done first
  std::optional<Day> last_report_day;
};

/// Called by several threads; `place` is into the domains.
using SeePage = std::function<void(std::size_t place, const StakeholderPage&)>;

/// The page of each of these domains, in parallel, shown to `see`; and what the index says of them,
/// most urgent first. Names that the record of another one governs have no line. Windows and limits
/// are those of the question.
std::vector<SiteLine> site_answer(Snapshot&, const std::vector<std::string>& domains,
                                  const PageQuestion&, Day today, const SeePage& see);

}  // namespace dmarcq

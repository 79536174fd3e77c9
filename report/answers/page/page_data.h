// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/readiness/readiness.h"
#include "report/answers/page/stakeholder_page.h"
#include "store/queries.h"

namespace dmarcq {

/// What a stakeholders' page is asked for.
struct PageQuestion {
  std::vector<std::string> domains;  ///< these and those below; empty: all
  /// Without either: the days that readiness judges. `since` alone: up to yesterday, so that
  /// silence shows.
  std::optional<Day> since, until;
  std::string title;     ///< "": made from the domains
  std::size_t top = 25;  ///< sources listed
  ReadinessLimits limits;
  Resolver* dns = nullptr;  ///< as in ReadinessQuestion
  bool exactly = false;  ///< the verdicts are of these domains alone, not of policy domains below
  const MailHistory* history = nullptr;  ///< as in PortfolioQuestion
};

/// The verdicts are readiness' own; so are the figures, where the window is of the days that it
/// judges. What is compared lies in as many days before the window.
StakeholderPage page_data(Snapshot&, const PageQuestion&, Day today);

}  // namespace dmarcq

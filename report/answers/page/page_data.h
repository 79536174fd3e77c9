// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "parser/network_book.h"
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
  bool exactly = false;     ///< these domains alone, not policy domains below that stand for
                            ///< themselves
  std::string generated;    ///< StakeholderPage::generated
  const MailHistory* history = nullptr;   ///< as in PortfolioQuestion
  const NetworkBook* networks = nullptr;  ///< as in SourcesQuestion
};

/// The domains that have verdicts: policy domains that the question names or that lie below, and
/// names without reports filed under them, whose mail is filed under the domain above.
std::vector<std::string> page_domains(Snapshot&, const PageQuestion&);

/// The verdicts are readiness' own; so are the figures, where the window is of the days that it
/// judges. What is compared lies in as many days before the window.
StakeholderPage page_data(Snapshot&, const PageQuestion&, Day today);

}  // namespace dmarcq

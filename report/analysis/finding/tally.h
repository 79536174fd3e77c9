// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "report/analysis/finding/diagnose.h"
#include "report/analysis/finding/selector_health.h"

namespace dmarcq {

/// What findings are counted from. `rows`, `names` and Judgement::rows are parallel.
struct TallyInput {
  std::span<const SourceRow> rows;
  std::span<const IdentityNames* const> names;
  const Judgement& judgement;                     ///< with the codes of its rows
  std::span<const std::uint64_t> route_messages;  ///< parallel to Judgement::routes
  const SelectorRecords& records;
  const SelectorCodes& selectors;
  const Identifier& identifier;
};

/// One finding for each code of each route line, by route line, then code.
std::vector<Finding> findings_of(const TallyInput&);

}  // namespace dmarcq

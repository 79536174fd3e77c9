// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "report/analysis/finding/alignment_check.h"
#include "report/answers/base/selection.h"

namespace dmarcq {

/// Where the reporters' aligned results and those recomputed from their raw results differ
/// (report/analysis/finding/alignment_check.h).
struct DisagreementsAnswer {
  struct One {
    Disagreement what;
    std::string reporter;
  };
  std::vector<One> list;       ///< by domain, then most messages first
  std::size_t shown = 0;       ///< so many of them, by the selection's limit
  std::uint64_t messages = 0;  ///< of all rows compared
};
DisagreementsAnswer disagreements_answer(Snapshot&, const Selection&, Day today);

}  // namespace dmarcq

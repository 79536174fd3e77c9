// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "parser/network_book.h"
#include "report/answers/base/selection.h"
#include "report/answers/source_grouper.h"

namespace dmarcq {

struct SourcesQuestion {
  Selection selection;
  GroupBy by = GroupBy::source;
  Day today = 0;
  const NetworkBook* networks = nullptr;  ///< of [geo], to be shown; null: none
};

/// Messages of several groups, and the days that they are of.
struct GroupTotals {
  std::size_t groups = 0;
  Totals totals;
  std::optional<Day> first_day, last_day;
};

struct SourcesAnswer {
  SourcesQuestion question;
  std::vector<SourceGroup> lines;  ///< as the selection sorts them; equal ones by group
  std::size_t shown = 0;           ///< so many of them, by the selection's limit
  GroupTotals all;                 ///< of all lines
  std::uint64_t addresses = 0;     ///< distinct
  /// What there is instead, where failures were asked for and nothing fails.
  std::optional<GroupTotals> without_failure;
};

/// Reads, identifies, groups, and drops what the selection does not want. A source's name is
/// learned from all rows of its organizational domain within 30 days of the window, whatever the
/// other filters: the name must not depend on them.
SourcesAnswer sources_answer(Snapshot&, const SourcesQuestion&);

}  // namespace dmarcq

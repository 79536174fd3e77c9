// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/analysis/finding/day_series.h"
#include "report/analysis/finding/diagnose.h"
#include "report/analysis/readiness/timeline.h"
#include "report/answers/page/page_data.h"
#include "report/answers/page/stakeholder_page.h"
#include "store/queries.h"

namespace dmarcq {

/// The days of a page, and the policies in force at their end.
struct PageWindow {
  Period days;
  Filter filter;  ///< its rows
  Day today = 0;
  std::map<std::string, SeenPolicy> policies;
  std::set<std::string> others;  ///< policy domains that the filter takes in and the page does not
};

/// The rows of a page's window, read in one pass and judged: what the appendix looks at. Stays
/// where it is made: the lookup of the Identifier points into it.
class PageRows {
 public:
  /// How many messages of a row are of one day.
  struct Cell {
    Day day;
    std::uint32_t row;
    std::uint64_t messages;
  };
  /// The window outlives it.
  PageRows(Snapshot&, const PageWindow&);
  PageRows(const PageRows&) = delete;
  PageRows& operator=(const PageRows&) = delete;

  const std::vector<SourceRow>& rows() const { return rows_; }
  const std::vector<Cell>& cells() const { return cells_; }  ///< days ascending within a domain
  const Judgement& judgement() const { return judgement_; }
  const DaySeries& days() const { return *days_; }
  Identifier& identifier() { return *identifier_; }
  Dictionary& dictionary() { return dictionary_; }

  /// The rows of as many days before the window, judged by what was learned for it.
  struct Before {
    std::vector<SourceRow> rows;
    Judgement judgement;
  };
  Before before(Snapshot&, const Period&);

 private:
  RowLookup lookup();
  void read(Snapshot&);
  bool is_other(const SourceRow& row) const {
    return !window_.others.empty() && window_.others.contains(dictionary_.domain(row.domain));
  }
  void judge_days(Snapshot&);
  const PageWindow& window_;
  Dictionary& dictionary_;
  std::vector<AccountName> accounts_;
  std::optional<Identifier> identifier_;
  std::vector<SourceRow> rows_;
  std::vector<Cell> cells_;
  std::vector<SourceRow> context_;  ///< what the rows are judged in, where the filter leaves
                                    ///< something out
  /// All rows from that day to the window's first, where they were read for learning.
  std::optional<std::pair<Day, std::vector<SourceRow>>> learned_before_;
  Judgement judgement_;
  std::optional<DaySeries> days_;
};

}  // namespace dmarcq

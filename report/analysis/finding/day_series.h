// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "report/analysis/finding/diagnose.h"
#include "store/base/flat_index.h"

namespace dmarcq {

/// Messages by day for each route line of a Judgement.
class DaySeries {
 public:
  /// All must outlive the series.
  DaySeries(const Judgement&, std::span<const SourceRow>, const RowLookup&);
  /// As each_source_day() gives them. Rows that were not judged are ignored.
  void add(Day, const SourceRow&);
  struct Cell {
    Totals totals;
    CodeSet codes;               ///< seen that day, by FindingCode
    std::uint64_t own_core = 0;  ///< messages of Core that are direct and not another tenant's
  };
  const std::map<Day, Cell>& route(std::uint32_t route_line) const { return routes_[route_line]; }

 private:
  friend void judge_days(Judgement&, const DaySeries&);
  const Judgement& judgement_;
  const RowLookup& lookup_;
  std::span<const SourceRow> rows_;
  FlatIndex index_;  ///< of the rows
  std::vector<std::map<Day, Cell>> routes_;
  std::vector<std::pair<Day, Cell*>> last_;  ///< days come in order, so the last cell is mostly the
                                             ///< next one too
};

/// Adds `core-vanished` as far as the first and last days of rows show it. judge_days() does it
/// better.
void find_vanished(Judgement&, std::span<const SourceRow>);

/// What only days can show: exact days of findings, and `core-vanished` with the rhythm of the
/// route known.
void judge_days(Judgement&, const DaySeries&);

/// The policy domains whose own mail of Core stopped within these days, out of the rhythm that they
/// show, while other mail went on: a longer look may show `core-vanished`, for which these days
/// hold too little of its life before. Those that have it already are left out.
std::vector<std::string> core_fell_silent(const Judgement&, const DaySeries&);
/// Takes over the findings `core-vanished` of a judgement that looked further back, at routes that
/// both have.
void take_vanished(Judgement&, const Judgement& longer);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/comparison.h"
#include "store/queries.h"

namespace dmarcq {

struct CompareQuestion {
  std::string domain;
  std::optional<Day> at;  ///< the day of the change, where only that was given
  DaySpan before, after;
  Day today = 0;
};

struct CompareAnswer {
  CompareQuestion question;  ///< with the days that were compared
  bool is_complete = true;   ///< false: days after the change are left out, as their reports are
                             ///< not all there yet
  Comparison comparison;
  std::vector<Note> notes;  ///< of the days from the first to the last
};

/// One side has no mail to hold the other against.
struct NothingToCompare {
  bool after = false;              ///< the side: after the change, else before
  DaySpan span;                    ///< its days; none where they are not complete yet
  std::optional<DaySpan> reports;  ///< the days near these that have reports
};

std::expected<CompareAnswer, NothingToCompare> compare_answer(Snapshot&, CompareQuestion);

}  // namespace dmarcq

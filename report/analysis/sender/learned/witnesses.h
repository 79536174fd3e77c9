// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "store/model.h"

namespace dmarcq {

/// Who vouches for something that was learned from reports. Anyone can mail a report (RFC 9990
/// section 8), so what one unknown reporter says may explain that reporter's own rows, and no
/// others.
class Witnesses {
 public:
  void add(const ReporterSet& reporters) {
    for (const std::uint32_t reporter : reporters) add(reporter);
  }
  void add(std::uint32_t reporter) {
    if (first_ == none)
      first_ = reporter;
    else if (reporter != first_)
      several_ = true;
  }
  void add(const Witnesses& others) {
    several_ |= others.several_;
    if (others.first_ != none) add(others.first_);
  }
  bool several() const { return several_; }
  /// The one reporter; meaningful unless several().
  std::uint32_t first() const { return first_; }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  std::uint32_t first_ = none;
  bool several_ = false;
};

/// What was learned of an address speaks for rows of it so many days before and after; so names in
/// a window are learned from so many days beyond it.
inline constexpr Day learn_days = 30;

/// Was seen from `first` to `last`: does that speak for a row, at most learn_days off?
inline bool is_near(Day first, Day last, const SourceRow& row) {
  return first - learn_days <= row.last_day && last + learn_days >= row.first_day;
}

/// Which reporters have a history here: a single forged report covers a day, a reporter's own rows
/// span weeks.
class ReporterHistory {
 public:
  static constexpr Day history_days = 14;

  void add(const SourceRow& row) {
    if (!several_ && !row.reporters.empty()) {
      several_ = row.reporters.size() > 1 || (one_ != none && one_ != row.reporters.front());
      one_ = row.reporters.front();
    }
    // A row that several reporters share does not tell on which of its days each of them saw it.
    if (row.reporters.size() != 1) return;
    add(row.reporters.front(), row.first_day, row.last_day);
  }
  /// The reporter reported of the owner's mail on both of these days.
  void add(std::uint32_t reporter, Day first, Day last) {
    if (reporter >= spans_.size()) spans_.resize(reporter + 1);
    Span& span = spans_[reporter];
    if (span.last == 0) span = {first, last};
    span.first = std::min(span.first, first);
    span.last = std::max(span.last, last);
  }

  /// Two reporters agree, or the one has a history, or there is no other reporter at all.
  bool trusts(const Witnesses& witnesses) const {
    if (witnesses.several() || !several_) return true;
    const std::uint32_t one = witnesses.first();
    return one < spans_.size() && spans_[one].last - spans_[one].first >= history_days;
  }
  /// May it explain this row? What is not trusted still explains the rows of the reporter who said
  /// it.
  bool speaks_for(const Witnesses& witnesses, const SourceRow& row) const {
    return trusts(witnesses) ||
           (row.reporters.size() == 1 && row.reporters.front() == witnesses.first());
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  struct Span {
    Day first = 0, last = 0;
  };
  std::vector<Span> spans_;  ///< by reporter, whose keys are dense
  std::uint32_t one_ = none;
  bool several_ = false;
};

}  // namespace dmarcq

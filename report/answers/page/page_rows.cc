// SPDX-License-Identifier: MIT
#include "report/answers/page/page_rows.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "report/answers/base/dictionary_lookup.h"
#include "report/answers/base/judged_window.h"
#include "report/answers/base/timeline_reader.h"
#include "store/base/flat_index.h"
#include "store/base/source_key.h"

namespace dmarcq {
namespace {

/// The verdicts have the other processor, and are what takes longest.
constexpr std::int64_t alone = std::numeric_limits<std::int64_t>::max();

/// Each distinct source once, and how it is spread over the days.
class RowCollector {
 public:
  RowCollector(std::vector<SourceRow>& rows, std::vector<PageRows::Cell>& cells)
      : rows_(rows), cells_(cells) {}
  void add(Day day, const SourceRow& row) {
    const auto [position, added] =
        index_.find_or_add(hash_of_source(row), static_cast<std::uint32_t>(rows_.size()),
                           [&](std::uint32_t at) { return same_source(rows_[at], row); });
    if (added) {
      rows_.push_back(row);
    } else {
      rows_[position].merge(row);
    }
    cells_.push_back({day, position, row.messages});
  }

 private:
  std::vector<SourceRow>& rows_;
  std::vector<PageRows::Cell>& cells_;
  FlatIndex index_;
};

}  // namespace

PageRows::PageRows(Snapshot& snapshot, const PageWindow& window)
    : window_(window),
      dictionary_(snapshot.dictionary()),
      accounts_(account_names(snapshot, Trust::contradictory)) {
  RowLookup known = lookup();
  known.accounts = accounts_;
  identifier_.emplace(std::move(known), owner_of(snapshot));
  read(snapshot);
  if (rows_.empty()) context_.clear();
  judgement_ = judge(rows_, *identifier_, context_);
  judge_days(snapshot);
}

RowLookup PageRows::lookup() {
  RowLookup lookup = lookup_of(dictionary_);
  lookup.policy = [this](std::int64_t key) -> const PolicyPublished* {
    const auto found = window_.policies.find(dictionary_.domain(key));
    return found == window_.policies.end() ? nullptr : &found->second.published;
  };
  return lookup;
}

void PageRows::read(Snapshot& snapshot) {
  RowCollector collector(rows_, cells_);
  each_source_day(snapshot, window_.filter, [&](Day day, const SourceRow& row) {
    if (!is_other(row)) collector.add(day, row);
  });
  const LearnedFrom from = learned_from(window_.filter);
  const bool own_rows = from.own_rows && window_.others.empty();
  if (!own_rows) context_ = sources(snapshot, from.context, alone);
  identifier_->learn(own_rows ? rows_ : context_);
  for (const Filter& other : from.others) {
    std::vector<SourceRow> rows = sources(snapshot, other, alone);
    identifier_->learn(rows);
    if (own_rows && other.until == window_.days.first - 1)
      learned_before_ = {*other.since, std::move(rows)};
  }
}

void PageRows::judge_days(Snapshot& snapshot) {
  days_.emplace(judgement_, rows_, identifier_->lookup());
  for (const Cell& cell : cells_) {
    SourceRow& row = rows_[cell.row];
    // The row as of that day, without copying it.
    const std::uint64_t all = std::exchange(row.messages, cell.messages);
    days_->add(cell.day, row);
    row.messages = all;
  }
  dmarcq::judge_days(judgement_, *days_);
  judge_vanished(snapshot, window_.filter, window_.today, judgement_, *days_);
}

PageRows::Before PageRows::before(Snapshot& snapshot, const Period& days) {
  Before before;
  if (learned_before_ && learned_before_->first == days.first)
    before.rows = std::move(learned_before_->second);
  else
    before.rows = sources(
        snapshot, {.domains = window_.filter.domains, .since = days.first, .until = days.last},
        alone);
  std::erase_if(before.rows, [&](const SourceRow& row) { return is_other(row); });
  before.judgement = judge(before.rows, *identifier_);
  return before;
}

}  // namespace dmarcq

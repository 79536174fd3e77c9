// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "store/snapshot.h"

namespace dmarcq {

/// The key of a row: see the essay in schema.cc.
struct RowKey {
  static constexpr int row_bits = 28, day_bits = 16, domain_bits = 19;
  static constexpr std::int64_t max_domain = (std::int64_t{1} << domain_bits) - 1;
  static constexpr std::int64_t max_day = (std::int64_t{1} << day_bits) - 1;
  static constexpr std::int64_t max_rows = std::int64_t{1} << row_bits;

  static constexpr std::int64_t domain_day(std::int64_t domain, Day day) {
    return (domain << day_bits) | day;
  }
  static constexpr std::int64_t first(std::int64_t domain, Day day) {
    return domain_day(domain, day) << row_bits;
  }
  static constexpr std::int64_t domain_day_of(std::int64_t key) { return key >> row_bits; }
  static constexpr std::int64_t domain_of(std::int64_t key) { return key >> (row_bits + day_bits); }
  static constexpr Day day_of(std::int64_t key) {
    return static_cast<Day>((key >> row_bits) & max_day);
  }
};

inline constexpr const char* too_many_rows = "more than 268,435,456 records for one domain and day";
static_assert(RowKey::max_rows == 268'435'456);

/// Domain-days whose keys lie between these, both included.
struct KeyRange {
  std::int64_t first, last;
};

/// The ranges of domain-days. Those that touch are one: a question about everything is one range
/// where domains have no gaps.
inline std::vector<KeyRange> ranges_of(std::span<const DomainDays> list) {
  std::vector<KeyRange> ranges;
  for (const DomainDays& days : list) {
    if (days.since > days.until) continue;
    const KeyRange range{RowKey::domain_day(days.domain, days.since),
                         RowKey::domain_day(days.domain, days.until)};
    if (!ranges.empty() && ranges.back().last + 1 == range.first)
      ranges.back().last = range.last;
    else
      ranges.push_back(range);
  }
  return ranges;
}

}  // namespace dmarcq

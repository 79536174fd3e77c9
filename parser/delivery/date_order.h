// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "parser/calendar.h"

namespace dmarcq {

/// Which number of a date like "3/06/2026" or "03.06.2026" is the day.
enum class DateOrder : std::uint8_t { day_first, month_first };
std::string_view to_text(DateOrder) noexcept;  ///< "day-first", "month-first"
std::optional<DateOrder> date_order_from(std::string_view word) noexcept;

/// What many dates of one file tell of their order. Parts of a file can be looked at apart and
/// merged.
class DateOrderEvidence {
 public:
  /// Texts that are no such date, ISO dates among them, tell nothing.
  void add(std::string_view text);
  void merge(const DateOrderEvidence&);

  struct Decision {
    DateOrder order = DateOrder::day_first;
    bool guessed = false;  ///< the dates fit both orders
  };
  /// A number above 12 decides. Else the order under which all dates lie within 31 days while the
  /// other needs more (a log file holds 30 days). Else the one whose last date is nearest to the
  /// reference day and not after it: the day of the export, or today. Else day first.
  Decision decide(std::optional<Day> reference = std::nullopt) const;

 private:
  struct Span {
    Day first = 0, last = 0;
  };
  std::uint64_t day_first_ = 0, month_first_ = 0;  ///< dates that fit only one order
  std::uint64_t ambiguous_ = 0;                    ///< that fit both, and are two different days
  std::uint64_t dates_ = 0;
  Span as_day_first_, as_month_first_;  ///< of the dates that fit both orders
};

/// The time that a text of a log or an event gives, in any of the forms that occur:
///   2026-11-24 07:40:00 · 2026-11-24T07:40:00.000Z · …+01:00 · …+0100 · 2026-11-24
///   3/06/2026 13:37 · 03.06.2026 1:37:05 PM · 3-6-2026 (by `order`)
///   Tue, 24 Nov 2026 07:40:00 +0100 · Nov 24 2026 7:40AM · November 24, 2026
///   1790235600 · 1790235600.25 · 1790235600123 (seconds or milliseconds since 1970)
/// A text without an offset is `offset` seconds east of UTC. Nothing for all else, and for years
/// before 1970 or after 2149.
std::optional<EpochSeconds> time_from_text(std::string_view text, DateOrder order,
                                           EpochSeconds offset = 0);

/// Equal for the two times that a text may give in the two orders: of a day and a month that may be
/// swapped, the smaller one is the month.
EpochSeconds order_free_time(EpochSeconds, EpochSeconds offset = 0);

}  // namespace dmarcq

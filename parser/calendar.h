// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// Seconds since 1970-01-01T00:00:00Z.
using EpochSeconds = std::int64_t;
/// Days since 1970-01-01, UTC. 0 … 65,535 (2149-06-06) are storable.
using Day = std::int32_t;

/// The UTC day in which the middle of a window lies: the day that a report's rows are counted under
/// (DESIGN section 2).
Day day_of_window(EpochSeconds begin, EpochSeconds end);
/// "2026-11-21T08:00:00Z"
std::string rfc3339(EpochSeconds);
/// "2026-11-21"
std::string iso_date(Day);
/// From "2026-11-21"; rejects what is no date.
std::optional<Day> day_from_text(std::string_view);
/// 1 for "Jan", "january" and what stands between.
std::optional<int> month_from_word(std::string_view);
/// Hours east of UTC for "GMT", "pdt", "CET": the words of RFC 5322 section 4.3, and what logs
/// write.
std::optional<int> zone_from_word(std::string_view);

}  // namespace dmarcq

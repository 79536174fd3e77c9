// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "parser/calendar.h"

namespace dmarcq {

/// The day that it is now, UTC. The environment variable DMARCQ_TODAY (2026-11-21) stands in for
/// the clock, for tests and for reproducing an answer. Throws UsageError when it is no date.
Day today();
/// Seconds since 1970, UTC, by this machine's clock.
EpochSeconds unix_now();
/// The time that it is now; noon of `today` where DMARCQ_TODAY stands in for the clock.
EpochSeconds now_seconds(Day today);

/// A day as people name it: "2026-10-01", "today", "yesterday", or so long before today: "30d",
/// "12w", "6mo", "1y". Months and years go back by the calendar, to the last day of a shorter
/// month. Throws UsageError naming the flag; nothing is guessed.
Day day_argument(std::string_view flag, std::string_view text, Day today);

}  // namespace dmarcq

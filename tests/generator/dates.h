// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

namespace dmarcq::generator {

/// Days and seconds since 1970-01-01T00:00:00Z.
using Day = int;
using Seconds = std::int64_t;
inline constexpr Seconds seconds_per_day = 86'400;

Day day_of(int year, unsigned month, unsigned day);
/// 0 is Sunday.
unsigned weekday(Day);
inline Seconds midnight(Day day) { return day * seconds_per_day; }

/// "2026-08-03"
std::string iso_date(Day);
/// "20260803", as some report ids begin
std::string compact_date(Day);
/// "Mon, 03 Aug 2026 16:59:59 -0700": the Date header of a sender that many hours from UTC
std::string rfc5322_date(Seconds, int zone_hours = 0);
/// "Mon Aug  3 16:59:59 2026": the end of an mbox `From ` line (asctime, UTC)
std::string mbox_date(Seconds);
/// Date and time of a zip member, packed as MS-DOS did (two-second steps)
std::uint32_t dos_date_time(Seconds);

}  // namespace dmarcq::generator

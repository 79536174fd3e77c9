// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/base/text.h"  // with_thousands(), counted()
#include "parser/calendar.h"
#include "report/render/phrases/percent.h"  // percent(), pass_rate()

namespace dmarcq {

// Numbers as people read them. Machine formats never use these.

/// "812 bytes", "1.9 GB"
std::string bytes_text(std::uint64_t);
/// "0:07", "12:40", "1:02:03"
std::string duration_text(double seconds);
/// "2026-08-24 to 2026-11-21 (UTC days)", or "2026-11-21 (UTC)" for one day.
std::string days_text(Day first, Day last);
/// "2 records (40 messages) left out: without a usable address or count"
std::string unusable_words(std::uint64_t records, std::uint64_t messages);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/base/text.h"  // with_thousands(), counted()

namespace dmarcq {

// Numbers as people read them. Machine formats never use these.

/// "97.2 %", never more certain than the count is: 100 % and 0 % are said only of nothing else, and rounding never reaches
/// them ("99.9 %", "<0.1 %").
std::string percent(std::uint64_t part, std::uint64_t whole);
/// The rate of messages that pass, in honest words: "97.2 %", "no failure in 812", "none of 35", "–" for nothing.
std::string pass_rate(std::uint64_t passed, std::uint64_t messages);
/// "812 bytes", "1.9 GB"
std::string bytes_text(std::uint64_t);
/// "0:07", "12:40", "1:02:03"
std::string duration_text(double seconds);

}  // namespace dmarcq

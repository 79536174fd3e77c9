// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace dmarcq {

/// "97.2 %", never more certain than the count is: 100 % and 0 % are said only of nothing else, and
/// rounding never reaches them ("99.9 %", "<0.1 %"). "–" of nothing.
std::string percent(std::uint64_t part, std::uint64_t whole);
/// The rate of messages that pass, in honest words: "97.2 %", "no failure in 812", "none of 35",
/// "–" for nothing.
std::string pass_rate(std::uint64_t passed, std::uint64_t messages);
/// What fails of so many messages: "no failure in 812 messages", "155 of 905 messages fail DMARC",
/// "all 35 messages fail DMARC". `as` stands behind "messages": " as example.com".
std::string failure_words(std::uint64_t failed, std::uint64_t messages, std::string_view as = {});

}  // namespace dmarcq

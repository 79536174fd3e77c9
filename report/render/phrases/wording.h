// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace dmarcq {

/// The same words with a capital at the start, as a sentence has it.
std::string capitalized(std::string words);

/// The same words with a full stop, unless they end in a stop or a question mark.
std::string with_full_stop(std::string words);

/// "1 fails", "7 fail": the number with the verb that agrees with it.
std::string counted_verb(std::uint64_t number, std::string_view of_one, std::string_view of_many);

/// What a list leaves out and how to see it, in the same words everywhere: "3 sources more: leave
/// --limit out", "1 row more with fewer messages: --format json has all". `number`: counted().
std::string left_out_words(std::string_view number, std::string_view how = "leave --limit out",
                           std::string_view which = {});

/// "3 days"; a negative number is none.
std::string days_words(std::int64_t number);

/// A share as it was set: "0.2 %", "5 %".
std::string threshold_words(double share);

/// "no failure in 600 messages (at most 0.5 % fail, with 95 % confidence)", or "97.2 %, 12 of 430
/// fail". The bound is the rule of three.
std::string rate_words(std::uint64_t passed, std::uint64_t failed);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/answers/readiness_answer.h"

namespace dmarcq {

/// "ready", "not ready", "too little data"
std::string_view words_of(Verdict) noexcept;

/// How far the reports are to be trusted, and what the answer would be otherwise, in one sentence
/// or two; "" when all of them are trusted.
std::string trust_words(const TrustCounts&);

}  // namespace dmarcq

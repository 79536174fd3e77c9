// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/analysis/readiness/readiness.h"
#include "report/answers/readiness_answer.h"

namespace dmarcq {

/// "ready", "not ready", "too little data"
std::string_view words_of(Verdict) noexcept;

/// What to know besides, in complete sentences.
std::string sentence_of(const ReadinessNote&);

/// How far the reports that a verdict rests on are to be trusted.
std::string sentence_of(const TrustDoubt&);

}  // namespace dmarcq

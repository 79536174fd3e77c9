// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/answers/portfolio/domain_verdict.h"

namespace dmarcq {

/// "ready", "not ready", "too little data", "goal reached", "no reports"
std::string_view words_of(DomainVerdict::State) noexcept;

struct VerdictPhrases {
  std::string sentence, next_step;  ///< complete sentences; empty where there is nothing to say
};
VerdictPhrases phrases_of(const DomainVerdict&);

/// What stands most in the way of the target, in a few words; "" where nothing does.
std::string blocked_by(const DomainVerdict&);

/// What a record asks of receivers, for a line of a list: "p=quarantine; t=y". "" of no record.
std::string asked_by(const std::string& record);

}  // namespace dmarcq

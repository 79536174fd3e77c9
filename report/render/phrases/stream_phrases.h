// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/analysis/stream/standing.h"

namespace dmarcq {

/// "it arrives on working days, like business mail"; "" for none.
std::string_view rhythm_words(Rhythm) noexcept;

/// Why mail has its standing, a clause: "it is signed with a key of yours". The org id goes with
/// StandingReason::unclaimed_org.
std::string reason_words(const StandingExplanation&, std::string_view org_id = {});

}  // namespace dmarcq

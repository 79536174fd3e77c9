// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/generator/scenario.h"

// Two years in the life of the company, each with one thing to notice: 730 days until 2026-10-31,
// five reporters, modest volume. For tests of readiness, comparison and alerts.
namespace dmarcq::generator {

inline constexpr int history_days = 730;

// Days on which things happen, counted from the first.
inline constexpr int history_quarantine_day = 365;
inline constexpr int history_reject_day = 545;
inline constexpr int history_key_gone_day = 500, history_key_back_day = 560;
inline constexpr int history_sandbox_day = 480;
inline constexpr int history_wave_first_day = 600, history_wave_last_day = 620;
inline constexpr int history_silence_first_day = 400, history_silence_last_day = 460;
inline constexpr int history_last_word_day = 650;  ///< after it Comcast never reports again

/// none, then quarantine, then reject; all own mail passes throughout.
Scenario rollout_clean(std::uint64_t seed);
/// With the move to quarantine the zone was rewritten and 200608._domainkey was lost: Account
/// Engagement's mail is held.
Scenario rollout_breaks_account_engagement(std::uint64_t seed);
/// p=none; the key sf1 is missing from day 500 to 559.
Scenario vanished_key(std::uint64_t seed);
/// p=quarantine; from day 480 a sandbox sends as the company.
Scenario sandbox_starts_sending(std::uint64_t seed);
/// p=none; three weeks of spoofing, far more than all own mail.
Scenario spoofing_wave(std::uint64_t seed);
/// p=none; Google is silent for two months, Comcast for good.
Scenario silent_reporter(std::uint64_t seed);

std::vector<std::string> history_names();
/// Throws std::invalid_argument for an unknown name.
Scenario history(const std::string& name, std::uint64_t seed);

}  // namespace dmarcq::generator

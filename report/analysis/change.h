// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace dmarcq {

enum class Change { better, worse, noise, too_few, gone, appeared };
std::string_view to_text(Change) noexcept;  ///< "too_few"

/// The two-proportion z-test: pooled, two-sided. Messages of one campaign are not independent, so a
/// small p-value is a hint, no proof.
struct ZTest {
  double z = 0, p = 1;
  bool usable = false;  ///< every expected count is at least 5
};
ZTest two_proportions(std::uint64_t passed_before, std::uint64_t before, std::uint64_t passed_after,
                      std::uint64_t after);
inline constexpr double significance = 0.05;
inline constexpr std::string_view test_name = "two-proportion z-test (pooled, two-sided, 5 %)";

/// Messages that passed, of those that were judged.
struct PassedOf {
  std::uint64_t passed = 0, judged = 0;
};
/// The one rule for "better" and "worse": the z-test tells them from chance. `compare` and the page
/// ask here, of senders that are there before and after: never gone, nor appeared.
Change change_between(const PassedOf& before, const PassedOf& after);

}  // namespace dmarcq

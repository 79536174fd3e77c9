// SPDX-License-Identifier: MIT
#include "report/analysis/change.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, 6> change_words{"better",  "worse", "noise",
                                                       "too_few", "gone",  "new"};

}  // namespace

std::string_view to_text(Change change) noexcept {
  return change_words[static_cast<std::size_t>(change)];
}

ZTest two_proportions(std::uint64_t passed_before, std::uint64_t before, std::uint64_t passed_after,
                      std::uint64_t after) {
  ZTest test;
  if (before == 0 || after == 0) return test;
  const double n1 = static_cast<double>(before), n2 = static_cast<double>(after);
  const double p1 = static_cast<double>(passed_before) / n1,
               p2 = static_cast<double>(passed_after) / n2;
  const double pooled = static_cast<double>(passed_before + passed_after) / (n1 + n2);
  // The normal approximation needs five expected of each kind in each window.
  test.usable = std::min(n1, n2) * std::min(pooled, 1 - pooled) >= 5;
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  if (error <= 0) return test;
  test.z = (p2 - p1) / error;
  test.p = std::erfc(std::abs(test.z) / std::sqrt(2.0));
  return test;
}

Change change_between(const PassedOf& before, const PassedOf& after) {
  const bool none_failed = before.passed == before.judged && after.passed == after.judged;
  if (none_failed || before.passed + after.passed == 0) return Change::noise;
  const ZTest test = two_proportions(before.passed, before.judged, after.passed, after.judged);
  if (!test.usable) return Change::too_few;
  if (test.p >= significance) return Change::noise;
  return test.z > 0 ? Change::better : Change::worse;
}

}  // namespace dmarcq

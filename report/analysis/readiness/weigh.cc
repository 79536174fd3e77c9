// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/weigh.h"

#include <algorithm>
#include <vector>

namespace dmarcq {
namespace {

/// Messages below which the others' failures are not "in numbers".
constexpr std::uint64_t numbers = 100;

BadShare operator-(const BadShare& a, const BadShare& b) {
  return {a.part - b.part, a.whole - b.whole};
}

/// Do the others find the share well within the limit, and are there two of them at least?
bool alone_sees_failures(std::span<const BadShare> shares, const BadShare& all, std::size_t one,
                         double limit) {
  std::size_t others = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) others += i != one && shares[i].whole > 0;
  return others >= 2 && (all - shares[one]).share() <= limit / 2;
}

/// Do the others see failures far above the limit, whichever other one is left out as well?
bool alone_hides_failures(std::span<const BadShare> shares, const BadShare& all, std::size_t one,
                          double limit) {
  const auto far_above = [&](const BadShare& rest) {
    return rest.whole >= numbers && rest.share() > 2 * limit;
  };
  const BadShare rest = all - shares[one];
  if (!far_above(rest)) return false;
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (i != one && !far_above(rest - shares[i])) return false;
  return true;
}

}  // namespace

BadShare share_failing(const StreamCount& count) { return {count.fail, count.judged()}; }
BadShare share_by_spf_only(const StreamCount& count) { return {count.spf_only, count.judged()}; }

Weighed weigh(std::span<const StreamCount> by_reporter, Measure measure, double limit,
              const LeftOut& without) {
  std::vector<BadShare> shares;
  shares.reserve(by_reporter.size());
  BadShare all;
  for (const StreamCount& count : by_reporter) {
    if (count.reporter == without) continue;
    const BadShare one = shares.emplace_back(measure(count));
    all.part += one.part;
    all.whole += one.whole;
  }
  Weighed weighed{.fault = all.share() > limit, .aside = {}, .masked = {}};
  if (without) return weighed;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (weighed.fault ? !alone_sees_failures(shares, all, i, limit)
                      : !alone_hides_failures(shares, all, i, limit))
      continue;
    (weighed.fault ? weighed.aside : weighed.masked) = by_reporter[i].reporter;
    weighed.fault = !weighed.fault;
    return weighed;
  }
  return weighed;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/alerts.h"
#include "report/analysis/stream/streams.h"

namespace dmarcq {

inline constexpr Day alert_lookback_days = 120;
/// Long enough to pass over a day without mail, short enough to be news.
inline constexpr Day recent_days = 3;
inline constexpr Day news_days = 7;      ///< a new sender, a changed policy are news for so long
inline constexpr Day settled_days = 14;  ///< so much must be known before anything counts as new
inline constexpr Day baseline_days = 28;

/// What is known of one policy domain on the day of a check. The timeline and the question outlive
/// it.
struct DayFacts {
  std::string domain;
  Day begin = 0;  ///< first day with a report, of those looked at
  Day end = 0;    ///< last complete day
  Streams streams;
  std::vector<SeenPolicy> policies;
  const Timeline& timeline;
  const std::vector<ToldAlert>& told;

  /// Since when the alert is told and not cleared; nothing for one that is not.
  std::optional<Day> told_since(AlertCode, std::string_view source) const;
};
/// Nothing where there are no recent reports on the domain.
std::optional<DayFacts> day_facts(const Timeline&, const RowLookup&, const Owner&,
                                  const AlertQuestion&, const std::string& domain);

}  // namespace dmarcq

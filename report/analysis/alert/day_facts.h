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
/// A reporter is known once it reported on so many days: one report of an unknown one, which anyone
/// can write (RFC 9990 section 8), neither raises nor clears an alert. One in the name of a known
/// reporter counts, unless the receiver that the owner named says otherwise.
inline constexpr std::size_t known_days = 3;

/// What is known of one policy domain on the day of a check, from its known reporters. The timeline
/// and the question outlive it.
struct DayFacts {
  std::string domain;
  Day begin = 0;    ///< first day with a report, of those looked at
  Day end = 0;      ///< last complete day
  Streams streams;  ///< with the counts of known reporters only
  std::vector<SeenPolicy> policies;
  const Timeline& timeline;
  const std::vector<ToldAlert>& told;

  /// Since when the alert is told and not cleared; nothing for one that is not.
  std::optional<Day> told_since(AlertCode, std::string_view source) const;
  /// The policy, as seen last, holds mail that fails.
  bool holds_failing_mail() const;
};
/// Nothing where there are no recent reports of known reporters on the domain.
std::optional<DayFacts> day_facts(const Timeline&, const RowLookup&, const Owner&,
                                  const AlertQuestion&, const std::string& domain);

/// The rule speaks of the stream: it is the owner's. What was own when it was told of stays so,
/// even if the proof has become too old to be seen.
bool is_followed(const DayFacts&, const Stream&, AlertCode);
/// With code, domain and source.
Alert alert_of(AlertCode, const DayFacts&, const Stream&);

/// What became of mail that fails when the policy `before` became `now`.
PolicyMove move_of(const SeenPolicy& before, const SeenPolicy& now);
/// The same of one policy: "none", "quarantine", "reject".
PolicyMove move_of(std::string_view before, std::string_view now);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/finding/streams.h"

namespace dmarcq {

/// What can be news. The words (to_text) are a promise to users.
enum class AlertCode {
  new_source,  ///< a sender that may be yours, never seen before
  new_route,   ///< a way through Salesforce that was never used before
  sender_started_failing,
  sender_vanished,
  spoofing_burst,
  policy_changed,  ///< the published record, as reporters see it
  enforcement_hit_own_mail,
  reports_stopped,  ///< a reporter that always reports, or all of them
  problems_new,     ///< mail that could not be taken
};
inline constexpr std::size_t alert_code_count = 9;
std::string_view to_text(AlertCode) noexcept;  ///< "sender-started-failing"

struct Alert {
  AlertCode code{};
  std::string domain;  ///< "" concerns all
  std::string source;  ///< sender, reporter …; "" where the code says all
  std::uint64_t messages = 0;
  Day since = 0;
  std::string text;         ///< one or two sentences
  std::string key() const;  ///< by which it is remembered: equal as long as it is about the same
};

/// An alert that was told and has not cleared: it is harder to clear than to raise, or it would
/// flap.
struct ToldAlert {
  std::string key;
  Day since = 0;
};

struct AlertQuestion {
  Day today = 0;
  std::vector<std::string> domains;  ///< policy domains to look at; empty: all of the timeline
  std::vector<ToldAlert> told;
  struct Problem {
    std::int64_t id = 0;
    std::string reason;
  };
  std::vector<Problem> problems;  ///< open ones
};

/// How many days before today a timeline must reach.
inline constexpr Day alert_days = 130;

/// Every alert that holds on this day, told or not: by domain, then code, then source. Pure: same
/// facts, same alerts.
std::vector<Alert> find_alerts(const Timeline&, const RowLookup&, const Owner&,
                               const AlertQuestion&);

}  // namespace dmarcq

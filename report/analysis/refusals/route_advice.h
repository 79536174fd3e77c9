// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "report/analysis/refusals/refusal_causes.h"

namespace dmarcq {

/// Which way the mail should take, after what was refused.
struct RouteAdvice {
  enum class Kind : std::uint8_t {
    stay,           ///< no refusal is the route's fault, or what was is repaired
    repair_dkim,    ///< stay, and authenticate: any other route is refused as well
    verify_domain,  ///< stay, and verify the From domain: Salesforce itself refuses
    repair_relay,   ///< Email Relay's connector does not match
    repair_tenant,  ///< stay, and let the recipient's own Microsoft 365 or gateway admit the mail
    one_operator,   ///< bad reputation at one operator alone: stay, and ask that one
    change,  ///< bad reputation at several operators, of mail that is authenticated: another route
             ///< by the kind of mail
  };
  std::vector<Kind> kinds;  ///< the most urgent first; never empty
  bool from_core = false;   ///< the logs are of Salesforce Core
  double mails_a_day = 0;   ///< over the days of the logs
};
inline constexpr std::size_t route_advice_count = 7;
std::string_view to_text(RouteAdvice::Kind) noexcept;  ///< "repair-dkim"

/// Below this, an address of one's own has no steady reputation: about 100,000 mails a month.
inline constexpr double steady_mails_a_day = 3'300;

/// `all`: every outcome of the window, by time.
RouteAdvice route_advice(std::span<const RefusalCause>, std::span<const MailOutcome> all);

}  // namespace dmarcq

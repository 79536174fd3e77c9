// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/route_advice.h"

#include <algorithm>
#include <array>

namespace dmarcq {

using Kind = RouteAdvice::Kind;

std::string_view to_text(Kind kind) noexcept {
  static constexpr std::array<std::string_view, route_advice_count> words = {
      "stay",          "repair-dkim",  "verify-domain", "repair-relay",
      "repair-tenant", "one-operator", "change"};
  return words[static_cast<std::size_t>(kind)];
}

RouteAdvice route_advice(std::span<const RefusalCause> causes, std::span<const MailOutcome> all) {
  const auto open = [&](RefusalCause::Kind kind) {
    const auto found = std::ranges::find(causes, kind, &RefusalCause::kind);
    return found == causes.end() || found->repaired ? nullptr : &*found;
  };
  RouteAdvice advice;
  const bool unauthenticated = open(RefusalCause::Kind::dmarc_enforced) ||
                               open(RefusalCause::Kind::authentication);
  if (unauthenticated) advice.kinds.push_back(Kind::repair_dkim);
  if (open(RefusalCause::Kind::sender_unverified)) advice.kinds.push_back(Kind::verify_domain);
  if (open(RefusalCause::Kind::relay_connector)) advice.kinds.push_back(Kind::repair_relay);
  if (open(RefusalCause::Kind::own_tenant) || open(RefusalCause::Kind::own_gateway))
    advice.kinds.push_back(Kind::repair_tenant);
  // Reputation is judged once the mail is authenticated: before, receivers cannot tell whose it is.
  if (const RefusalCause* const reputation = open(RefusalCause::Kind::reputation);
      reputation != nullptr && !unauthenticated)
    advice.kinds.push_back(reputation->receivers.size() > 1 ? Kind::change : Kind::one_operator);
  if (advice.kinds.empty()) advice.kinds.push_back(Kind::stay);
  advice.from_core = std::ranges::any_of(
      all, [](const MailOutcome& mail) { return mail.source == DeliverySource::email_log; });
  if (!all.empty())
    advice.mails_a_day = static_cast<double>(all.size()) /
                         static_cast<double>(all.back().day - all.front().day + 1);
  return advice;
}

}  // namespace dmarcq

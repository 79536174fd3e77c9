// SPDX-License-Identifier: MIT
#include "report/analysis/own.h"

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
bool is_direct_own(const RowVerdict& verdict) { return verdict.flow == Flow::direct; }

bool is_proven_salesforce(const Sender& sender) {
  return sender.service_id == ServiceId::salesforce && sender.evidence != Evidence::claimed;
}

bool is_relayed_salesforce(const RowVerdict& verdict) {
  return verdict.has(FindingCode::relay_bounce_managed) || verdict.has(FindingCode::relay_unsigned);
}

bool is_salesforce(const RowVerdict& verdict, const Sender& sender) {
  return is_proven_salesforce(sender) || is_relayed_salesforce(verdict);
}

std::string_view salesforce_route_of(const RowVerdict& verdict, const Sender& sender) {
  return is_relayed_salesforce(verdict) && sender.service_id != ServiceId::salesforce
             ? salesforce_route::email_relay
             : std::string_view(sender.route);
}

}  // namespace dmarcq

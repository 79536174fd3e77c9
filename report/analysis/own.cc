// SPDX-License-Identifier: MIT
#include "report/analysis/own.h"

#include <algorithm>

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

/// Signed with an own selector that no direct sender is known to use. Some reporters tell no
/// selector: that says nothing.
bool has_new_selector(const IdentityNames& names, const Identifier& who) {
  return std::ranges::any_of(names.signatures, [&](const auto& signature) {
    return signature.own && signature.pass && !names.signature(signature).selector.empty() &&
           who.direct_selector(signature) == nullptr;
  });
}

/// Another domain of the owner authenticates it.
bool is_of_sibling(const IdentityNames& names, const Identifier& who) {
  return (names.spf_pass && who.is_sibling(names.spf_domain(), names.own())) ||
         std::ranges::any_of(names.signatures, [&](const auto& signature) {
           return signature.pass && !signature.own &&
                  who.is_sibling(names.signature(signature).domain, names.own());
         });
}

bool is_own_direct(const SourceRow& row, const RowVerdict& verdict, const Sender& sender,
                   Identifier& who) {
  const IdentityNames& names = who.names(row);
  if (sender.place == Place::relay || sender.evidence == Evidence::owner ||
      sender.service_class == ServiceClass::own)
    return true;
  if (sender.place == Place::unknown || sender.place == Place::elsewhere)
    return verdict.dkim_aligned || names.own_pass || is_of_sibling(names, who) ||
           who.is_signing_server(row);
  const bool has_org = verdict.org >= 0;
  if (has_org && verdict.ownership == Ownership::foreign) return false;
  const bool authenticated = verdict.passes() || names.own_pass;
  if (has_org && verdict.ownership == Ownership::unproven && !authenticated &&
      !is_of_sibling(names, who))
    return false;
  if (authenticated || (names.spf_pass && names.spf_own)) return true;
  if (has_org && verdict.ownership == Ownership::ours) return true;
  if (verdict.guessed) return false;  // by a tenant's name, which anybody can choose
  // A service signs for a name only where somebody showed it that the name is his. So this holds
  // for a sender broken long ago, too.
  return names.has_own_signature() || is_of_sibling(names, who) ||
         sender.service_class == ServiceClass::mailbox;
}

}  // namespace

bool is_own(const SourceRow& row, const RowVerdict& verdict, const Sender& sender,
            Identifier& who) {
  switch (verdict.flow) {
    case Flow::direct: return is_own_direct(row, verdict, sender, who);
    case Flow::foreign: return verdict.passes();
    case Flow::unknown: {
      const IdentityNames& names = who.names(row);
      return (verdict.passes() || names.own_pass) && names.spf_pass && has_new_selector(names, who);
    }
    case Flow::forwarded:
    case Flow::mailing_list: break;
  }
  return false;
}

bool is_proven_salesforce(const Sender& sender) {
  return sender.service == salesforce_service && sender.evidence != Evidence::claimed;
}

bool is_relayed_salesforce(const RowVerdict& verdict) {
  return verdict.has(FindingCode::relay_bounce_managed) || verdict.has(FindingCode::relay_unsigned);
}

bool is_salesforce(const RowVerdict& verdict, const Sender& sender) {
  return is_proven_salesforce(sender) || is_relayed_salesforce(verdict);
}

std::string_view salesforce_route_of(const RowVerdict& verdict, const Sender& sender) {
  return is_relayed_salesforce(verdict) && sender.service != salesforce_service
             ? salesforce_route::email_relay
             : std::string_view(sender.route);
}

}  // namespace dmarcq

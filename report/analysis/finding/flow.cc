// SPDX-License-Identifier: MIT
#include "report/analysis/finding/flow.h"

#include <algorithm>
#include <array>
#include <string>

#include "ingest/base/text.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, flow_count> flow_words{"direct", "forwarded", "mailing-list",
                                                              "foreign", "unknown"};

/// Addresses at which people have mailboxes and forward from; customers' domains have other
/// envelopes.
bool is_free_mail(std::string_view domain) {
  constexpr std::array<std::string_view, 8> names{"gmail.com",   "googlemail.com", "outlook.com",
                                                  "hotmail.com", "live.com",       "msn.com",
                                                  "icloud.com",  "yahoo.com"};
  return std::ranges::find(names, lower(domain)) != names.end();
}

/// Was an own signature of the row (passing, or failing where asked) seen direct from another
/// service than `other_than`, or from any?
bool selector_known(const RowContext& c, bool passing, const std::string* other_than) {
  const IdentityNames& n = c.names;
  return std::ranges::any_of(n.signatures, [&](const auto& signature) {
    if (!signature.own || signature.pass != passing) return false;
    const auto& result = n.signature(signature);
    if (result.selector.empty())
      return other_than == nullptr && c.identifier.signs_direct(result.domain);
    const auto* const known = c.identifier.direct_selector(signature);
    return known != nullptr && (other_than == nullptr || known->service != *other_than);
  });
}

/// SPF passes for another domain of the same owner.
bool spf_for_sibling(const RowContext& c) {
  return c.names.spf_pass && c.identifier.is_sibling(c.names.spf_domain(), c.names.own());
}

/// An account of another customer: SPF passes for a name that is neither ours nor the service's.
bool names_other_customer(const RowContext& c) {
  const IdentityNames& n = c.names;
  return n.spf_pass && !n.spf_own && n.spf_service == nullptr && !n.spf_domain().empty() &&
         !c.identifier.is_sibling(n.spf_domain(), n.own());
}

/// A signature with a key of ours that is in use elsewhere, broken: our mail, changed on its way.
/// (Or the header was copied from one, which rows cannot tell; streams look at the days.)
bool live_signature_broken(const RowContext& c) {
  return c.names.has_own_signature() && !c.names.own_pass && selector_known(c, false, nullptr);
}

Flow salesforce_flow(const RowContext& c) {
  const IdentityNames& n = c.names;
  const bool unexplained = !n.own_pass && !c.passes() && !authenticated_for_sibling(c);
  if (c.sender.route == salesforce_route::core && c.org != nullptr && unexplained) {
    if (c.ownership == Ownership::foreign ||
        (c.ownership == Ownership::unproven && some_org_proven(c)))
      return Flow::foreign;
  }
  if (c.org != nullptr && c.ownership == Ownership::foreign) return Flow::foreign;
  if (c.sender.route == salesforce_route::marketing_cloud && unexplained) {
    const bool foreign_stack = n.spf_service != nullptr && is_stack_of_others(c);
    if (names_other_customer(c) || (foreign_stack && !n.has_own_signature())) return Flow::foreign;
  }
  return Flow::direct;
}

/// Mail with a passing own signature from a mailbox provider's address.
Flow signed_mailbox_flow(const RowContext& c) {
  const IdentityNames& n = c.names;
  if (!c.sender.origin_route.empty() || selector_known(c, true, &c.sender.service) ||
      (n.spf_pass && is_free_mail(n.spf_domain())))
    return Flow::forwarded;
  // Google's alias domains, or a tenant's own key. A strange envelope over an unknown selector
  // tells nothing.
  return c.sender.evidence >= Evidence::authenticated || n.spf_own ||
                 c.identifier.is_own_domain(n.spf_domain(), n.own()) ||
                 selector_known(c, true, nullptr)
             ? Flow::direct
             : Flow::unknown;
}

Flow mailbox_flow(const RowContext& c) {
  const IdentityNames& n = c.names;
  if (c.spf_aligned) return Flow::direct;
  if (n.own_pass) return signed_mailbox_flow(c);
  if (c.reasons.list) return Flow::mailing_list;
  if (c.reasons.forwarded) return Flow::forwarded;
  if (tenant_of(c) >= Tenant::look_alike) return Flow::direct;
  if (live_signature_broken(c))
    // The key of this very service under our own envelope is our tenant with a broken key.
    // Everything else was passed on: a journal copy (null envelope), an envelope rewritten by a
    // forwarder, a banner added behind another service's signature.
    return n.spf_own && !selector_known(c, false, &c.sender.service) ? Flow::direct
                                                                     : Flow::forwarded;
  if (n.has_own_signature()) return Flow::unknown;
  if (authenticated_for_sibling(c)) return Flow::direct;
  // Anyone can write an envelope. One of ours, from a tenant that is not known, may be ours.
  if (n.spf_own) return Flow::unknown;
  return c.sender.evidence == Evidence::authenticated ? Flow::foreign : Flow::unknown;
}

/// Email services and applications other than Salesforce.
Flow service_flow(const RowContext& c) {
  const IdentityNames& n = c.names;
  const Evidence evidence = c.sender.evidence;
  if (c.passes() || n.own_pass) return Flow::direct;
  if (live_signature_broken(c) && selector_known(c, false, &c.sender.service))
    return Flow::forwarded;  // another service signed it
  if (evidence >= Evidence::authenticated || (evidence == Evidence::learned && n.spf_pass) ||
      authenticated_for_sibling(c))
    return Flow::direct;
  if (!n.has_own_signature() && c.reasons.forwarded) return Flow::forwarded;
  return n.spf_own || evidence == Evidence::learned ? Flow::direct : Flow::unknown;
}

/// Gateways and forwarders.
Flow gateway_flow(const RowContext& c) {
  if (c.spf_aligned) return Flow::direct;
  if (c.names.has_own_signature() || !c.sender.origin_route.empty() || c.reasons.forwarded)
    return Flow::forwarded;
  return c.reasons.list ? Flow::mailing_list : Flow::unknown;
}

/// An address of which nothing is known.
Flow stranger_flow(const RowContext& c) {
  const IdentityNames& n = c.names;
  // A reporter may call SPF aligned that passed for a stranger's name only. Then the name tells who
  // sent it.
  const bool strange_envelope = n.spf_pass && !n.spf_own;
  if ((c.spf_aligned && !strange_envelope) || (n.spf_pass && n.spf_own)) return Flow::direct;
  if (c.reasons.list) return Flow::mailing_list;
  const bool list_name =
      n.spf_pass && (n.spf_domain().starts_with("lists.") || n.spf_domain().contains(".lists."));
  if (list_name && n.has_own_signature()) return Flow::mailing_list;
  if (spf_for_sibling(c)) return Flow::direct;
  // Its SPF did not pass here, elsewhere it does; or it signs with our key, whatever its envelope.
  if (strange_envelope ? c.identifier.is_signing_server(c.row) : c.identifier.is_own_server(c.row))
    return Flow::direct;
  if (n.own_pass) {
    const bool claims = n.spf_service != nullptr &&
                        n.spf_service->service_id == ServiceId::salesforce;
    return claims || selector_known(c, true, nullptr) ? Flow::forwarded : Flow::unknown;
  }
  return c.reasons.forwarded || live_signature_broken(c) || signed_for_sibling(c) ? Flow::forwarded
                                                                                  : Flow::unknown;
}

/// A service's signature at an address that is not the service's. The mail came indirectly, if
/// something in it is ours.
Flow elsewhere_flow(const RowContext& c) {
  const IdentityNames& n = c.names;
  // Our SPF allows the address: our own group or routing rule.
  if (c.spf_aligned && n.spf_own) return Flow::direct;
  if (c.reasons.list) return Flow::mailing_list;
  const bool own_platform = c.sender.service_id == ServiceId::salesforce &&
                            !names_other_customer(c) && !is_stack_of_others(c);
  const bool ours = n.has_own_signature() || c.passes() || c.reasons.forwarded ||
                    c.sender.evidence == Evidence::owner || own_platform ||
                    authenticated_for_sibling(c);
  if (ours) return Flow::forwarded;
  return names_other_customer(c) ? Flow::foreign : Flow::unknown;
}

/// At the service's own address.
FlowVerdict flow_at_home(const RowContext& c) {
  switch (c.sender.service_class) {
    case ServiceClass::gateway:
    case ServiceClass::forwarder: return {gateway_flow(c)};
    case ServiceClass::mailbox: {
      const Flow flow = mailbox_flow(c);
      return {flow, flow == Flow::direct && !c.passes() && !c.names.own_pass &&
                        tenant_of(c) == Tenant::look_alike};
    }
    case ServiceClass::esp:
    case ServiceClass::application:
      return {c.sender.service_id == ServiceId::salesforce ? salesforce_flow(c) : service_flow(c)};
    case ServiceClass::own: return {Flow::direct};
    case ServiceClass::unknown:
    case ServiceClass::list: break;
  }
  return {};
}

}  // namespace

OverrideReasons override_reasons(const PolicyEvaluated& evaluation) {
  OverrideReasons found;
  for (const auto& reason : evaluation.reasons) {
    const auto comment = lower(reason.comment);
    found.list |= reason.type.is(OverrideType::mailing_list);
    found.held_back |= reason.type.is(OverrideType::sampled_out) ||
                       reason.type.is(OverrideType::policy_test_mode);
    const bool arc = reason.type.is(OverrideType::local_policy) && comment.contains("arc=pass");
    const bool named = reason.type.is(OverrideType::forwarded) ||
                       reason.type.is(OverrideType::trusted_forwarder);
    found.forwarded |= arc || named || comment.contains("looks forwarded");
    found.trusted |= arc || named;
  }
  return found;
}

std::string_view to_text(Flow flow) noexcept { return flow_words[static_cast<std::size_t>(flow)]; }

Tenant tenant_of(const RowContext& c) {
  const IdentityNames& n = c.names;
  if (n.spf_pass && n.spf_own) return Tenant::ours;
  const auto dashed = [](std::string name) {
    name = lower(name);
    std::ranges::replace(name, '.', '-');
    return name;
  };
  Tenant found = Tenant::none;
  for (const auto& signature : n.signatures) {
    if (!signature.pass || signature.service == nullptr) continue;
    const auto& d = n.signature(signature).domain;
    const bool google = d.ends_with(".gappssmtp.com"), microsoft = d.ends_with(".onmicrosoft.com");
    if (!google && !microsoft) continue;
    const auto label = lower(d.substr(0, d.find('.')));
    const bool sibling = spf_for_sibling(c);
    const bool ours = google ? label == dashed(n.own()) || label == dashed(n.from()) || sibling
                             : c.identifier.is_own_tenant(n.own(), d) || sibling;
    const bool alike = microsoft && label == n.own().substr(0, n.own().find('.'));
    found = std::max(found, ours ? Tenant::ours : alike ? Tenant::look_alike : Tenant::other);
  }
  return found;
}

bool signed_for_sibling(const RowContext& c) {
  return std::ranges::any_of(c.names.signatures, [&](const auto& s) {
    return s.pass && !s.own && s.service == nullptr &&
           c.identifier.is_sibling(c.names.signature(s).domain, c.names.own());
  });
}

bool authenticated_for_sibling(const RowContext& c) {
  return spf_for_sibling(c) || signed_for_sibling(c);
}

bool is_stack_of_others(const RowContext& c) {
  const IdentityNames& n = c.names;
  return n.stack && c.identifier.knows_stacks_of(n.own()) &&
         !c.identifier.is_own_stack(n.own(), *n.stack);
}

bool some_org_proven(const RowContext& c) { return c.orgs.proven_for.contains(c.names.own()); }

FlowVerdict flow_of(const RowContext& c) {
  if (!c.passes() && c.identifier.disowned(c.row) != nullptr) return {Flow::foreign};
  if (c.sender.service_class == ServiceClass::list) return {Flow::mailing_list};
  switch (c.sender.place) {
    case Place::relay: return {Flow::direct};
    case Place::elsewhere: return {elsewhere_flow(c)};
    case Place::unknown: return {stranger_flow(c)};
    case Place::home: break;
  }
  return flow_at_home(c);
}

}  // namespace dmarcq

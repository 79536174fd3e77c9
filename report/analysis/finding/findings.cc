// SPDX-License-Identifier: MIT
// The rules that mark codes, as far as they are the same for all senders, and which rules apply to
// a row.
#include "report/analysis/finding/findings.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

using C = FindingCode;

/// Does a passing own signature name the From domain itself?
bool signs_from_domain(const IdentityNames& n) {
  return std::ranges::any_of(n.signatures, [&](const auto& s) {
    return s.own && s.pass && lower(n.signature(s).domain) == lower(n.from());
  });
}

/// Does the record ask for more than none for this From domain? Unknown records: yes, since the
/// reporter gave a reason not to.
bool is_enforced(const CodeContext& c) {
  if (c.policy == nullptr || c.policy->p.absent()) return true;
  const bool of_subdomain = lower(c.names.from()) != lower(c.policy->domain) &&
                            !c.policy->sp.absent();
  const auto& asked = of_subdomain ? c.policy->sp : c.policy->p;
  return asked.is(Policy::quarantine) || asked.is(Policy::reject);
}

/// Mail that a server of the owner passed on for Salesforce.
CodeSet relay_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  const bool bounce = n.spf_service != nullptr &&
                      n.spf_service->service_id == ServiceId::salesforce && !n.spf_pass;
  if (c.strict_dkim) return code_set({C::dkim_strict_subdomain});
  if (bounce && c.dkim_aligned) return code_set({C::relay_bounce_managed});
  if (bounce && !c.passes()) return code_set({C::relay_unsigned});
  if (n.spf_own && spf_refuses(n)) return code_set({C::relay_spf_missing});
  if (c.spf_aligned && !c.dkim_aligned && !n.has_own_signature()) return code_set({C::spf_only});
  if (!c.dkim_aligned && own_signatures_fail(n)) return selector_codes(c);
  return {};
}

CodeSet forwarded_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  const auto is_gateway = [](ServiceClass service) {
    return service == ServiceClass::gateway || service == ServiceClass::forwarder;
  };
  CodeSet codes;
  if (c.strict_dkim) codes |= code_set({C::dkim_strict_subdomain});
  if (c.dkim_aligned) return codes | code_set({n.spf_pass ? C::forwarded_srs : C::forwarded});
  if (c.passes() || c.strict_dkim) return codes;
  const bool gateway = is_gateway(c.sender.service_class) || is_gateway(c.sender.via_class);
  if (n.own_failed && gateway) return code_set({C::gateway_modified});
  if (signed_for_sibling(c) && n.stack) return code_set({C::mce_no_sap});
  if (!n.has_own_signature() && n.dkim_service != nullptr &&
      n.dkim_service->service_id == ServiceId::salesforce)
    return code_set({is_stack_of_others(c) ? C::mce_other_tenant : C::mce_no_sap});
  return codes;
}

/// A sender that is not Salesforce, at its own address.
CodeSet service_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  if (c.dkim_aligned || n.own_pass)
    return c.strict_dkim ? code_set({C::dkim_strict_subdomain}) : CodeSet();
  const ServiceClass service = c.sender.service_class;
  CodeSet codes;
  if (c.flow == Flow::direct && n.has_own_signature())
    codes = selector_codes(c);
  else if (service == ServiceClass::mailbox && c.flow == Flow::direct)
    codes = mailbox_codes(c);
  else if ((service == ServiceClass::esp || service == ServiceClass::application) && !c.passes())
    codes = esp_codes(c);
  else if (service == ServiceClass::own && !c.passes() && n.spf_own && spf_refuses(n))
    codes = code_set({C::relay_spf_missing});
  else if (service == ServiceClass::own && !c.passes() && n.spf_pass && !n.spf_own)
    codes = code_set({C::esp_default_identity});
  return c.spf_aligned && codes.none() ? code_set({C::spf_only}) : codes;
}

/// A sender at an address that is not known to be its own.
CodeSet stranger_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  CodeSet codes;
  if (c.flow == Flow::direct && !c.dkim_aligned) {
    if (own_signatures_fail(n) && counts_for_selectors(c, c.flow))
      codes = selector_codes(c);
    else if (c.strict_spf && !c.passes())
      codes = code_set({C::spf_strict_subdomain});
    else if (n.spf_own && spf_refuses(n))
      codes = code_set({C::relay_spf_missing});
    else if (!n.own_pass || c.spf_aligned)
      codes = code_set({C::unlisted_own_sender});
  }
  if (c.strict_dkim) codes |= code_set({C::dkim_strict_subdomain});
  return codes;
}

CodeSet codes_by_sender(const CodeContext& c) {
  if (c.noise && !c.passes()) return code_set({C::reporter_temperror});
  if (c.sender.place == Place::relay) return relay_codes(c);
  if (c.flow == Flow::forwarded) return forwarded_codes(c);
  if (c.flow == Flow::mailing_list) return c.passes() ? CodeSet() : code_set({C::mailing_list});
  if (c.sender.place != Place::home) return stranger_codes(c);
  return c.sender.service_id == ServiceId::salesforce ? salesforce_codes(c) : service_codes(c);
}

/// Adds what results say whoever the sender is.
void add_result_codes(const CodeContext& c, CodeSet& codes) {
  const IdentityNames& n = c.names;
  if (c.strict_spf && c.flow == Flow::direct) {
    const bool sendgrid = c.sender.service_id == ServiceId::sendgrid ||
                          (c.sender.service.empty() && looks_like_sendgrid(n));
    codes &= ~code_set({C::sendgrid_strict_spf, C::spf_strict_subdomain});
    codes |= code_set({sendgrid ? C::sendgrid_strict_spf : C::spf_strict_subdomain});
  }
  if (n.spf_own && n.spf == SpfResult::permerror && c.flow != Flow::forwarded &&
      c.flow != Flow::mailing_list)
    codes |= code_set({C::spf_permerror});
  if (!c.passes() && n.spf_own && n.spf == SpfResult::temperror && !n.has_own_signature() &&
      codes.none())
    codes |= code_set({C::reporter_temperror});
}

/// For failing mail that no rule explained. "Forged" is for mail that shows no trace of us, and of
/// which the owner has not said whose it is. Where a name of ours passed, the reporter erred or
/// knows more of the domain tree: the alignment check tells, and nothing is forged.
CodeSet code_without_cause(const CodeContext& c) {
  const bool authenticated = c.names.own_pass || (c.names.spf_pass && c.names.spf_own);
  if (c.passes() || authenticated) return {};
  if (c.flow == Flow::forwarded) return code_set({C::gateway_modified});
  return c.identifier.disowned(c.row) == nullptr ? code_set({C::unauthenticated}) : CodeSet();
}

/// What the receiver did with failing mail instead of applying the policy.
CodeSet override_codes(const CodeContext& c) {
  CodeSet codes;
  if (c.passes()) return codes;
  const auto delivered = [&] {
    return c.identifier.lookup().evaluation(c.row.evaluation).disposition.is(Disposition::none);
  };
  if (c.reasons.trusted && delivered() && is_enforced(c)) codes |= code_set({C::receiver_override});
  if (c.reasons.held_back) codes |= code_set({C::policy_held_back});
  return codes;
}

}  // namespace

CodeContext code_context(const RowContext& row, Flow flow, const PolicyPublished* policy,
                         std::uint32_t sender_position, const SelectorCodes& selectors,
                         bool noise) {
  const IdentityNames& n = row.names;
  const bool adkim_strict = policy != nullptr && policy->adkim.is(Alignment::strict),
             aspf_strict = policy != nullptr && policy->aspf.is(Alignment::strict);
  return {row,
          flow,
          policy,
          sender_position,
          selectors,
          noise,
          n.own_pass && !row.dkim_aligned && adkim_strict && !signs_from_domain(n),
          n.spf_pass && n.spf_own && !row.spf_aligned && aspf_strict &&
              lower(n.spf_domain()) != lower(n.from())};
}

CodeSet codes_of(const CodeContext& c) {
  CodeSet codes = codes_by_sender(c);
  add_result_codes(c, codes);
  if (codes.none()) codes = code_without_cause(c);
  return codes | override_codes(c);
}

CodeSet selector_codes(const CodeContext& c) {
  CodeSet codes;
  for (const auto& signature : c.names.signatures)
    if (signature.own && !signature.pass)
      codes |= code_set({c.selectors.code(c.sender_position, signature)});
  return codes;
}

bool own_signatures_fail(const IdentityNames& n) { return n.has_own_signature() && !n.own_pass; }

bool spf_refuses(const IdentityNames& n) {
  return n.spf == SpfResult::fail || n.spf == SpfResult::softfail || n.spf == SpfResult::neutral ||
         n.spf == SpfResult::none;
}

bool is_temporary(const IdentityNames& n) {
  if (n.own_pass || n.own_failed) return false;
  return n.own_temperror || (n.spf_own && n.spf == SpfResult::temperror);
}

bool looks_like_sendgrid(const IdentityNames& n) {
  const bool hinted =
      std::ranges::any_of(n.hints, [](const auto* hint) { return hint->value == "em#.*"; });
  // Other services use such names too, so it tells nothing where SPF passes for a stranger's name.
  return hinted && std::ranges::none_of(n.identity->spf, [&](const SpfAuthResult& r) {
           return r.result.is(SpfResult::pass) && !at_or_below(folded_domain(r.domain), n.own());
         });
}

bool counts_for_selectors(const RowContext& c, Flow flow) {
  return flow == Flow::direct && (c.sender.place == Place::home || c.sender.place == Place::relay ||
                                  c.identifier.is_own_server(c.row));
}

}  // namespace dmarcq

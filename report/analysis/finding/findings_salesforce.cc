// SPDX-License-Identifier: MIT
// The rules for mail from Salesforce's own addresses, by route.
#include "ingest/base/text.h"
#include "report/analysis/finding/findings.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

using C = FindingCode;

/// Unsigned mail of Core whose org is not another's.
C unsigned_core_code(const CodeContext& c) {
  if (c.org != nullptr) {
    const std::string& id = c.org->org.org_id;
    const auto claim = c.orgs.claimed.find(id);
    const bool claimed = claim != c.orgs.claimed.end() && claim->second;
    if (claimed && !c.identifier.proven_orgs().contains(id) && some_org_proven(c))
      return C::core_second_org;
  }
  for (const OwnerEntry& entry : c.identifier.owner().entries)
    // Mail of the next two days may have been sent before the verification.
    if (entry.kind == OwnerEntry::Kind::verified && entry.value == lower(c.names.from()) &&
        c.row.last_day > entry.since + 2)
      return C::core_verified_unsigned;
  return C::core_no_dkim;
}

CodeSet core_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  if (c.flow == Flow::foreign) return c.passes() ? CodeSet() : code_set({C::core_other_tenant});
  if (c.dkim_aligned) return {};
  if (c.strict_dkim) return code_set({C::dkim_strict_subdomain});
  // It passes by its raw results: a disagreement with the reporter, not a fault of the sender.
  if (n.own_pass) return {};
  CodeSet codes;
  if (n.has_own_signature())
    codes = selector_codes(c);
  else if (signed_for_sibling(c))
    return code_set({C::core_dkim_other_domain});
  else if (n.spf_own && c.spf_aligned)
    codes = code_set({C::spf_only});
  else if (!n.spf_own && !c.passes())
    codes = code_set({unsigned_core_code(c)});
  if (n.spf_own && spf_refuses(n)) codes |= code_set({C::core_spf_include_missing});
  return codes;
}

CodeSet marketing_cloud_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  if (c.flow == Flow::foreign) return c.passes() ? CodeSet() : code_set({C::mce_other_tenant});
  CodeSet codes;
  if (c.strict_dkim)
    codes = code_set({C::mce_strict_subdomain});
  else if (!c.dkim_aligned && own_signatures_fail(n))
    codes = selector_codes(c);
  else if (!c.passes() && !n.own_pass)
    codes = code_set({C::mce_no_sap});
  else if (!c.dkim_aligned && c.spf_aligned && !n.own_pass)
    codes = code_set({C::spf_only});
  if (n.spf_own && !n.spf_pass && spf_refuses(n)) codes |= code_set({C::mce_bounce_spf_broken});
  if (c.dkim_aligned && n.spf_pass && !n.spf_own && n.spf_service == nullptr)
    codes |= code_set({C::mce_shared_bounce});
  return codes;
}

CodeSet account_engagement_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  if (c.strict_dkim) return code_set({C::dkim_strict_subdomain});
  if (!c.dkim_aligned && own_signatures_fail(n)) {
    CodeSet codes = selector_codes(c);
    // A missing key has a repair of its own here: the domain is verified in the product.
    if (has_code(codes, C::dkim_key_missing))
      codes = (codes & ~code_set({C::dkim_key_missing})) | code_set({C::ae_no_dkim});
    return codes;
  }
  return !c.passes() && !n.own_pass ? code_set({C::ae_no_dkim}) : CodeSet();
}

CodeSet marketing_cloud_next_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  return own_signatures_fail(n) || (n.spf_own && !n.spf_pass) ? code_set({C::mcn_record_changed})
                                                              : CodeSet();
}

/// A Salesforce address whose product is not known.
CodeSet unspecified_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  if (c.strict_dkim) return code_set({C::dkim_strict_subdomain});
  if (!c.dkim_aligned && own_signatures_fail(n)) return selector_codes(c);
  return c.spf_aligned && !c.dkim_aligned && !n.own_pass ? code_set({C::spf_only}) : CodeSet();
}

}  // namespace

CodeSet salesforce_codes(const CodeContext& c) {
  const std::string& route = c.sender.route;
  if (route == salesforce_route::core) return core_codes(c);
  if (route == salesforce_route::marketing_cloud) return marketing_cloud_codes(c);
  if (route == salesforce_route::account_engagement) return account_engagement_codes(c);
  if (route == salesforce_route::marketing_cloud_next) return marketing_cloud_next_codes(c);
  return unspecified_codes(c);
}

}  // namespace dmarcq

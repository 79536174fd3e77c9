// SPDX-License-Identifier: MIT
// The rules for mailbox providers: Google Workspace and Microsoft 365.
#include <algorithm>

#include "report/analysis/finding/findings.h"

namespace dmarcq {
namespace {

using C = FindingCode;

bool has_signature_below(const IdentityNames& n, std::string_view zone) {
  return std::ranges::any_of(
      n.signatures, [&](const auto& s) { return s.pass && n.signature(s).domain.ends_with(zone); });
}

}  // namespace

CodeSet mailbox_codes(const CodeContext& c) {
  const IdentityNames& n = c.names;
  const bool google = c.sender.service_id == ServiceId::google_workspace;
  const bool default_key = has_signature_below(n, google ? ".gappssmtp.com" : ".onmicrosoft.com") &&
                           tenant_of(c) >= Tenant::look_alike;
  CodeSet codes;
  if (google && n.spf_pass && c.identifier.is_sibling(n.spf_domain(), n.own()))
    codes |= code_set({C::google_alias_envelope});
  if (default_key && google) codes |= code_set({C::google_default_dkim});
  if (default_key && c.sender.service_id == ServiceId::microsoft_365)
    codes |= code_set({C::m365_default_dkim});
  return codes;
}

}  // namespace dmarcq

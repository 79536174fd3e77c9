// SPDX-License-Identifier: MIT
// The rules for email services and applications other than Salesforce.
#include "report/analysis/finding/findings.h"

namespace dmarcq {
namespace {

using C = FindingCode;

/// Does something that passed show that the service itself sent the mail?
bool is_authenticated(const CodeContext& c) {
  const IdentityNames& n = c.names;
  const Sender& s = c.sender;
  const bool by_spf =
      n.spf_pass && n.spf_service != nullptr &&
      (n.spf_service->service == s.service || s.evidence == Evidence::authenticated);
  const bool by_dkim = s.evidence >= Evidence::learned && n.dkim_service != nullptr &&
                       n.dkim_service->service == s.service;
  // Its address, and an envelope that passes for a name neither ours nor its own: some customer's
  // account.
  const bool customer = s.evidence >= Evidence::learned && n.spf_pass && !n.spf_own;
  return by_spf || by_dkim || customer || authenticated_for_sibling(c);
}

}  // namespace

CodeSet esp_codes(const CodeContext& c) {
  if (!is_authenticated(c)) return {};
  switch (c.sender.service_id) {
    case ServiceId::amazon_ses: return code_set({C::ses_default_identity});
    case ServiceId::sendgrid: return code_set({C::sendgrid_default_identity});
    default: return code_set({C::esp_default_identity});
  }
}

}  // namespace dmarcq

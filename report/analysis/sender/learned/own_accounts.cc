// SPDX-License-Identifier: MIT
#include "report/analysis/sender/learned/own_accounts.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {

bool is_tenant_name(std::string_view domain) { return domain.ends_with(".onmicrosoft.com"); }

void OwnAccounts::add_org(const RowEvidence& evidence) {
  const IdentityNames& n = evidence.names;
  if (!n.org || !n.spf_pass) return;
  auto& sent = orgs_[n.org->org_id];
  if (n.own_pass) sent[{n.own(), n.own()}].add(evidence.row.reporters);
  for (const auto& signature : n.signatures) {
    if (signature.own || !signature.pass || signature.service != nullptr) continue;
    sent[{n.own(), organizational_domain(n.signature(signature).domain)}].add(
        evidence.row.reporters);
  }
}

void OwnAccounts::add_tenants(const RowEvidence& evidence) {
  const IdentityNames& n = evidence.names;
  if (!n.own_pass && !(n.spf_pass && n.spf_own)) return;
  for (const auto& signature : n.signatures)
    if (signature.pass && is_tenant_name(n.signature(signature).domain))
      tenants_[n.own()][lower(n.signature(signature).domain)].add(evidence.row.reporters);
}

void OwnAccounts::add_stack(const RowEvidence& evidence) {
  if (evidence.names.stack)
    stacks_[evidence.names.own()][*evidence.names.stack].add(evidence.row.reporters);
}

void OwnAccounts::add(const AccountName& known, const std::string& own) {
  if (const auto org = decode_bounce_name(known.account))
    orgs_[org->org_id][{own, own}].add(known.reporter);
  else if (is_tenant_name(known.account))
    tenants_[own][known.account].add(known.reporter);
}

void OwnAccounts::conclude(const OwnDomains& domains, const ReporterHistory& history) {
  for (const auto& [org, sent] : orgs_) {
    std::map<std::string, Witnesses> of_owner;
    for (const auto& [mail, witnesses] : sent)
      if (mail.domain == mail.own || domains.is_sibling(mail.domain, mail.own))
        of_owner[mail.domain].add(witnesses);
    for (const auto& [domain, witnesses] : of_owner)
      if (history.trusts(witnesses)) proven_[org].push_back(domain);
  }
}

bool OwnAccounts::is_own_stack(const std::string& own, unsigned stack,
                               const ReporterHistory& history) const {
  const auto found = stacks_.find(own);
  if (found == stacks_.end()) return false;
  const auto known = found->second.find(stack);
  return known != found->second.end() && history.trusts(known->second);
}

bool OwnAccounts::knows_stacks_of(const std::string& own, const ReporterHistory& history) const {
  const auto found = stacks_.find(own);
  return found != stacks_.end() && std::ranges::any_of(found->second, [&](const auto& known) {
           return history.trusts(known.second);
         });
}

bool OwnAccounts::is_own_tenant(const std::string& own, const std::string& tenant,
                                const OwnDomains& domains, const ReporterHistory& history) const {
  const std::string name = lower(tenant);
  return std::ranges::any_of(tenants_, [&](const auto& entry) {
    if (entry.first != own && !domains.is_sibling(entry.first, own)) return false;
    const auto known = entry.second.find(name);
    return known != entry.second.end() && history.trusts(known->second);
  });
}

}  // namespace dmarcq

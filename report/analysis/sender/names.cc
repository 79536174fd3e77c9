// SPDX-License-Identifier: MIT
#include "report/analysis/sender/names.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

/// How much an SPF result says about who sent the mail: the own domain, a service, some other;
/// passes first.
int weight(bool pass, bool own, bool service, bool named) {
  return (pass ? 8 : 0) + (own ? 4 : 0) + (service ? 2 : 0) + (named ? 1 : 0);
}

/// Is it one of the names of `names.own()`? The cheap test first: most names are not even below it.
bool is_own(std::string_view name, const IdentityNames& names) {
  return name.ends_with(names.own()) && aligned(name, names.from(), Alignment::relaxed);
}

}  // namespace

bool IdentityNames::hints_at(ServiceId service, std::string_view route) const {
  return std::any_of(hints.begin(), hints.end(), [&](const auto* line) {
    return line->service_id == service && line->route == route;
  });
}

std::uint32_t NameReader::key_of(const DkimAuthResult& result) {
  return keys_
      .try_emplace(lower(result.domain) + '\0' + lower(result.selector),
                   static_cast<std::uint32_t>(keys_.size()))
      .first->second;
}

const SignatureNames& NameReader::signatures_of(const IdentityNames& names) {
  static const SignatureNames none;
  const auto dkim = names.identity->dkim;
  if (dkim.empty()) return none;
  const auto [place, is_new] = signatures_[dkim.data()].try_emplace(&names.own());
  auto& [found, list] = place->second;
  if (!is_new) return found;
  for (std::uint32_t i = 0; i < dkim.size(); ++i) {
    const auto& result = dkim[i];
    if (result.domain.empty() || result.result.is(DkimResult::none)) continue;
    SignatureNames::Signature signature;
    signature.index = i;
    signature.own = is_own(result.domain, names);
    signature.pass = result.result.is(DkimResult::pass);
    signature.temperror = result.result.is(DkimResult::temperror);
    signature.failed = !signature.pass && !signature.temperror;
    signature.service = signature.own ? nullptr : catalogue_.by_name(result.domain);
    if (signature.own) {
      signature.key = key_of(result);
      (signature.pass        ? found.own_pass
       : signature.temperror ? found.own_temperror
                             : found.own_failed) = true;
      if (signature.pass && !result.selector.empty()) {
        const auto [entry, added] = selector_hints_.try_emplace(result.selector);
        if (added) entry->second = catalogue_.hints_for_selector(result.selector);
        found.hints.insert(found.hints.end(), entry->second.begin(), entry->second.end());
      }
    }
    if (signature.service != nullptr && signature.pass && !found.stack)
      found.stack = marketing_cloud_stack(result.domain);
    list.push_back(signature);
  }
  found.signatures = list;
  return found;
}

IdentityNames NameReader::read(const Identity& identity, const std::string& policy_domain) {
  IdentityNames names;
  names.identity = &identity;
  names.from_ = identity.header_from.empty() ? &policy_domain : &identity.header_from;
  auto& own = organizational_[names.from()];
  if (own.empty()) own = organizational_domain(names.from());
  names.own_ = &own;
  names.spf_domain_ = &identity.envelope_from;

  int best = -1;
  for (const auto& spf : identity.spf) {
    if (spf.scope.is(SpfScope::helo)) continue;
    const bool pass = spf.result.is(SpfResult::pass), mine = is_own(spf.domain, names);
    const auto* const service = mine ? nullptr : catalogue_.by_name(spf.domain);
    const int found = weight(pass, mine, service != nullptr, !spf.domain.empty());
    if (found <= best) continue;
    best = found;
    names.spf_domain_ = spf.domain.empty() ? &identity.envelope_from : &spf.domain;
    names.spf = spf.result.known;
    names.spf_pass = pass && !spf.domain.empty();
    names.spf_own = mine;
    names.spf_service = service;
  }
  if (names.spf_domain_ == &identity.envelope_from && !identity.envelope_from.empty()) {
    names.spf_own = is_own(identity.envelope_from, names);
    names.spf_service = names.spf_own ? nullptr : catalogue_.by_name(identity.envelope_from);
  }

  static_cast<SignatureNames&>(names) = signatures_of(names);
  for (const IdentityNames::Signature& signature : names.signatures) {
    if (signature.service == nullptr) continue;
    auto& slot = signature.pass ? names.dkim_service : names.dkim_claimed;
    const auto rank = [&](const CatalogueLine* line) {
      if (line == nullptr) return 0;
      if (names.spf_service != nullptr && line->service == names.spf_service->service) return 3;
      return line->service_id == ServiceId::salesforce ? 2 : 1;
    };
    if (rank(signature.service) > rank(slot)) slot = signature.service;
  }

  if (names.spf_pass) {
    if (names.spf_service == nullptr)
      for (const auto* const line : catalogue_.hints_for_spf(names.spf_domain()))
        names.hints.push_back(line);
    if (const auto stack = marketing_cloud_stack(names.spf_domain())) names.stack = stack;
  }
  if (names.spf_service != nullptr && names.spf_service->service_id == ServiceId::salesforce)
    names.org = decode_bounce_name(names.spf_domain());
  return names;
}

}  // namespace dmarcq

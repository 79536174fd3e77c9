// SPDX-License-Identifier: MIT
#include "report/analysis/sender/owner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

using K = OwnerEntry::Kind;

constexpr std::array<std::string_view, owner_entry_kinds> kind_words{
    "network",      "spf-domain", "dkim-domain", "dkim-selector", "org",
    "mailing-list", "relay",      "no-mail",     "verified"};

bool may_have_network(K kind) {
  return kind == K::network || kind == K::relay || kind == K::mailing_list;
}

}  // namespace

std::string_view to_text(OwnerEntry::Kind value) noexcept {
  return kind_words[static_cast<std::size_t>(value)];
}

OwnDomains::OwnDomains(const Owner& owner) {
  for (const OwnerEntry& entry : owner.entries)
    if (entry.kind == K::no_mail || entry.kind == K::verified)
      domains_.insert(organizational_domain(lower(entry.value)));
  for (const std::string& domain : owner.domains) add(domain);
  for (std::size_t client = 0; client < owner.clients.size(); ++client)
    for (const std::string& domain : owner.clients[client])
      clients_.emplace(organizational_domain(domain), client + 1);
}

void OwnDomains::add(std::string_view policy_domain) {
  domains_.insert(organizational_domain(policy_domain));
}

std::size_t OwnDomains::client(std::string_view own) const {
  const auto found = clients_.find(own);
  return found == clients_.end() ? 0 : found->second;
}

bool OwnDomains::is_sibling(std::string_view other, std::string_view own) const {
  return other != own && contains(other) && client(other) == client(own);
}

OwnerRules::OwnerRules(Owner owner) : owner_(std::move(owner)) {
  std::vector<IpNetwork> networks;
  for (OwnerEntry& entry : owner_.entries) {
    // An org id tells upper from lower case, and so does a service's name.
    if (entry.kind != K::org && entry.kind != K::relay) entry.value = lower(entry.value);
    some_disowned_ |= !entry.ours && entry.kind != K::org;
    if (!may_have_network(entry.kind)) continue;
    if (const auto network = IpNetwork::parse(entry.value)) {
      networks.push_back(*network);
      network_entries_.push_back(&entry);
    }
  }
  networks_ = NetworkTable(networks);
}

bool names_signature(const OwnerEntry& entry, const DkimAuthResult& result, bool own) {
  if (entry.kind == K::dkim_domain) return at_or_below(result.domain, entry.value);
  if (entry.kind != K::dkim_selector) return false;
  constexpr std::string_view mark = "._domainkey.";
  const auto at = entry.value.find(mark);
  if (at == std::string::npos) return own && lower(result.selector) == entry.value;
  return lower(result.selector) == entry.value.substr(0, at) &&
         lower(result.domain) == entry.value.substr(at + mark.size());
}

const OwnerEntry* OwnerRules::disowned(const SourceRow& row, const IdentityNames& n) const {
  if (!some_disowned_ || n.own_pass || (n.spf_pass && n.spf_own)) return nullptr;
  for (const std::uint32_t position : networks_of(row.source_ip))
    if (!network_entry(position).ours) return &network_entry(position);
  for (const OwnerEntry& entry : owner_.entries) {
    if (entry.ours) continue;
    if (entry.kind == K::spf_domain && n.spf_pass && at_or_below(n.spf_domain(), entry.value))
      return &entry;
    for (const auto& signature : n.signatures)
      if (signature.pass && names_signature(entry, n.signature(signature), signature.own))
        return &entry;
  }
  return nullptr;
}

}  // namespace dmarcq

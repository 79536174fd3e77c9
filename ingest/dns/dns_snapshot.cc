// SPDX-License-Identifier: MIT
#include "ingest/dns/dns_snapshot.h"

#include "ingest/base/text.h"
#include "ingest/dns/zone.h"

namespace dmarcq {

std::expected<DnsSnapshot, std::string> DnsSnapshot::parse(std::string_view text) {
  const auto zone = Zone::parse(text, "");
  if (!zone) return std::unexpected(zone.error());
  DnsSnapshot snapshot;
  for (const Zone::Entry& entry : zone->entries()) {
    if (entry.type == "TXT")
      snapshot.texts_[entry.name].push_back(entry.data);
    else if (entry.type == "CNAME")
      snapshot.aliases_.try_emplace(entry.name, folded_domain(entry.data));
  }
  return snapshot;
}

TxtAnswer DnsSnapshot::txt(const std::string& name) {
  constexpr int longest_chain = 8;  // as resolvers have it, or thereabouts
  std::string at = folded_domain(name);
  for (int i = 0; i < longest_chain; ++i) {
    if (const auto found = texts_.find(at); found != texts_.end())
      return {TxtAnswer::Status::found, found->second};
    const auto alias = aliases_.find(at);
    if (alias == aliases_.end()) break;
    at = alias->second;
  }
  return {};
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/answers/salesforce_inventory.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "report/analysis/own.h"
#include "report/analysis/sender/salesforce.h"
#include "report/analysis/stream/handover.h"
#include "report/analysis/weights.h"

namespace dmarcq {
namespace {

struct OrgTally {
  OrgUse use;
  std::map<std::string, std::uint64_t> keys;
  Day first_day = 0, last_day = 0;
};

void find_hand_overs(std::vector<OrgTally>& orgs, Day end) {
  const auto life = [](const OrgTally& o) {
    return SenderLife{o.first_day, o.last_day, o.use.messages};
  };
  for (OrgTally& fresh : orgs)
    for (const OrgTally& before : orgs)
      if (fresh.use.ownership == Ownership::unproven && before.use.ownership == Ownership::ours &&
          fresh.use.from == before.use.from && is_hand_over(life(before), life(fresh), end))
        fresh.use.hand_over = before.use.org_id;
}

}  // namespace

SalesforceInventory salesforce_inventory(JudgedWindow& window, const std::string& domain) {
  const Judgement& judged = window.judgement();
  std::map<std::pair<std::string, std::string>, OrgTally> orgs;              // From, org
  std::map<std::tuple<std::string, std::string, unsigned>, CloudUse> cloud;  // From, SAP, stack
  std::map<std::string, RelayUse> relays;
  Day end = 0;
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    const SourceRow& row = window.rows()[i];
    const RowVerdict& verdict = judged.rows[i];
    const Sender& sender = judged.senders[verdict.sender];
    if (window.dictionary().domain(row.domain) != domain || sender.service != salesforce_service ||
        !is_proven_salesforce(sender))
      continue;
    const IdentityNames& n = window.identifier().names(row);
    end = std::max(end, row.last_day);
    if (sender.place == Place::relay) {
      RelayUse& relay = relays[sender.via.empty() ? row.source_ip.to_text() : sender.via];
      relay.messages += row.messages;
      relay.declared = relay.declared || sender.evidence == Evidence::owner;
      continue;
    }
    if (sender.place != Place::home) continue;
    if (sender.route == salesforce_route::core) {
      const std::string org =
          verdict.org >= 0 ? judged.orgs[static_cast<std::size_t>(verdict.org)].org.org_id : "";
      OrgTally& tally = orgs[{n.from(), org}];
      if (tally.use.messages == 0) tally.first_day = tally.last_day = row.first_day;
      tally.first_day = std::min(tally.first_day, row.first_day);
      tally.last_day = std::max(tally.last_day, row.last_day);
      tally.use.from = n.from();
      tally.use.org_id = org;
      if (verdict.org >= 0)
        tally.use.ownership = judged.orgs[static_cast<std::size_t>(verdict.org)].ownership;
      tally.use.messages += row.messages;
      if (n.signatures.empty()) tally.use.unsigned_messages += row.messages;
      if (is_bounce_name(n.spf_domain())) tally.use.bounce_managed += row.messages;
      for (const auto& signature : n.signatures)
        if (signature.own && signature.pass && !n.signature(signature).selector.empty())
          tally.keys[n.signature(signature).selector + "._domainkey." +
                     n.signature(signature).domain] += row.messages;
    } else if (sender.route == salesforce_route::marketing_cloud) {
      const bool customer = n.spf_pass && n.spf_service == nullptr &&
                            n.spf_domain().starts_with("bounce.");
      const std::string sap = customer ? n.spf_domain().substr(7) : "";
      CloudUse& use = cloud[{n.from(), sap, n.stack.value_or(0)}];
      use.from = n.from();
      use.sap = sap;
      use.stack = n.stack.value_or(0);
      use.messages += row.messages;
      if (!verdict.passes()) use.failing += row.messages;
    }
  }

  std::vector<OrgTally> list;
  for (auto& [key, tally] : orgs) {
    tally.use.keys = by_weight(tally.keys);
    tally.use.only_one_key = tally.use.keys.size() == 1;
    list.push_back(std::move(tally));
  }
  find_hand_overs(list, end);
  SalesforceInventory inventory;
  for (OrgTally& tally : list) inventory.orgs.push_back(std::move(tally.use));
  std::ranges::stable_sort(inventory.orgs, [](const OrgUse& a, const OrgUse& b) {
    return a.from != b.from ? a.from < b.from : a.messages > b.messages;
  });
  for (auto& [key, use] : cloud) inventory.cloud.push_back(std::move(use));
  for (auto& [through, relay] : relays) {
    relay.through = through;
    inventory.relays.push_back(std::move(relay));
  }
  std::ranges::stable_sort(inventory.relays, std::ranges::greater(), &RelayUse::messages);
  return inventory;
}

}  // namespace dmarcq

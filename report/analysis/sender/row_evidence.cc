// SPDX-License-Identifier: MIT
#include "report/analysis/sender/row_evidence.h"

#include <algorithm>

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {

bool in_network_of(const CatalogueLine& line, const RowEvidence& evidence) {
  return std::ranges::any_of(evidence.networks, [&](const CatalogueLine* network) {
    return network->service == line.service || sends_through(line.service_id, network->service_id);
  });
}

bool in_salesforce_network(const RowEvidence& evidence) {
  return std::ranges::any_of(evidence.networks, [](const CatalogueLine* network) {
    return network->service_id == ServiceId::salesforce;
  });
}

bool at_home(const CatalogueLine& line, const RowEvidence& evidence,
             const SenderCatalogue& catalogue) {
  const IdentityNames& n = evidence.names;
  if (n.spf_pass && n.spf_service != nullptr)
    return n.spf_service->service == line.service ||
           sends_through(line.service_id, n.spf_service->service_id);
  if (in_network_of(line, evidence)) return true;
  // Another's, whatever SPF allows there: a group, a routing rule, a relay.
  if (!evidence.networks.empty()) return false;
  if (n.spf_pass && n.spf_own) return true;
  // A passing envelope of a stranger: the service's other customer, or a forwarder's own.
  // Marketing Cloud's begin with "bounce."
  if (n.spf_pass)
    return line.service_id == ServiceId::salesforce ? n.spf_domain().starts_with("bounce.")
                                                    : !catalogue.knows_networks_of(line.service);
  return false;
}

const CatalogueLine* authenticated_service(const RowEvidence& evidence,
                                           const SenderCatalogue& catalogue) {
  const IdentityNames& n = evidence.names;
  if (n.spf_pass && n.spf_service != nullptr) {
    const bool sent_through = n.dkim_service != nullptr &&
                              sends_through(n.dkim_service->service_id, n.spf_service->service_id);
    return sent_through ? n.dkim_service : n.spf_service;
  }
  if (n.dkim_service != nullptr && at_home(*n.dkim_service, evidence, catalogue))
    return n.dkim_service;
  return nullptr;
}

bool has_stack_selector(const IdentityNames& n) {
  return std::ranges::any_of(n.hints,
                             [](const CatalogueLine* line) { return line->value == "#dkim1"; });
}

InternedString salesforce_route_of(const IdentityNames& n, const SenderWords& words) {
  const auto of_salesforce = [](const CatalogueLine* line) {
    return line != nullptr && line->service_id == ServiceId::salesforce ? line : nullptr;
  };
  const CatalogueLine* const spf = n.spf_pass ? of_salesforce(n.spf_service) : nullptr;
  const CatalogueLine* const dkim = of_salesforce(n.dkim_service);
  if (spf != nullptr && words.route(*spf) == words.core) return words.core;
  if (spf != nullptr && spf->value == "pd25.com") return words.account_engagement;
  if (dkim != nullptr) return words.route(*dkim);
  if (spf == nullptr) return words.unspecified;
  // Stack 7 carries both. Marketing Cloud adds a signature of its own, or signs with
  // <stack>dkim1.
  if (words.route(*spf) == words.account_engagement)
    return has_stack_selector(n) ? words.marketing_cloud : words.account_engagement;
  return words.route(*spf);
}

InternedString route_of(const CatalogueLine& line, const IdentityNames& n,
                        const SenderWords& words) {
  return line.service_id == ServiceId::salesforce ? salesforce_route_of(n, words)
                                                  : words.route(line);
}

bool is_core_passed_on(const IdentityNames& n) {
  return !n.spf_pass && n.spf_service != nullptr &&
         n.spf_service->service_id == ServiceId::salesforce && is_bounce_name(n.spf_domain());
}

}  // namespace dmarcq

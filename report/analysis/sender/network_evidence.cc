// SPDX-License-Identifier: MIT
#include "report/analysis/sender/network_evidence.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace dmarcq {
namespace {

std::string_view prefix_of(const CatalogueLine& network) {
  const std::string_view value = network.value;
  return value.substr(value.find('/'));
}

/// "Mailgun or Mailjet": all that have a network of the size of the most specific one.
std::string shared_by(std::span<const CatalogueLine* const> networks) {
  std::set<std::string_view> services;
  for (const CatalogueLine* const line : networks)
    if (prefix_of(*line) == prefix_of(*networks.front())) services.insert(line->service);
  std::string text;
  for (const std::string_view service : services) {
    if (!text.empty()) text += " or ";
    text += service;
  }
  return text;
}

/// Of services that share the most specific network the one at which a name of the row hints. Sets
/// `ambiguous` where none or several are hinted at.
const CatalogueLine* choose_service(const RowEvidence& evidence, bool& ambiguous) {
  const CatalogueLine* chosen = evidence.networks.front();
  const std::string_view prefix = prefix_of(*chosen);
  const auto hinted = [&](const CatalogueLine& line) {
    return std::ranges::any_of(evidence.names.hints, [&](const CatalogueLine* hint) {
      return hint->service == line.service;
    });
  };
  std::size_t hinted_at = hinted(*chosen), services = 1;
  for (const CatalogueLine* const line : evidence.networks) {
    if (line->service == chosen->service || prefix_of(*line) != prefix) continue;
    ++services;
    if (!hinted(*line)) continue;
    if (++hinted_at == 1) chosen = line;
  }
  ambiguous = services > 1 && hinted_at != 1;
  return chosen;
}

/// The route behind a Salesforce address, by what else the row shows.
void set_salesforce_route(const RowEvidence& evidence, const SenderWords& words, Candidate& c) {
  const IdentityNames& n = evidence.names;
  const auto network_of = [&](InternedString route) -> const CatalogueLine* {
    const auto found = std::ranges::find_if(
        evidence.networks, [&](const CatalogueLine* line) { return words.route(*line) == route; });
    return found == evidence.networks.end() ? nullptr : *found;
  };
  const CatalogueLine* const marketing = network_of(words.marketing_cloud);
  const CatalogueLine* const engagement = network_of(words.account_engagement);
  const CatalogueLine* const core = network_of(words.core);
  const bool bounce_envelope = n.spf_domain().starts_with("bounce.");
  const bool claims = !n.spf_pass && n.spf_service != nullptr &&
                      n.spf_service->service_id == ServiceId::salesforce;
  if (claims) {  // the address is theirs, so the name in the envelope is believed
    c.route = words.route(*n.spf_service);
    c.basis = Basis::network_claimed;
  } else if (core != nullptr) {
    c.route = words.core;
    c.line = core;
  } else if (marketing != nullptr && engagement != nullptr) {
    c.line = marketing;
    if (has_stack_selector(n) || (n.spf_own && bounce_envelope)) {
      c.route = words.marketing_cloud;
    } else {
      c.route = words.unspecified;
      c.ambiguous = true;
      c.basis = Basis::network_shared;
    }
  } else if (marketing != nullptr) {
    c.line = marketing;
    c.route = words.marketing_cloud;
  } else if (n.hints_at(ServiceId::salesforce, *words.marketing_cloud)) {
    c.route = words.marketing_cloud;
    c.basis = Basis::network_shape;
  } else if (n.hints_at(ServiceId::salesforce, *words.core) || (n.spf_own && !bounce_envelope)) {
    // Outside of Marketing Cloud's ranges, and the envelope is the From domain's, as Core has it
    // without bounce management.
    c.route = words.core;
    c.basis = Basis::network_shape;
  } else {
    c.route = words.unspecified;
  }
}

}  // namespace

std::optional<Candidate> network_candidate(const RowEvidence& evidence, SenderWords& words) {
  if (evidence.networks.empty()) return std::nullopt;
  Candidate c;
  c.evidence = Evidence::network;
  c.basis = Basis::network;
  c.place = Place::home;
  c.line = choose_service(evidence, c.ambiguous);
  c.service_class = c.line->service_class;
  if (c.ambiguous) {
    c.service = words.intern(shared_by(evidence.networks));
    c.basis = Basis::network_shared;
    return c;
  }
  c.service = words.service(*c.line);
  if (c.line->service_id == ServiceId::salesforce)
    set_salesforce_route(evidence, words, c);
  else
    c.route = words.route(*c.line);
  return c;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/analysis/sender/identify.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "ingest/base/text.h"
#include "report/analysis/sender/network_evidence.h"

namespace dmarcq {
namespace {

using K = OwnerEntry::Kind;

bool is_salesforce(const CatalogueLine* line) {
  return line != nullptr && line->service_id == ServiceId::salesforce;
}

/// What several candidates of a row are made from.
struct RowFacts {
  const RowEvidence& evidence;
  const CatalogueLine* spf = nullptr;      ///< SPF passes for a name of this service
  const CatalogueLine* dkim = nullptr;     ///< a signature of this service passes
  const CatalogueLine* claimed = nullptr;  ///< a name of this service is there, but does not pass
  const CatalogueLine* host = nullptr;     ///< the address's host name is of this service
  LearnedAddresses::Answer address;
  /// A passing own signature whose selector Salesforce was seen to use.
  std::optional<DirectSelectors::Known> signed_by_salesforce = {};
  /// Who runs the address, by all but the mail's own signatures; null: unknown.
  InternedString operator_service = nullptr;
  ServiceClass operator_class = ServiceClass::unknown;
  /// The route on which Salesforce mail began: by a signature of the platform, by a selector, or by
  /// an envelope under an own signature. Null: nothing says that it is Salesforce's.
  InternedString origin = nullptr;
};

void set_operator(RowFacts& facts, const SenderWords& words) {
  const auto take = [&](const CatalogueLine& line) {
    facts.operator_service = words.service(line);
    facts.operator_class = line.service_class;
  };
  if (facts.spf != nullptr) {
    take(*facts.spf);
  } else if (const auto* const record = facts.address.record; record != nullptr) {
    facts.operator_service = record->service;
    facts.operator_class = record->service_class;
  } else if (facts.host != nullptr) {
    take(*facts.host);
  } else if (!facts.evidence.networks.empty()) {
    take(*facts.evidence.networks.front());
  }
}

RowFacts facts_of(const RowEvidence& evidence, const IdentificationContext& context) {
  const IdentityNames& n = evidence.names;
  RowFacts facts{
      .evidence = evidence,
      .spf = n.spf_pass ? n.spf_service : nullptr,
      .dkim = n.dkim_service,
      .claimed = n.spf_service != nullptr && !n.spf_pass ? n.spf_service : n.dkim_claimed,
      .host = context.catalogue.by_name(evidence.host_name),
      .address = context.known.addresses.of(evidence, context.known.history)};
  for (const auto& signature : n.signatures)
    if (signature.own && signature.pass)
      if (const auto known = context.known.selectors.known(signature);
          known && known->service == context.words.salesforce)
        facts.signed_by_salesforce = known;
  set_operator(facts, context.words);
  if (is_salesforce(facts.dkim))
    facts.origin = salesforce_route_of(n, context.words);
  else if (facts.signed_by_salesforce)
    facts.origin = facts.signed_by_salesforce->route;
  else if (is_salesforce(facts.claimed) && n.own_pass)
    facts.origin = context.words.route(*facts.claimed);
  return facts;
}

/// A candidate with what holds for all: who runs the address, and where Salesforce mail began.
Candidate candidate(const RowFacts& facts, const SenderWords& words, Evidence evidence, Basis basis,
                    Place place, InternedString service, InternedString route,
                    ServiceClass service_class) {
  Candidate c;
  c.evidence = evidence;
  c.basis = basis;
  c.place = place;
  c.service = service;
  c.route = route;
  c.service_class = service_class;
  const bool not_its_own = place == Place::elsewhere || place == Place::relay;
  if (not_its_own && facts.operator_service != service) {
    c.via = facts.operator_service;
    c.via_class = facts.operator_class;
  }
  if (service != words.salesforce) c.origin_route = facts.origin;
  return c;
}

Candidate of_line(const RowFacts& facts, const SenderWords& words, Evidence evidence, Basis basis,
                  Place place, const CatalogueLine& line, InternedString route) {
  Candidate c = candidate(facts, words, evidence, basis, place, words.service(line), route,
                          line.service_class);
  c.line = &line;
  return c;
}

Candidate of_salesforce(const RowFacts& facts, const SenderWords& words, Evidence evidence,
                        Basis basis, Place place, InternedString route) {
  return candidate(facts, words, evidence, basis, place, words.salesforce, route,
                   ServiceClass::esp);
}

// ---- what the owner says

Candidate of_entry(const OwnerEntry& entry, const RowFacts& facts,
                   const IdentificationContext& context, Place place, ServiceClass service_class) {
  if (service_class == ServiceClass::own && !entry.service.empty()) {
    const ServiceClass listed = context.catalogue.class_of(entry.service);
    if (listed != ServiceClass::unknown) service_class = listed;
  }
  Candidate c = candidate(facts, context.words, Evidence::owner, Basis::owner_entry, place,
                          context.words.intern(entry.service.empty() ? entry.name : entry.service),
                          context.words.intern(entry.route), service_class);
  c.entry = &entry;
  return c;
}

Candidate of_relay(const OwnerEntry& entry, const RowFacts& facts,
                   const IdentificationContext& context) {
  SenderWords& words = context.words;
  const bool from_salesforce = facts.origin != nullptr || facts.signed_by_salesforce ||
                               is_salesforce(facts.claimed);
  const auto own_service = [&] {
    if (!entry.service.empty()) return words.intern(entry.service);
    return entry.name.empty() ? words.own_relay : words.intern(entry.name);
  };
  Candidate c = from_salesforce
                    ? of_salesforce(facts, words, Evidence::owner, Basis::owner_relay_salesforce,
                                    Place::relay, words.email_relay)
                    : candidate(facts, words, Evidence::owner, Basis::owner_relay, Place::relay,
                                own_service(), words.intern(entry.route), ServiceClass::own);
  c.entry = &entry;
  return c;
}

/// By an entry that names a domain, a selector, or a service as relay.
void add_by_entry(const OwnerEntry& entry, const RowFacts& facts,
                  const IdentificationContext& context, Candidates& out) {
  const IdentityNames& n = facts.evidence.names;
  const bool operator_known = facts.operator_service != nullptr;
  if (entry.kind == K::spf_domain || entry.kind == K::mailing_list) {
    if (n.spf_pass && at_or_below(n.spf_domain(), entry.value))
      out.push_back(
          of_entry(entry, facts, context, Place::home,
                   entry.kind == K::mailing_list ? ServiceClass::list : ServiceClass::own));
  } else if (entry.kind == K::relay) {
    if (operator_known && *facts.operator_service == entry.value &&
        (facts.origin != nullptr || is_salesforce(facts.claimed)))
      out.push_back(of_relay(entry, facts, context));
  } else {
    const bool named = std::ranges::any_of(n.signatures, [&](const auto& signature) {
      return signature.pass && names_signature(entry, n.signature(signature), signature.own);
    });
    if (!named) return;
    // A signature outlives forwarding: at home only where SPF passes too, or the address is the
    // named service's.
    const bool home = n.spf_pass || (operator_known && *facts.operator_service == entry.service);
    out.push_back(
        of_entry(entry, facts, context, home ? Place::home : Place::elsewhere, ServiceClass::own));
  }
}

void add_by_owner(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  if (context.owner.owner().entries.empty()) return;
  for (const std::uint32_t position : context.owner.networks_of(facts.evidence.row.source_ip)) {
    const OwnerEntry& entry = context.owner.network_entry(position);
    if (!entry.ours) continue;
    if (entry.kind == K::relay)
      out.push_back(of_relay(entry, facts, context));
    else
      out.push_back(
          of_entry(entry, facts, context, Place::home,
                   entry.kind == K::mailing_list ? ServiceClass::list : ServiceClass::own));
  }
  for (const OwnerEntry& entry : context.owner.owner().entries)
    if (entry.ours) add_by_entry(entry, facts, context, out);
}

// ---- what names and learned addresses say

void add_by_relay(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  if (!is_core_passed_on(facts.evidence.names)) return;
  const auto through = deliverer(facts.evidence, context.words);
  if (through && context.known.origins.is_relay(facts.evidence.names.own_word(), *through))
    out.push_back(of_salesforce(facts, context.words, Evidence::learned, Basis::relay, Place::relay,
                                context.words.email_relay));
}

/// SPF tells who runs the address, DKIM who signed: a signature survives forwarding.
void add_by_names(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  const RowEvidence& evidence = facts.evidence;
  const CatalogueLine* const spf = facts.spf;
  const CatalogueLine* const dkim = facts.dkim;
  const auto add = [&](Basis basis, Place place, const CatalogueLine& line) {
    out.push_back(of_line(facts, context.words, Evidence::authenticated, basis, place, line,
                          route_of(line, evidence.names, context.words)));
  };
  const bool sent_through = spf != nullptr && dkim != nullptr &&
                            sends_through(dkim->service_id, spf->service_id);
  if (sent_through) add(Basis::dkim_pass, Place::home, *dkim);
  if (spf != nullptr) add(Basis::spf_pass, Place::home, *spf);
  if (dkim == nullptr || sent_through || (spf != nullptr && spf->service == dkim->service)) return;
  if (spf == nullptr && at_home(*dkim, evidence, context.catalogue))
    add(Basis::dkim_pass, Place::home, *dkim);
  else
    add(Basis::dkim_pass_elsewhere, Place::elsewhere, *dkim);
}

void add_by_selector(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  if (!facts.signed_by_salesforce) return;
  const IdentityNames& n = facts.evidence.names;
  const SenderWords& words = context.words;
  const InternedString route = facts.signed_by_salesforce->route;
  const bool salesforce_address = facts.operator_service == words.salesforce;
  // Known from this network only: the network speaks for itself below.
  if (salesforce_address && !facts.signed_by_salesforce->selector->authenticated) return;
  const bool own_envelope = n.spf_own && n.spf_pass;
  const auto add = [&](Basis basis, Place place, InternedString by_route) {
    out.push_back(of_salesforce(facts, words, Evidence::learned, basis, place, by_route));
  };
  if (salesforce_address || (own_envelope && facts.operator_service == nullptr))
    add(Basis::selector_at_home, Place::home, route);
  else if (own_envelope)
    add(Basis::selector_relay, Place::relay, words.email_relay);
  else
    add(Basis::selector_elsewhere, Place::elsewhere, route);
}

void add_by_address(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  const LearnedAddresses::Record* const record = facts.address.record;
  if (record == nullptr) return;
  const SenderWords& words = context.words;
  Candidate c = candidate(facts, words, Evidence::learned, Basis::address, Place::home,
                          record->service, record->route, record->service_class);
  c.line = record->line;
  c.ambiguous = facts.address.several_routes || facts.address.several_services;
  if (facts.address.several_routes && record->service == words.salesforce) {
    const auto network = network_candidate(facts.evidence, context.words);
    const bool decides = network && network->service == words.salesforce && !network->ambiguous;
    c.route = decides ? network->route : words.unspecified;
  }
  out.push_back(c);
}

// ---- what the address and unproven names say

void add_by_host(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  const std::string& host_name = facts.evidence.host_name;
  if (host_name.empty()) return;
  const CatalogueLine* line = facts.host;
  if (line == nullptr) {
    // "mta4.by.example.com" is Marketing Cloud's only at an address of Salesforce.
    const auto hints = context.catalogue.hints_for_host(host_name);
    const auto fits = std::ranges::find_if(
        hints, [&](const CatalogueLine* hint) { return in_network_of(*hint, facts.evidence); });
    if (fits == hints.end()) return;
    line = *fits;
  }
  out.push_back(of_line(facts, context.words, Evidence::name, Basis::host, Place::home, *line,
                        context.words.route(*line)));
}

void add_by_network(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  auto c = network_candidate(facts.evidence, context.words);
  if (!c) return;
  if (c->service != context.words.salesforce) c->origin_route = facts.origin;
  out.push_back(*c);
}

void add_claimed(const RowFacts& facts, const IdentificationContext& context, Candidates& out) {
  if (facts.claimed == nullptr) return;
  const IdentityNames& n = facts.evidence.names;
  const InternedString route = context.words.route(*facts.claimed);
  const auto add = [&](Basis basis, Place place) {
    out.push_back(
        of_line(facts, context.words, Evidence::claimed, basis, place, *facts.claimed, route));
  };
  if (n.own_pass && is_salesforce(facts.claimed))
    add(Basis::claimed_signed, Place::elsewhere);
  else if (n.spf_service == facts.claimed)
    add(Basis::claimed_spf, Place::unknown);
  else
    add(Basis::claimed_dkim, Place::unknown);
}

void add_nothing(const RowFacts&, const IdentificationContext&, Candidates& out) {
  out.emplace_back();
}

/// The order of strength. A relay that was learned stands before names that pass: the signature
/// that passes there is the owner's own.
constexpr std::array by_strength{add_by_owner,    add_by_relay,   add_by_names,
                                 add_by_selector, add_by_address, add_by_host,
                                 add_by_network,  add_claimed,    add_nothing};

std::string why_not(const Candidate& c, const Candidate& taken) {
  if (c.evidence != taken.evidence)
    return std::string(to_text(c.evidence)) + " is weaker than " +
           std::string(to_text(taken.evidence));
  if (c.evidence == Evidence::authenticated)
    return "SPF tells who runs the address, a signature only who wrote the mail: " +
           std::string(text_of(taken.service)) + " sent it on";
  return "of the same strength, but less specific";
}

}  // namespace

void find_candidates(const RowEvidence& evidence, const IdentificationContext& context,
                     CandidateDepth depth, Candidates& out) {
  out.clear();
  const RowFacts facts = facts_of(evidence, context);
  for (const auto add : by_strength) {
    add(facts, context, out);
    if (depth == CandidateDepth::strongest && !out.empty()) return;
  }
}

std::vector<Reading> readings(const RowEvidence& evidence, const IdentificationContext& context) {
  Candidates found;
  find_candidates(evidence, context, CandidateDepth::all, found);
  const Candidate& taken = found.front();
  std::vector<Reading> result;
  result.push_back({.sender = make_sender(taken, context.words), .taken = true, .why_not = {}});
  for (const Candidate& c : std::span(found).subspan(1)) {
    if (c.basis == Basis::nothing) continue;
    result.push_back({.sender = make_sender(c, context.words),
                      .agrees = c.service == taken.service && c.route == taken.route,
                      .why_not = why_not(c, taken)});
  }
  // Names of the catalogue that the address fits too, for which nothing in the row speaks.
  for (const CatalogueLine* const line : evidence.networks) {
    const bool read = std::ranges::any_of(result, [&](const Reading& reading) {
      return reading.sender.service == line->service &&
             (reading.sender.route == line->route || line->route.empty());
    });
    if (read) continue;
    Reading reading;
    reading.sender.service = line->service;
    reading.sender.service_id = line->service_id;
    reading.sender.route = line->route;
    reading.sender.service_class = line->service_class;
    reading.sender.evidence = Evidence::network;
    reading.sender.place = Place::home;
    reading.sender.detail = "address in " + line->value;
    reading.why_not = "shares the network, but no name in the row speaks for it";
    result.push_back(std::move(reading));
  }
  return result;
}

}  // namespace dmarcq

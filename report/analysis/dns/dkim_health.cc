// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dkim_health.h"

#include <algorithm>
#include <optional>

#include "ingest/base/text.h"
#include "parser/dns_record/dkim_key.h"

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;
using Status = DnsAnswer::Status;
using State = SelectorHealth::State;

constexpr int short_key = 2048, long_key = 4096;  // RFC 8301 section 3.2

constexpr std::string_view salesforce_keys = "custdkim.salesforce.com";

void check_key(SelectorHealth& selector, const std::string& record,
               std::vector<DomainFault>& faults) {
  const auto add = [&](Kind kind, std::string value = {}, std::uint64_t number = 0) {
    faults.push_back(
        {.kind = kind, .subject = selector.name, .value = std::move(value), .number = number});
  };
  const auto key = parse_dkim_key(record);
  if (!key) {
    selector.state = key.error().revoked ? State::revoked : State::broken;
    if (key.error().revoked)
      add(Kind::dkim_revoked);
    else
      add(Kind::dkim_bad_key, key.error().reason);
    return;
  }
  selector.state = State::published;
  if (key->type == DkimKey::Type::ed25519) {
    selector.key = "Ed25519";
  } else {
    const int bits = key->key.bits();
    selector.key = "RSA " + std::to_string(bits);
    if (bits < short_key) add(Kind::dkim_short_key, {}, static_cast<std::uint64_t>(bits));
    if (bits > long_key) add(Kind::dkim_long_key, {}, static_cast<std::uint64_t>(bits));
  }
  if (key->testing) add(Kind::dkim_testing);
  if (key->exact_domain) add(Kind::dkim_exact_domain);
}

SelectorHealth look_at(const SelectorAsked& asked, Resolver& resolver,
                       std::vector<DomainFault>& faults) {
  SelectorHealth selector{.asked = asked, .name = selector_name(asked), .key = {}, .aliases = {}};
  const DnsAnswer answer = resolver.ask({selector.name, RecordType::txt});
  selector.aliases = answer.aliases;
  selector.is_salesforce = std::ranges::any_of(
      answer.aliases, [](const std::string& name) { return is_below(name, salesforce_keys); });
  if (auto fault = fault_of_answer(selector.name, answer)) faults.push_back(std::move(*fault));
  if (answer.status == Status::no_name || answer.status == Status::no_data) {
    selector.state = State::missing;
    if (answer.aliases.empty() || answer.status == Status::no_data)
      faults.push_back(
          {.kind = Kind::dkim_missing, .subject = selector.name, .value = asked.selector});
  } else if (answer.data.size() > 1) {
    selector.state = State::broken;
    faults.push_back(
        {.kind = Kind::dkim_several, .subject = selector.name, .number = answer.data.size()});
  } else if (answer.status == Status::found && !answer.data.empty()) {
    check_key(selector, answer.data.front(), faults);
  }
  return selector;
}

/// "sf2" for "sf1", and the other way round; nothing for other names.
std::optional<std::string> partner_of(std::string selector) {
  if (selector.empty() || (selector.back() != '1' && selector.back() != '2')) return std::nullopt;
  selector.back() = selector.back() == '1' ? '2' : '1';
  return selector;
}

/// A partner that nobody named or saw, but that exists or whose absence is a fact.
void add_partner(const SelectorHealth& one, DkimHealth& health, Resolver& resolver) {
  const auto partner = partner_of(one.asked.selector);
  if (!partner) return;
  const SelectorAsked asked{.domain = one.asked.domain, .selector = *partner};
  std::vector<DomainFault> faults;
  const SelectorHealth other = look_at(asked, resolver, faults);
  if (other.state == State::unknown) return;
  health.selectors.push_back(other);
  // That there is nothing is told as a fault of the pair.
  if (other.is_salesforce) std::ranges::move(faults, std::back_inserter(health.faults));
}

/// The selectors at Salesforce Core come in pairs.
void check_salesforce_pair(const std::string& domain, DkimHealth& health, Resolver& resolver) {
  const auto of_pair = [&](const SelectorHealth& selector) {
    return selector.is_salesforce && selector.asked.domain == domain;
  };
  const auto first = std::ranges::find_if(health.selectors, of_pair);
  if (first == health.selectors.end()) return;
  const SelectorHealth one = *first;
  const auto partner = partner_of(one.asked.selector);
  const auto is_partner = [&](const SelectorHealth& other) {
    return other.name != one.name && other.asked.domain == domain &&
           (other.is_salesforce || other.asked.selector == partner);
  };
  if (std::ranges::none_of(health.selectors, is_partner)) add_partner(one, health, resolver);
  const auto other = std::ranges::find_if(health.selectors, is_partner);
  if (other == health.selectors.end()) {
    health.faults.push_back({.kind = Kind::dkim_salesforce_pair_unknown,
                             .subject = one.name,
                             .value = one.asked.selector});
  } else if ((other->state == State::missing) != (one.state == State::missing)) {
    const bool first_is_there = other->state == State::missing;
    health.faults.push_back({.kind = Kind::dkim_salesforce_pair_broken,
                             .subject = first_is_there ? other->name : one.name,
                             .value = first_is_there ? one.asked.selector : other->asked.selector,
                             .other = first_is_there ? other->asked.selector : one.asked.selector});
  }
}

}  // namespace

std::string_view to_text(State state) noexcept {
  switch (state) {
    case State::published: return "published";
    case State::missing: return "missing";
    case State::revoked: return "revoked";
    case State::broken: return "broken";
    case State::unknown: return "unknown";
  }
  return {};
}

std::string selector_name(const SelectorAsked& asked) {
  return asked.selector + "._domainkey." + asked.domain;
}

DkimHealth check_dkim(const std::string& domain, const std::vector<SelectorAsked>& asked,
                      bool database, Resolver& resolver) {
  DkimHealth health;
  for (const SelectorAsked& one : asked)
    health.selectors.push_back(look_at(one, resolver, health.faults));
  if (asked.empty()) health.faults.push_back({.kind = Kind::dkim_no_selectors, .subject = domain});
  check_salesforce_pair(domain, health, resolver);
  if (database)
    for (const SelectorHealth& selector : health.selectors)
      if (selector.state == State::published && !selector.asked.from_reports)
        health.faults.push_back({.kind = Kind::dkim_unseen,
                                 .subject = selector.name,
                                 .value = selector.asked.selector});
  return health;
}

}  // namespace dmarcq

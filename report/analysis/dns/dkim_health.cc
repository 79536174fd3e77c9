// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dkim_health.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

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
std::optional<std::string> partner_name(std::string selector) {
  if (selector.empty() || (selector.back() != '1' && selector.back() != '2')) return std::nullopt;
  selector.back() = selector.back() == '1' ? '2' : '1';
  return selector;
}

SelectorHealth* find_selector(DkimHealth& health, const SelectorAsked& asked) {
  const std::string name = selector_name(asked);
  const auto found = std::ranges::find(health.selectors, name, &SelectorHealth::name);
  return found == health.selectors.end() ? nullptr : &*found;
}

/// The selector beside this one by its name, which nobody may have named or seen: looked up then.
/// Nothing where its name cannot be told, or DNS does not answer.
std::optional<SelectorHealth> partner_of(const SelectorHealth& one, DkimHealth& health,
                                         Resolver& resolver) {
  const auto name = partner_name(one.asked.selector);
  if (!name) return std::nullopt;
  const SelectorAsked asked{.domain = one.asked.domain, .selector = *name};
  if (const SelectorHealth* const seen = find_selector(health, asked)) return *seen;
  std::vector<DomainFault> faults;
  SelectorHealth other = look_at(asked, resolver, faults);
  if (other.state == State::unknown) return std::nullopt;
  health.selectors.push_back(other);
  // That there is nothing is told as a fault of the pair.
  if (other.is_salesforce) std::ranges::move(faults, std::back_inserter(health.faults));
  return other;
}

/// A selector beside which none of a fitting name is there.
struct Alone {
  SelectorHealth one;
  bool has_name = false;  ///< the other's name can be told, and DNS says that it does not exist
};

/// One of a pair is there, the other is not.
void add_broken_pair(const SelectorAsked& there, const SelectorAsked& missing, DkimHealth& health) {
  health.faults.push_back({.kind = Kind::dkim_salesforce_pair_broken,
                           .subject = selector_name(missing),
                           .value = there.selector,
                           .other = missing.selector});
}

void check_alone(const std::vector<Alone>& alone, DkimHealth& health) {
  const Alone& first = alone.front();
  const SelectorAsked& asked = first.one.asked;
  if (alone.size() == 1 && first.has_name) {
    const SelectorAsked other{.domain = asked.domain, .selector = *partner_name(asked.selector)};
    if (first.one.state == State::missing) return;  // both are, and it was said of each
    return add_broken_pair(asked, other, health);
  }
  if (alone.size() == 2) {
    const SelectorHealth& second = alone.back().one;
    const bool is_first_missing = first.one.state == State::missing;
    if (is_first_missing != (second.state == State::missing))
      return is_first_missing ? add_broken_pair(second.asked, asked, health)
                              : add_broken_pair(asked, second.asked, health);
    const bool is_named = !asked.from_reports || !second.asked.from_reports;
    if (is_named || (!first.has_name && !alone.back().has_name)) return;
  }
  health.faults.push_back({.kind = Kind::dkim_salesforce_pair_unknown,
                           .subject = first.one.name,
                           .value = asked.selector});
}

/// The selectors at Salesforce Core come in pairs, and each org has one of its own. Mostly their
/// names tell which two belong together ("sf1" and "sf2"), but an admin may choose any: two that
/// have no partner by name may be each other's; of more that is not known.
void check_salesforce_pairs(DkimHealth& health, Resolver& resolver) {
  std::map<std::string, std::vector<Alone>> alone;  // by d=
  std::set<std::string> paired;
  const std::vector<SelectorHealth> seen = health.selectors;
  for (const SelectorHealth& one : seen) {
    if (!one.is_salesforce || paired.contains(one.name)) continue;
    const auto partner = partner_of(one, health, resolver);
    if (!partner || (partner->state == State::missing && !partner->is_salesforce)) {
      alone[one.asked.domain].push_back({one, partner.has_value()});
      continue;
    }
    paired.insert(partner->name);
    if (partner->state == State::missing && one.state != State::missing)
      add_broken_pair(one.asked, partner->asked, health);
    else if (one.state == State::missing && partner->state != State::missing)
      add_broken_pair(partner->asked, one.asked, health);
  }
  for (const auto& [domain, selectors] : alone) check_alone(selectors, health);
}

/// Of two that Salesforce rotates between, one signs, and the other is not to be taken away.
bool waits_for_rotation(const SelectorHealth& one, const DkimHealth& health) {
  if (!one.is_salesforce) return false;
  std::vector<const SelectorHealth*> at_salesforce;
  for (const SelectorHealth& other : health.selectors)
    if (other.is_salesforce && other.asked.domain == one.asked.domain && other.name != one.name)
      at_salesforce.push_back(&other);
  const auto name = partner_name(one.asked.selector);
  return std::ranges::any_of(at_salesforce, [&](const SelectorHealth* other) {
    const bool is_partner = name == other->asked.selector || at_salesforce.size() == 1;
    return is_partner && other->asked.from_reports;
  });
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
  check_salesforce_pairs(health, resolver);
  if (database)
    for (const SelectorHealth& selector : health.selectors)
      if (selector.state == State::published && !selector.asked.from_reports &&
          !waits_for_rotation(selector, health))
        health.faults.push_back({.kind = Kind::dkim_unseen,
                                 .subject = selector.name,
                                 .value = selector.asked.selector});
  return health;
}

}  // namespace dmarcq

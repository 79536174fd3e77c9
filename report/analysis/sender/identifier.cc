// SPDX-License-Identifier: MIT
#include "report/analysis/sender/identifier.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/readiness/witnesses.h"
#include "report/analysis/sender/own_origins.h"
#include "report/analysis/words.h"
#include "store/by_id.h"
#include "store/flat_index.h"
#include "store/source_key.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, 7> evidence_words{
    "none", "claimed", "network", "name", "learned", "authenticated", "owner"};
constexpr std::array<std::string_view, 9> entry_words{"network",       "spf-domain", "dkim-domain",
                                                      "dkim-selector", "org",        "mailing-list",
                                                      "relay",         "no-mail",    "verified"};

/// What a candidate rests on; with its line or entry it makes the phrase that users see.
enum class Basis : std::uint8_t {
  nothing,
  owner_entry,
  owner_relay,
  owner_relay_salesforce,
  spf_pass,
  dkim_pass,
  dkim_pass_elsewhere,
  selector_at_home,
  selector_relay,
  selector_elsewhere,
  relay,
  address,
  host,
  network,
  network_shape,
  network_shared,
  network_claimed,
  claimed_spf,
  claimed_dkim,
  claimed_signed,
};

/// A reading in small: what it says, and what it rests on. Equal candidates make equal Senders.
struct Candidate {
  Evidence evidence = Evidence::none;
  Basis basis = Basis::nothing;
  Place place = Place::unknown;
  ServiceClass service_class = ServiceClass::unknown;
  bool ambiguous = false;
  InternedString service = nullptr, route = nullptr;  ///< null: none
  const CatalogueLine* line = nullptr;                ///< what matched
  const OwnerEntry* entry = nullptr;
  InternedString via = nullptr;
  ServiceClass via_class = ServiceClass::unknown;
  InternedString origin_route = nullptr;
  auto key() const {
    return std::tie(evidence, basis, place, service_class, ambiguous, service, route, line, entry,
                    via, via_class, origin_route);
  }
  friend bool operator<(const Candidate& a, const Candidate& b) { return a.key() < b.key(); }
  friend bool operator==(const Candidate& a, const Candidate& b) { return a.key() == b.key(); }
};

struct HashCandidate {
  std::size_t operator()(const Candidate& c) const {
    std::size_t hash = static_cast<std::size_t>(c.basis) * 31 +
                       static_cast<std::size_t>(c.place) * 7 +
                       static_cast<std::size_t>(c.evidence) + c.ambiguous;
    for (const void* const p :
         {static_cast<const void*>(c.service), static_cast<const void*>(c.route),
          static_cast<const void*>(c.line), static_cast<const void*>(c.entry),
          static_cast<const void*>(c.via), static_cast<const void*>(c.origin_route)})
      hash = hash * 1'000'003 ^ std::hash<const void*>()(p);
    return hash;
  }
};

/// Readings of one row in the order of their strength.
using Candidates = std::vector<Candidate>;

/// What is known of an address near in time.
struct AddressRecord {
  InternedString service = nullptr, route = nullptr;
  ServiceClass service_class = ServiceClass::unknown;
  const CatalogueLine* line = nullptr;
  Day first_day = 0, last_day = 0;
  Witnesses witnesses;
};

/// What mail of one own domain shows of an address: another company's mail teaches nothing here, so
/// answers about a domain do not depend on what else the database holds. Mostly there is one
/// record; a fixed order, whatever the order of rows.
struct AddressRecords {
  IpAddress address;
  InternedString own = nullptr;
  AddressRecord first;
  std::vector<AddressRecord> more;
};

/// A pair (d=, s=) seen passing directly from one service by one route.
struct Sighting {
  InternedString service = nullptr, route = nullptr;
  Day first_day = 0, last_day = 0;
  std::uint64_t messages = 0;
  bool authenticated = false;
  Witnesses witnesses;
};

/// What is known of a pair (d=, s=) that own signatures have.
struct DirectKey {
  bool seen = false;             ///< seen direct, with or without a selector
  std::string domain, selector;  ///< in lower case
  Witnesses* signer = nullptr;  ///< who saw signatures of the domain direct, with whatever selector
  std::vector<Sighting> sightings;  ///< by service and route
  // Once all is learned:
  Identifier::Selector* known = nullptr;  ///< null: not seen direct by reporters who can be
                                          ///< trusted, or s= is empty
  InternedString service = nullptr, route = nullptr;  ///< those of `known`
};

/// Once everybody agrees, by text: the order of rows does not matter.
std::string_view text_of_word(InternedString word) {
  return word == nullptr ? std::string_view() : std::string_view(*word);
}

std::pair<std::string, std::string> selector_key(const std::string& domain,
                                                 const std::string& selector) {
  return {lower(domain), lower(selector)};
}

}  // namespace

std::string_view to_text(Evidence value) noexcept {
  return evidence_words[static_cast<std::size_t>(value)];
}
std::string_view to_text(OwnerEntry::Kind value) noexcept {
  return entry_words[static_cast<std::size_t>(value)];
}

std::vector<std::string> names_of(const ReporterSet& reporters, const RowLookup& lookup) {
  std::vector<std::string> names;
  for (const std::uint32_t key : reporters) names.push_back(lookup.reporter(key));
  std::ranges::sort(names);
  return names;
}

struct Identifier::State {
  RowLookup lookup;
  Owner owner;
  const SenderCatalogue& catalogue;
  NameReader reader;

  Words words;
  InternedString core, marketing_cloud, account_engagement, email_relay, unspecified, salesforce,
      own_relay;

  static constexpr std::uint32_t look_by_domain = UINT32_MAX;
  std::deque<IdentityNames> names;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> names_by_domain;  // identities
                                                                                   // without a From
                                                                                   // domain
  Pages<std::uint32_t> names_by_identity;  // by key: a number and one, or the one above

  std::vector<AddressRecords> addresses;
  FlatIndex address_index;
  ReporterHistory history;
  OwnOrigins origins;
  bool origins_known = true;
  std::vector<InternedString> own_words;  // by number of names
  /// An address of no service that SPF of an own domain allows, or (proven) that signs with a key
  /// of the owner's.
  struct OwnServer {
    InternedString own;
    Day first_day, last_day;
    Witnesses witnesses;
    bool proven = false;  ///< mail of it was signed with a key of the owner's for some time
    Day signed_first = 0, signed_last = 0;
    std::uint64_t signed_messages = 0;
    Witnesses signed_witnesses;
    void add_signed(const SourceRow& row) {
      signed_first = signed_messages == 0 ? row.first_day : std::min(signed_first, row.first_day);
      signed_last = std::max(signed_last, row.last_day);
      signed_messages += row.messages;
      signed_witnesses.add(row.reporters);
    }
  };
  std::map<IpAddress, std::vector<OwnServer>> own_servers;
  std::map<std::pair<std::string, std::string>, Selector> selectors;
  std::vector<DirectKey> direct_keys;  // by the key of a signature; shorter than there are keys
  std::map<std::string, Witnesses, std::less<>> direct_signers;  // domains with an own signature
                                                                 // seen direct, with whatever
                                                                 // selector
  std::map<std::string, std::map<std::string, Witnesses>> org_signatures;  // org → own domain
  std::map<std::string, std::vector<std::string>> proven;
  std::map<std::string, std::map<unsigned, Witnesses>> stacks;
  std::map<std::string, std::map<std::string, Witnesses>> tenants;  // own domain → Microsoft's name
                                                                    // of a tenant that sent
                                                                    // authenticated mail of it
  std::set<std::string, std::less<>> own_domains;                   // organisational
  std::map<std::string, std::size_t, std::less<>> client_of;  // own domain → client; those of no
                                                              // client are one group

  std::vector<const OwnerEntry*> network_entries;
  bool some_disowned = false;
  NetworkTable owner_networks;

  std::deque<Sender> senders;
  std::unordered_map<Candidate, std::uint32_t, HashCandidate> sender_of;
  std::unordered_map<const CatalogueLine*, std::pair<InternedString, InternedString>> line_words;
  Candidates scratch;
  std::optional<IpAddress> last_address;
  std::span<const CatalogueLine* const> last_networks;
  std::set<std::int64_t> known_domains;  // keys that are in own_domains

  State(RowLookup f, Owner o, const SenderCatalogue& c)
      : lookup(std::move(f)), owner(std::move(o)), catalogue(c), reader(c) {
    core = intern(salesforce_route::core);
    marketing_cloud = intern(salesforce_route::marketing_cloud);
    account_engagement = intern(salesforce_route::account_engagement);
    email_relay = intern(salesforce_route::email_relay);
    unspecified = intern(salesforce_route::unspecified);
    salesforce = intern(salesforce_service);
    own_relay = intern("own relay");
    std::vector<IpNetwork> cidrs;
    for (auto& entry : owner.entries) {
      using K = OwnerEntry::Kind;
      if (entry.kind != K::org && entry.kind != K::relay) entry.value = lower(entry.value);
      some_disowned |= !entry.ours && entry.kind != K::org;
      if (entry.kind == K::no_mail || entry.kind == K::verified)
        own_domains.insert(organizational_domain(entry.value));
      if (entry.kind != K::network && entry.kind != K::relay && entry.kind != K::mailing_list)
        continue;
      if (const auto network = IpNetwork::parse(entry.value)) {
        cidrs.push_back(*network);
        network_entries.push_back(&entry);
      }
    }
    owner_networks = NetworkTable(cidrs);
    for (const auto& domain : owner.domains) own_domains.insert(organizational_domain(domain));
    for (std::size_t client = 0; client < owner.clients.size(); ++client)
      for (const auto& domain : owner.clients[client])
        client_of.emplace(organizational_domain(domain), client + 1);
    for (const AccountName& known : lookup.accounts) learn_account(known);
    origins_known = false;
  }

  /// What passed for an own domain in the same mail as an account's name makes the account ours.
  void learn_account(const AccountName& known) {
    const std::string own = organizational_domain(known.name);
    if (!own_domains.contains(own) || !is_believed(known.reporter)) return;
    history.add(known.reporter, known.first_day, known.last_day);
    if (const auto org = decode_bounce_name(known.account))
      org_signatures[org->org_id][own].add(known.reporter);
    else if (is_tenant_name(known.account))
      tenants[own][known.account].add(known.reporter);
  }

  std::size_t client(std::string_view own) const {
    const auto found = client_of.find(own);
    return found == client_of.end() ? 0 : found->second;
  }

  InternedString own_word(const IdentityNames& n) {
    if (n.number >= own_words.size())
      own_words.resize(std::max<std::size_t>(n.number + 1, 2 * own_words.size()));
    InternedString& word = own_words[n.number];
    if (word == nullptr) word = intern(n.own());
    return word;
  }

  /// The words of a catalogue line, found once.
  std::pair<InternedString, InternedString> words_of(const CatalogueLine& line) {
    const auto [entry, added] = line_words.try_emplace(&line);
    if (added) entry->second = {intern(line.service), intern(line.route)};
    return entry->second;
  }

  InternedString intern(std::string_view word) { return word.empty() ? nullptr : words[word]; }

  std::uint32_t names_index(const SourceRow& row) {
    const auto add = [&] {
      const auto number = static_cast<std::uint32_t>(names.size());
      names.push_back(reader.read(lookup.identity(row.identity), lookup.domain(row.domain)));
      names.back().number = number;
      return number;
    };
    const std::uint32_t* found = names_by_identity.find(row.identity);  // asked for each row
                                                                        // several times: what it
                                                                        // says must do, without a
                                                                        // look at the names
    if (found == nullptr) {
      const bool nameless = lookup.identity(row.identity).header_from.empty();
      found = &(names_by_identity.place(row.identity) = nameless ? look_by_domain : add() + 1);
    }
    if (*found != look_by_domain) return *found - 1;
    const auto [entry, added] = names_by_domain.try_emplace({row.identity, row.domain});
    if (added) entry->second = add();
    return entry->second;
  }

  /// Rows of one address mostly come one after another, and each asks several times.
  std::span<const CatalogueLine* const> networks_of(const IpAddress& address) {
    if (!last_address || *last_address != address) {
      last_address = address;
      last_networks = catalogue.by_address(address);
    }
    return last_networks;
  }

  bool in_network_of(const IpAddress& address, const CatalogueLine& service) {
    return std::ranges::any_of(networks_of(address), [&](const CatalogueLine* line) {
      return line->service == service.service ||
             sends_through(service.service_id, line->service_id);
    });
  }
  bool in_salesforce_network(const IpAddress& address) {
    return std::ranges::any_of(networks_of(address), [](const CatalogueLine* line) {
      return line->service_id == ServiceId::salesforce;
    });
  }

  /// The Salesforce route of names of which at least one passed.
  InternedString route_of_names(const IdentityNames& n) {
    const auto* const spf = n.spf_pass && n.spf_service != nullptr &&
                                    n.spf_service->service_id == ServiceId::salesforce
                                ? n.spf_service
                                : nullptr;
    const auto* const dkim = n.dkim_service != nullptr &&
                                     n.dkim_service->service_id == ServiceId::salesforce
                                 ? n.dkim_service
                                 : nullptr;
    if (spf != nullptr && spf->route == *core) return core;
    if (spf != nullptr && spf->value == "pd25.com") return account_engagement;
    if (dkim != nullptr) return words_of(*dkim).second;
    if (spf == nullptr) return unspecified;
    // Stack 7 carries both. Marketing Cloud adds a signature of its own, or signs with
    // <stack>dkim1.
    if (spf->route == *account_engagement) {
      const bool marketing = std::any_of(n.hints.begin(), n.hints.end(),
                                         [](const auto* line) { return line->value == "#dkim1"; });
      return marketing ? marketing_cloud : account_engagement;
    }
    return words_of(*spf).second;
  }

  InternedString route_of_line(const CatalogueLine& line, const IdentityNames& n) {
    if (line.service_id == ServiceId::salesforce) return route_of_names(n);
    return words_of(line).second;
  }

  const AddressRecord* address_record(const SourceRow& row, bool& several_routes,
                                      const CatalogueLine** other) {
    several_routes = false;
    const InternedString own = own_word(names[names_index(row)]);
    const auto position = address_index.find(hash_of(row.source_ip, own), [&](std::uint32_t at) {
      return addresses[at].own == own && addresses[at].address == row.source_ip;
    });
    if (position == FlatIndex::none) return nullptr;
    const AddressRecords& records = addresses[position];
    const AddressRecord* best = nullptr;
    const auto look_at = [&](const AddressRecord& record) {
      if (record.first_day - learn_days > row.last_day ||
          record.last_day + learn_days < row.first_day)
        return;
      if (!history.speaks_for(record.witnesses, row)) return;
      if (best == nullptr)
        best = &record;
      else if (record.service == best->service && record.route != best->route)
        several_routes = true;
      else if (record.service != best->service && *other == nullptr)
        *other = record.line;
    };
    look_at(records.first);
    for (const auto& record : records.more) look_at(record);
    return best;
  }

  /// Is the signature or SPF name of a service at home on this row's address?
  bool at_home(const CatalogueLine& line, const IdentityNames& n, const SourceRow& row) {
    if (n.spf_pass && n.spf_service != nullptr)
      return n.spf_service->service == line.service ||
             sends_through(line.service_id, n.spf_service->service_id);
    if (in_network_of(row.source_ip, line)) return true;
    if (!networks_of(row.source_ip).empty())
      return false;  // another's, whatever SPF allows there: a group, a routing rule, a relay
    if (n.spf_pass && n.spf_own) return true;
    // A passing envelope of a stranger: the service's other customer, or a forwarder's own.
    // Marketing Cloud's begin with "bounce."
    if (n.spf_pass)
      return line.service_id == ServiceId::salesforce ? n.spf_domain().starts_with("bounce.")
                                                      : !catalogue.knows_networks_of(line.service);
    return false;
  }

  static std::size_t hash_of(const IpAddress& address, InternedString own) {
    return HashAddress()(address) ^ std::hash<InternedString>()(own) * 0x9E3779B97F4A7C15u;
  }

  void learn_address(const SourceRow& row, const IdentityNames& n, const CatalogueLine& line,
                     InternedString route) {
    AddressRecord record{words_of(line).first, route, line.service_class, &line, row.first_day,
                         row.last_day,         {}};
    record.witnesses.add(row.reporters);
    const InternedString own = own_word(n);
    const auto [position, added] = address_index.find_or_add(
        hash_of(row.source_ip, own), static_cast<std::uint32_t>(addresses.size()),
        [&](std::uint32_t at) {
          return addresses[at].own == own && addresses[at].address == row.source_ip;
        });
    if (added) {
      addresses.push_back({row.source_ip, own, record, {}});
      return;
    }
    auto& records = addresses[position];
    const auto merge = [&](AddressRecord& known) {
      if (known.service != record.service || known.route != record.route) return false;
      known.first_day = std::min(known.first_day, record.first_day);
      known.last_day = std::max(known.last_day, record.last_day);
      known.witnesses.add(row.reporters);
      return true;
    };
    if (merge(records.first) || std::any_of(records.more.begin(), records.more.end(), merge))
      return;
    const auto before = [&](const AddressRecord& x, const AddressRecord& y) {
      return std::pair(text_of_word(x.service), text_of_word(x.route)) <
             std::pair(text_of_word(y.service), text_of_word(y.route));
    };
    if (before(record, records.first)) std::swap(record, records.first);
    records.more.insert(std::upper_bound(records.more.begin(), records.more.end(), record, before),
                        record);
  }

  const DirectKey* direct_key(const IdentityNames::Signature& signature) const {
    return signature.key < direct_keys.size() && direct_keys[signature.key].known != nullptr
               ? &direct_keys[signature.key]
               : nullptr;
  }

  DirectKey& key_record(const IdentityNames::Signature& signature) {
    if (signature.key >= direct_keys.size())
      direct_keys.resize(std::max<std::size_t>(signature.key + 1, 2 * direct_keys.size()));
    return direct_keys[signature.key];
  }

  void learn_selector(const SourceRow& row, const IdentityNames::Signature& signature,
                      const DkimAuthResult& result, InternedString service, InternedString route,
                      bool authenticated) {
    DirectKey& direct = key_record(signature);
    if (!std::exchange(direct.seen, true)) {
      direct.domain = lower(result.domain);
      direct.selector = lower(result.selector);
      direct.signer = &direct_signers[direct.domain];
    }
    direct.signer->add(row.reporters);
    if (result.selector.empty()) return;
    const auto place = std::ranges::find_if(direct.sightings, [&](const Sighting& s) {
      return s.service == service && s.route == route;
    });
    Sighting& sighting =
        place != direct.sightings.end()
            ? *place
            : direct.sightings.emplace_back(Sighting{service, route, row.first_day, row.last_day});
    sighting.first_day = std::min(sighting.first_day, row.first_day);
    sighting.last_day = std::max(sighting.last_day, row.last_day);
    sighting.messages += row.messages;
    sighting.authenticated |= authenticated;
    sighting.witnesses.add(row.reporters);
  }

  /// What a key's sightings come to: Salesforce before others, a route before "unspecified", then
  /// by name.
  void settle_key(DirectKey& direct) {
    direct.known = nullptr;
    const auto rank = [&](const Sighting& s) {
      return std::tuple(s.service != salesforce, s.service == nullptr, s.route == unspecified,
                        text_of_word(s.service), text_of_word(s.route));
    };
    const Sighting* best = nullptr;
    for (const Sighting& sighting : direct.sightings)
      if (history.trusts(sighting.witnesses) && (best == nullptr || rank(sighting) < rank(*best)))
        best = &sighting;
    if (best == nullptr) return;
    direct.service = best->service;
    direct.route = best->route;
    Selector& known = selectors[{direct.domain, direct.selector}];
    known = {direct.domain,
             direct.selector,
             std::string(text_of_word(best->service)),
             std::string(text_of_word(best->route)),
             service_id(text_of_word(best->service)),
             best->first_day,
             best->last_day};
    for (const Sighting& sighting : direct.sightings) {
      if ((sighting.service == salesforce) != (best->service == salesforce)) continue;
      known.first_day = std::min(known.first_day, sighting.first_day);
      known.last_day = std::max(known.last_day, sighting.last_day);
      known.messages += sighting.messages;
      known.authenticated |= sighting.authenticated;
    }
    direct.known = &known;
  }

  /// All rows were learned from: what follows from them together.
  void settle() {
    if (std::exchange(origins_known, true)) return;
    selectors.clear();
    for (DirectKey& direct : direct_keys) settle_key(direct);
    origins.finish(history, [&](std::uint32_t key) {
      return key < direct_keys.size() && direct_keys[key].seen &&
             (direct_keys[key].known != nullptr || direct_keys[key].selector.empty());
    });
    for (const OwnOrigins::Server& server : origins.servers()) {
      DirectKey& direct = direct_keys[server.key];
      Selector& known = selectors[{direct.domain, direct.selector}];
      if (direct.known == nullptr)
        known = {.domain = direct.domain,
                 .selector = direct.selector,
                 .first_day = server.first_day,
                 .last_day = server.last_day};
      direct.known = &known;
      direct.service = direct.route = nullptr;
      known.first_day = std::min(known.first_day, server.first_day);
      known.last_day = std::max(known.last_day, server.last_day);
      known.messages += server.messages;
      OwnServer& entry = own_server(server.address, server.own, server.first_day, server.last_day);
      entry.proven = true;
    }
    // SPF and a key of the owner's both passed there.
    for (auto& [address, servers] : own_servers)
      for (OwnServer& server : servers)
        server.proven |= server.signed_messages >= OwnOrigins::least_messages &&
                         server.signed_last - server.signed_first + 1 >= OwnOrigins::least_span &&
                         history.trusts(server.signed_witnesses);
    for (const auto& [key, service] : origins.homes()) {
      DirectKey& direct = direct_keys[key];
      Selector& known = selectors[{direct.domain, direct.selector}];
      known.domain = direct.domain;
      known.selector = direct.selector;
      known.service = *service;
      known.service_id = service_id(known.service);
      direct.known = &known;
      direct.service = service;
      direct.route = nullptr;
    }
    for (const auto& [org, domains] : org_signatures)
      for (const auto& [domain, witnesses] : domains)
        if (history.trusts(witnesses)) prove(org, domain);
  }

  OwnServer& own_server(const IpAddress& address, InternedString own, Day first, Day last) {
    auto& servers = own_servers[address];
    const auto place = std::ranges::find(servers, own, &OwnServer::own);
    if (place == servers.end())
      return servers.emplace_back(OwnServer{.own = own, .first_day = first, .last_day = last});
    place->first_day = std::min(place->first_day, first);
    place->last_day = std::max(place->last_day, last);
    return *place;
  }

  bool is_own_server(const SourceRow& row, bool proven_only) {
    const auto found = own_servers.find(row.source_ip);
    if (found == own_servers.end()) return false;
    const InternedString own = own_word(names[names_index(row)]);
    return std::ranges::any_of(found->second, [&](const OwnServer& server) {
      return server.own == own && server.first_day - learn_days <= row.last_day &&
             server.last_day + learn_days >= row.first_day &&
             (server.proven || (!proven_only && history.speaks_for(server.witnesses, row)));
    });
  }

  /// Who delivered it, where no name passed. Nobody at Salesforce's own addresses.
  std::optional<OwnOrigins::Deliverer> deliverer(const SourceRow& row) {
    const auto lines = networks_of(row.source_ip);
    if (lines.empty()) return OwnOrigins::Deliverer{nullptr, row.source_ip};
    if (lines.front()->service_id == ServiceId::salesforce) return std::nullopt;
    return OwnOrigins::Deliverer{words_of(*lines.front()).first, {}};
  }

  /// Core's bounce name without SPF pass: mail of Core that somebody else delivered.
  static bool is_core_passed_on(const IdentityNames& n) {
    return !n.spf_pass && n.spf_service != nullptr &&
           n.spf_service->service_id == ServiceId::salesforce && is_bounce_name(n.spf_domain());
  }

  bool through_relay(const SourceRow& row, const IdentityNames& n) {
    if (!is_core_passed_on(n)) return false;
    const auto through = deliverer(row);
    return through && origins.is_relay(own_word(n), *through);
  }

  void prove(const std::string& org, const std::string& own_domain) {
    auto& domains = proven[org];
    const auto place = std::lower_bound(domains.begin(), domains.end(), own_domain);
    if (place == domains.end() || *place != own_domain) domains.insert(place, own_domain);
  }

  bool is_believed(std::uint32_t reporter) const {
    return !lookup.believed || lookup.believed(reporter);
  }

  void learn(const SourceRow& row) {
    origins_known = false;
    if (known_domains.insert(row.domain).second)
      own_domains.insert(organizational_domain(lookup.domain(row.domain)));
    if (std::ranges::all_of(row.reporters,
                            [&](std::uint32_t reporter) { return is_believed(reporter); }))
      return learn_believed(row);
    SourceRow by_believed = row;
    by_believed.reporters = {};
    for (const std::uint32_t reporter : row.reporters)
      if (is_believed(reporter)) by_believed.reporters.add(reporter);
    if (!by_believed.reporters.empty()) learn_believed(by_believed);
  }

  void learn_believed(const SourceRow& row) {
    history.add(row);
    const auto& n = names[names_index(row)];
    const CatalogueLine* authenticated = nullptr;
    if (n.spf_pass && n.spf_service != nullptr) {
      authenticated = n.spf_service;
      if (n.dkim_service != nullptr &&
          sends_through(n.dkim_service->service_id, authenticated->service_id))
        authenticated = n.dkim_service;
    } else if (n.dkim_service != nullptr && at_home(*n.dkim_service, n, row)) {
      authenticated = n.dkim_service;
    }
    const auto route = authenticated == nullptr ? nullptr : route_of_line(*authenticated, n);
    if (authenticated != nullptr) learn_address(row, n, *authenticated, route);
    const bool unlisted = authenticated == nullptr && networks_of(row.source_ip).empty();
    if (unlisted && n.spf_pass && n.spf_own) {
      OwnServer& server = own_server(row.source_ip, own_word(n), row.first_day, row.last_day);
      server.witnesses.add(row.reporters);
      if (n.own_pass) server.add_signed(row);
    }
    if (n.own_pass) learn_signed(row, n, authenticated, route, unlisted);
    if (n.org && n.spf_pass) learn_org(row, n);
    if (n.own_pass || (n.spf_pass && n.spf_own))
      for (const auto& signature : n.signatures)
        if (signature.pass && is_tenant_name(n.signature(signature).domain))
          tenants[n.own()][lower(n.signature(signature).domain)].add(row.reporters);
  }

  static bool is_tenant_name(std::string_view domain) {
    return domain.ends_with(".onmicrosoft.com");
  }

  /// SPF passed for the org's bounce name: what else passed in the same mail was signed by that
  /// org.
  void learn_org(const SourceRow& row, const IdentityNames& n) {
    if (n.own_pass) org_signatures[n.org->org_id][n.own()].add(row.reporters);
    for (const auto& signature : n.signatures) {
      if (signature.own || !signature.pass || signature.service != nullptr) continue;
      const std::string other = organizational_domain(n.signature(signature).domain);
      if (is_sibling(other, n.own())) org_signatures[n.org->org_id][other].add(row.reporters);
    }
  }

  /// `other`: an organizational domain.
  bool is_sibling(const std::string& other, const std::string& own) const {
    return other != own && own_domains.contains(other) && client(other) == client(own);
  }

  const OwnerEntry* disowned(const SourceRow& row) {
    using K = OwnerEntry::Kind;
    if (!some_disowned) return nullptr;
    const auto& n = names[names_index(row)];
    if (n.own_pass || (n.spf_pass && n.spf_own)) return nullptr;
    for (const auto position : owner_networks.holding(row.source_ip))
      if (!network_entries[position]->ours) return network_entries[position];
    for (const auto& entry : owner.entries) {
      if (entry.ours) continue;
      if (entry.kind == K::spf_domain && n.spf_pass && at_or_below(n.spf_domain(), entry.value))
        return &entry;
      if (entry.kind != K::dkim_domain && entry.kind != K::dkim_selector) continue;
      for (const auto& signature : n.signatures)
        if (signature.pass &&
            (entry.kind == K::dkim_domain
                 ? at_or_below(n.signature(signature).domain, entry.value)
                 : selector_entry_fits(entry, n.signature(signature), signature.own)))
          return &entry;
    }
    return nullptr;
  }

  void learn_signed(const SourceRow& row, const IdentityNames& n,
                    const CatalogueLine* authenticated, InternedString route, bool unlisted) {
    const bool salesforce_home = authenticated != nullptr &&
                                 authenticated->service_id == ServiceId::salesforce;
    const bool salesforce_network = authenticated == nullptr &&
                                    in_salesforce_network(row.source_ip);
    Candidate at_network;
    const bool network_known = salesforce_network && network_candidate(n, row, at_network);
    for (const auto& signature : n.signatures) {
      if (!signature.own || !signature.pass) continue;
      const auto& result = n.signature(signature);
      const bool by_itself = authenticated != nullptr &&
                             authenticated->service_class != ServiceClass::list &&
                             authenticated->service_class != ServiceClass::forwarder &&
                             authenticated->service_class != ServiceClass::gateway &&
                             authenticated->service_class != ServiceClass::mailbox;
      if (salesforce_home) {
        learn_selector(row, signature, result, salesforce, route, true);
      } else if (salesforce_network) {
        learn_selector(row, signature, result, network_known ? at_network.service : salesforce,
                       network_known ? at_network.route : unspecified, false);
      } else if (n.spf_pass && n.spf_own) {
        const auto lines = networks_of(row.source_ip);
        learn_selector(row, signature, result,
                       authenticated != nullptr ? words_of(*authenticated).first
                       : lines.empty()          ? nullptr
                                                : words_of(*lines.front()).first,
                       nullptr, authenticated != nullptr);
      } else if (by_itself) {
        learn_selector(row, signature, result, words_of(*authenticated).first, nullptr,
                       true);  // a service that signs for us with an envelope of its own
      } else if (!result.selector.empty()) {
        DirectKey& key = key_record(signature);
        if (key.domain.empty()) {
          key.domain = lower(result.domain);
          key.selector = lower(result.selector);
        }
        // Core's bounce name tells where the mail began; else the bulk of what a key signs comes
        // from where it is used.
        const bool surely_direct = std::ranges::any_of(
            key.sightings, [](const Sighting& s) { return s.witnesses.several(); });
        if (surely_direct) continue;
        const auto lines = networks_of(row.source_ip);
        const InternedString mailbox = !lines.empty() &&
                                               lines.front()->service_class == ServiceClass::mailbox
                                           ? words_of(*lines.front()).first
                                           : nullptr;
        origins.signed_mail(signature.key, own_word(n), row, unlisted && !is_core_passed_on(n),
                            mailbox);
      }
    }
    const bool core_home =
        (salesforce_home && *route == *core) ||
        (network_known && at_network.service == salesforce && at_network.route == core);
    if (core_home) origins.direct_core(own_word(n), row);
    if (is_core_passed_on(n))
      if (const auto through = deliverer(row)) origins.core_through(own_word(n), *through, row);
    if (salesforce_home && n.stack) stacks[n.own()][*n.stack].add(row.reporters);
  }

  /// What published networks say. False when the address lies in none.
  bool network_candidate(const IdentityNames& n, const SourceRow& row, Candidate& c) {
    const auto lines = networks_of(row.source_ip);
    if (lines.empty()) return false;
    c = {};
    c.evidence = Evidence::network;
    c.basis = Basis::network;
    c.place = Place::home;
    c.line = lines.front();
    // Another service in a network of the same size: a hint in the names decides, else both are
    // said.
    const auto prefix = [](const CatalogueLine* line) {
      return line->value.substr(line->value.find('/'));
    };
    for (const auto* const line : lines) {
      if (line->service == c.line->service || prefix(line) != prefix(lines.front())) continue;
      const auto hinted = [&](const std::string& service) {
        return std::any_of(n.hints.begin(), n.hints.end(),
                           [&](const auto* hint) { return hint->service == service; });
      };
      const bool this_one = hinted(line->service), that_one = hinted(c.line->service);
      if (this_one == that_one)
        c.ambiguous = true;
      else if (this_one)
        c.line = line;
    }
    c.service_class = c.line->service_class;
    if (c.ambiguous) {
      std::set<std::string> services;
      for (const auto* const line : lines)
        if (prefix(line) == prefix(lines.front())) services.insert(line->service);
      std::string text;
      for (const auto& service : services) text += (text.empty() ? "" : " or ") + service;
      c.service = intern(text);
      c.basis = Basis::network_shared;
      return true;
    }
    c.service = words_of(*c.line).first;
    if (c.line->service_id != ServiceId::salesforce) {
      c.route = words_of(*c.line).second;
      return true;
    }
    salesforce_network_route(n, lines, c);
    return true;
  }

  /// The route behind a Salesforce address, by what else the row shows.
  void salesforce_network_route(const IdentityNames& n, std::span<const CatalogueLine* const> lines,
                                Candidate& c) {
    const CatalogueLine* marketing = nullptr;
    const CatalogueLine* engagement = nullptr;
    const CatalogueLine* core_line = nullptr;
    for (const auto* const line : lines) {
      if (line->route == *core && core_line == nullptr) core_line = line;
      if (line->route == *marketing_cloud && marketing == nullptr) marketing = line;
      if (line->route == *account_engagement && engagement == nullptr) engagement = line;
    }
    const bool marketing_hint = n.hints_at(ServiceId::salesforce, *marketing_cloud);
    const bool core_hint = n.hints_at(ServiceId::salesforce, *core);
    const bool claims = !n.spf_pass && n.spf_service != nullptr &&
                        n.spf_service->service_id == ServiceId::salesforce;
    if (claims) {  // the address is theirs, so the name in the envelope is believed
      c.route = words_of(*n.spf_service).second;
      c.basis = Basis::network_claimed;
    } else if (core_line != nullptr) {
      c.route = core;
      c.line = core_line;
    } else if (marketing != nullptr && engagement != nullptr) {
      c.line = marketing;
      const bool own_stack_selector = std::any_of(
          n.hints.begin(), n.hints.end(), [](const auto* line) { return line->value == "#dkim1"; });
      const bool customer_bounce = n.spf_own && n.spf_domain().starts_with("bounce.");
      if (own_stack_selector || customer_bounce) {
        c.route = marketing_cloud;
      } else {
        c.route = unspecified;
        c.ambiguous = true;
        c.basis = Basis::network_shared;
      }
    } else if (marketing != nullptr) {
      c.line = marketing;
      c.route = marketing_cloud;
    } else if (marketing_hint) {
      c.route = marketing_cloud;
      c.basis = Basis::network_shape;
    } else if (core_hint || (n.spf_own && !n.spf_domain().starts_with("bounce."))) {
      // Outside of Marketing Cloud's ranges, and the envelope is the From domain's, as Core has it
      // without bounce management.
      c.route = core;
      c.basis = Basis::network_shape;
    } else {
      c.route = unspecified;
    }
  }

  static bool selector_entry_fits(const OwnerEntry& entry, const DkimAuthResult& result, bool own) {
    const auto mark = entry.value.find("._domainkey.");
    if (mark == std::string::npos) return own && lower(result.selector) == entry.value;
    return lower(result.selector) == entry.value.substr(0, mark) &&
           lower(result.domain) == entry.value.substr(mark + 12);
  }

  /// All candidates, the chosen one first. With `chosen_only` it looks no further once there is
  /// one.
  void consider(const SourceRow& row, Candidates& out, bool chosen_only) {
    const auto enough = [&] { return chosen_only && !out.empty(); };
    const auto& n = names[names_index(row)];
    const auto lines = networks_of(row.source_ip);
    bool several_routes = false;
    const CatalogueLine* other_record = nullptr;
    const auto* const record = address_record(row, several_routes, &other_record);
    const CatalogueLine* host = nullptr;
    std::string host_name;
    if (lookup.host_name) {
      host_name = lower(lookup.host_name(row.source_ip));
      if (!host_name.empty()) host = catalogue.by_name(host_name);
    }
    const auto* const spf = n.spf_pass ? n.spf_service : nullptr;
    const auto* const dkim = n.dkim_service;

    // An own signature whose selector Salesforce was seen to use.
    const DirectKey* signed_by_salesforce = nullptr;
    for (const auto& signature : n.signatures)
      if (signature.own && signature.pass)
        if (const auto* const known = direct_key(signature);
            known != nullptr && known->service == salesforce)
          signed_by_salesforce = known;
    const CatalogueLine* claimed = n.spf_service != nullptr && !n.spf_pass ? n.spf_service
                                                                           : n.dkim_claimed;

    // Who runs the address, by all but the message's own signatures.
    InternedString operator_service = nullptr;
    ServiceClass operator_class = ServiceClass::unknown;
    const auto set_operator = [&](InternedString service, ServiceClass service_class) {
      if (operator_service != nullptr) return;
      operator_service = service;
      operator_class = service_class;
    };
    if (spf != nullptr) set_operator(words_of(*spf).first, spf->service_class);
    if (record != nullptr) set_operator(record->service, record->service_class);
    if (host != nullptr) set_operator(words_of(*host).first, host->service_class);
    if (!lines.empty()) set_operator(words_of(*lines.front()).first, lines.front()->service_class);

    // Where Salesforce mail began when it came round: by a signature of the platform, by a
    // selector, or by an envelope under an own signature.
    InternedString origin = nullptr;
    if (dkim != nullptr && dkim->service_id == ServiceId::salesforce)
      origin = route_of_names(n);
    else if (signed_by_salesforce != nullptr)
      origin = signed_by_salesforce->route;
    else if (claimed != nullptr && claimed->service_id == ServiceId::salesforce && n.own_pass)
      origin = words_of(*claimed).second;

    const auto add = [&](Evidence evidence, Basis basis, Place place, InternedString service,
                         InternedString route, ServiceClass service_class,
                         const CatalogueLine* line) -> Candidate& {
      Candidate c;
      c.evidence = evidence;
      c.basis = basis;
      c.place = place;
      c.service = service;
      c.route = route;
      c.service_class = service_class;
      c.line = line;
      if (place == Place::elsewhere || place == Place::relay) {
        if (operator_service != service) {
          c.via = operator_service;
          c.via_class = operator_class;
        }
      }
      if (service != salesforce && origin != nullptr) c.origin_route = origin;
      out.push_back(c);
      return out.back();
    };

    consider_owner(n, row, operator_service, origin, claimed, signed_by_salesforce, add);
    if (enough()) return;
    if (through_relay(row, n))
      add(Evidence::learned, Basis::relay, Place::relay, salesforce, email_relay, ServiceClass::esp,
          nullptr);
    if (enough()) return;

    // SPF tells who runs the address, DKIM who signed: a signature survives forwarding.
    const bool rider = spf != nullptr && dkim != nullptr &&
                       sends_through(dkim->service_id, spf->service_id);
    if (rider)
      add(Evidence::authenticated, Basis::dkim_pass, Place::home, words_of(*dkim).first,
          route_of_line(*dkim, n), dkim->service_class, dkim);
    if (spf != nullptr)
      add(Evidence::authenticated, Basis::spf_pass, Place::home, words_of(*spf).first,
          route_of_line(*spf, n), spf->service_class, spf);
    if (dkim != nullptr && !rider && (spf == nullptr || spf->service != dkim->service)) {
      const bool home = spf == nullptr && at_home(*dkim, n, row);
      add(Evidence::authenticated, home ? Basis::dkim_pass : Basis::dkim_pass_elsewhere,
          home ? Place::home : Place::elsewhere, words_of(*dkim).first, route_of_line(*dkim, n),
          dkim->service_class, dkim);
    }
    if (enough()) return;
    if (signed_by_salesforce != nullptr) {
      const auto route = signed_by_salesforce->route;
      const bool salesforce_address = operator_service == salesforce;
      if (salesforce_address && !signed_by_salesforce->known->authenticated)
        ;  // known from this network only: the network speaks for itself below
      else if (salesforce_address || (n.spf_own && n.spf_pass && operator_service == nullptr))
        add(Evidence::learned, Basis::selector_at_home, Place::home, salesforce, route,
            ServiceClass::esp, nullptr);
      else if (n.spf_own && n.spf_pass)
        add(Evidence::learned, Basis::selector_relay, Place::relay, salesforce, email_relay,
            ServiceClass::esp, nullptr);
      else
        add(Evidence::learned, Basis::selector_elsewhere, Place::elsewhere, salesforce, route,
            ServiceClass::esp, nullptr);
    }
    if (enough()) return;
    if (record != nullptr) {
      auto& c = add(Evidence::learned, Basis::address, Place::home, record->service, record->route,
                    record->service_class, record->line);
      if (several_routes || other_record != nullptr) {
        c.ambiguous = true;
        if (record->service == salesforce && several_routes) {
          Candidate network;
          const bool found = network_candidate(n, row, network) && network.service == salesforce &&
                             !network.ambiguous;
          c.route = found ? network.route : unspecified;
        }
      }
    }
    if (enough()) return;
    if (host != nullptr)
      add(Evidence::name, Basis::host, Place::home, words_of(*host).first, words_of(*host).second,
          host->service_class, host);
    else if (!host_name.empty())
      for (const auto* const line : catalogue.hints_for_host(host_name))  // mta4.by.example.com:
                                                                          // with a Salesforce
                                                                          // network or signature
                                                                          // only
        if (in_network_of(row.source_ip, *line)) {
          add(Evidence::name, Basis::host, Place::home, words_of(*line).first,
              words_of(*line).second, line->service_class, line);
          break;
        }
    if (enough()) return;
    Candidate network;
    if (network_candidate(n, row, network)) {
      if (network.service != salesforce && origin != nullptr) network.origin_route = origin;
      out.push_back(network);
    }
    if (claimed != nullptr) {
      const bool signed_own = n.own_pass && claimed->service_id == ServiceId::salesforce;
      add(Evidence::claimed,
          signed_own                 ? Basis::claimed_signed
          : n.spf_service == claimed ? Basis::claimed_spf
                                     : Basis::claimed_dkim,
          signed_own ? Place::elsewhere : Place::unknown, words_of(*claimed).first,
          words_of(*claimed).second, claimed->service_class, claimed);
    }
    out.emplace_back();
  }

  template <class Add>
  void consider_owner(const IdentityNames& n, const SourceRow& row, InternedString operator_service,
                      InternedString origin, const CatalogueLine* claimed,
                      const DirectKey* signed_by_salesforce, Add& add) {
    if (owner.entries.empty()) return;
    using K = OwnerEntry::Kind;
    const auto take = [&](const OwnerEntry& entry, Place place, ServiceClass service_class) {
      const auto* const known = entry.service.empty() ? nullptr : class_of(entry.service);
      auto& c = add(Evidence::owner, Basis::owner_entry, place,
                    intern(entry.service.empty() ? entry.name : entry.service), intern(entry.route),
                    known != nullptr && service_class == ServiceClass::own ? known->service_class
                                                                           : service_class,
                    nullptr);
      c.entry = &entry;
    };
    const auto relay = [&](const OwnerEntry& entry) {
      const bool from_salesforce =
          origin != nullptr || signed_by_salesforce != nullptr ||
          (claimed != nullptr && claimed->service_id == ServiceId::salesforce);
      auto& c = from_salesforce ? add(Evidence::owner, Basis::owner_relay_salesforce, Place::relay,
                                      salesforce, email_relay, ServiceClass::esp, nullptr)
                                : add(Evidence::owner, Basis::owner_relay, Place::relay,
                                      entry.service.empty()
                                          ? (entry.name.empty() ? own_relay : intern(entry.name))
                                          : intern(entry.service),
                                      intern(entry.route), ServiceClass::own, nullptr);
      c.entry = &entry;
    };
    for (const auto position : owner_networks.holding(row.source_ip)) {
      const auto& entry = *network_entries[position];
      if (!entry.ours) continue;
      if (entry.kind == K::relay)
        relay(entry);
      else
        take(entry, Place::home,
             entry.kind == K::mailing_list ? ServiceClass::list : ServiceClass::own);
    }
    for (const auto& entry : owner.entries) {
      if (!entry.ours) continue;
      if (entry.kind == K::spf_domain && n.spf_pass && at_or_below(n.spf_domain(), entry.value))
        take(entry, Place::home, ServiceClass::own);
      if (entry.kind == K::mailing_list && n.spf_pass && at_or_below(n.spf_domain(), entry.value))
        take(entry, Place::home, ServiceClass::list);
      if (entry.kind == K::relay && operator_service != nullptr &&
          *operator_service == entry.value &&
          (origin != nullptr ||
           (claimed != nullptr && claimed->service_id == ServiceId::salesforce)))
        relay(entry);
      if (entry.kind != K::dkim_domain && entry.kind != K::dkim_selector) continue;
      for (const auto& signature : n.signatures) {
        const auto& result = n.signature(signature);
        const bool fits = entry.kind == K::dkim_domain
                              ? at_or_below(result.domain, entry.value)
                              : selector_entry_fits(entry, result, signature.own);
        // A signature outlives forwarding: at home only where SPF passes too, or the address is the
        // named service's.
        if (!fits || !signature.pass) continue;
        const bool home = n.spf_pass ||
                          (operator_service != nullptr && *operator_service == entry.service);
        take(entry, home ? Place::home : Place::elsewhere, ServiceClass::own);
        break;
      }
    }
  }

  const CatalogueLine* class_of(const std::string& service) const {
    for (const auto& line : catalogue.lines())
      if (line.service == service) return &line;
    return nullptr;
  }

  std::string detail(const Candidate& c) const {
    const auto value = c.line == nullptr ? std::string() : c.line->value;
    const auto shown = [](InternedString word) {
      return word == nullptr ? std::string("another service") : *word;
    };
    switch (c.basis) {
      case Basis::nothing:
        return "no name passed or is known, and the address is in no published network";
      case Basis::owner_entry:
        return "your entry: " + std::string(to_text(c.entry->kind)) + " " + c.entry->value;
      case Basis::owner_relay: return "your relay " + c.entry->value;
      case Basis::owner_relay_salesforce:
        return "your relay " + c.entry->value + " passed on mail with Salesforce's marks";
      case Basis::spf_pass: return "SPF passes for " + value;
      case Basis::dkim_pass: return "a signature by " + value + " passes";
      case Basis::dkim_pass_elsewhere:
        return "a signature by " + value + " passes, but the address is not the service's";
      case Basis::selector_at_home:
        return "signed for your domain with a selector that Salesforce uses";
      case Basis::selector_relay:
        return "signed by Salesforce for your domain and sent by a server that your SPF allows";
      case Basis::relay:
        return "Salesforce's bounce envelope under your signature, delivered by a server that carries more of this mail than Salesforce itself: your Email Relay";
      case Basis::selector_elsewhere:
        return "signed for your domain with a selector that Salesforce uses, but not sent by Salesforce";
      case Basis::address:
        return "the address was authenticated as " + *c.service +
               (c.ambiguous ? ", among others," : "") + " in other rows, at most 30 days off";
      case Basis::host: return "host name fits " + value;
      case Basis::network: return "address in " + value;
      case Basis::network_shape:
        return "Salesforce address in " + value + "; envelope or selector look like " +
               shown(c.route);
      case Basis::network_shared:
        return c.service == salesforce
                   ? "address in " + value +
                         ", which carries Marketing Cloud and Account Engagement; no name decides"
                   : "address in " + value + ", which several services use; no name decides";
      case Basis::network_claimed:
        return "Salesforce address in " + value + " with an envelope of " + shown(c.route);
      case Basis::claimed_spf:
        return "the envelope names " + value + ", but SPF does not pass: anyone can write it";
      case Basis::claimed_dkim:
        return "a signature names " + value + ", but does not pass: anyone can write it";
      case Basis::claimed_signed:
        return "the envelope names " + value +
               " without SPF pass; your own signature passes, so the mail is genuine and came round";
    }
    return {};
  }

  Sender make_sender(const Candidate& c) const {
    Sender sender;
    if (c.entry != nullptr) sender.name = c.entry->name;
    if (c.service != nullptr) sender.service = *c.service;
    sender.service_id = service_id(sender.service);
    if (c.route != nullptr)
      sender.route = *c.route;
    else if (c.service == salesforce)
      sender.route = *unspecified;
    sender.service_class = c.service_class;
    sender.evidence = c.evidence;
    sender.place = c.place;
    sender.ambiguous = c.ambiguous;
    sender.detail = detail(c);
    if (c.via != nullptr) sender.via = *c.via;
    sender.via_class = c.via_class;
    if (c.origin_route != nullptr) sender.origin_route = *c.origin_route;
    return sender;
  }
};

Identifier::Identifier(RowLookup lookup, Owner owner, const SenderCatalogue& catalogue)
    : state_(std::make_unique<State>(std::move(lookup), std::move(owner), catalogue)) {}
Identifier::~Identifier() = default;
Identifier::Identifier(Identifier&&) noexcept = default;

void Identifier::learn(std::span<const SourceRow> rows) {
  for (const auto& row : rows) state_->learn(row);
}

void Identifier::settle() { state_->settle(); }

std::uint32_t Identifier::identify(const SourceRow& row) {
  state_->settle();
  auto& found = state_->scratch;
  found.clear();
  state_->consider(row, found, true);
  const auto [entry, added] = state_->sender_of.try_emplace(
      found.front(), static_cast<std::uint32_t>(state_->senders.size()));
  if (added) state_->senders.push_back(state_->make_sender(found.front()));
  return entry->second;
}

const Sender& Identifier::sender(std::uint32_t position) const { return state_->senders[position]; }

std::vector<Reading> Identifier::readings(const SourceRow& row) {
  state_->settle();
  Candidates found;
  state_->consider(row, found, false);
  std::vector<Reading> result;
  const auto& taken = found.front();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& c = found[i];
    if (i > 0 && c.basis == Basis::nothing) continue;
    Reading reading{state_->make_sender(c),
                    i == 0,
                    i > 0 && c.service == taken.service && c.route == taken.route,
                    {}};
    if (i > 0) {
      if (c.evidence == taken.evidence && c.evidence == Evidence::authenticated)
        reading.why_not = "SPF tells who runs the address, a signature only who wrote the mail: " +
                          (taken.service == nullptr ? std::string() : *taken.service) +
                          " sent it on";
      else if (c.evidence == taken.evidence)
        reading.why_not = "of the same strength, but less specific";
      else
        reading.why_not = std::string(to_text(c.evidence)) + " is weaker than " +
                          std::string(to_text(taken.evidence));
    }
    result.push_back(std::move(reading));
  }
  // Names of the catalogue that the address fits too, for which nothing in the row speaks.
  for (const auto* const line : state_->networks_of(row.source_ip)) {
    if (std::any_of(result.begin(), result.end(), [&](const auto& r) {
          return r.sender.service == line->service &&
                 (r.sender.route == line->route || line->route.empty());
        }))
      continue;
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

const IdentityNames& Identifier::names(const SourceRow& row) {
  return state_->names[state_->names_index(row)];
}

const Identifier::Selector* Identifier::direct_selector(const std::string& domain,
                                                        const std::string& selector) const {
  const auto found = state_->selectors.find(selector_key(domain, selector));
  return found == state_->selectors.end() ? nullptr : &found->second;
}

const Identifier::Selector* Identifier::direct_selector(
    const IdentityNames::Signature& signature) const {
  const auto* const known = state_->direct_key(signature);
  return known == nullptr ? nullptr : known->known;
}

std::vector<const Identifier::Selector*> Identifier::direct_selectors(
    const std::string& domain) const {
  std::vector<const Selector*> found;
  const auto name = lower(domain);
  for (auto at = state_->selectors.lower_bound({name, ""});
       at != state_->selectors.end() && at->first.first == name; ++at)
    found.push_back(&at->second);
  return found;
}

bool Identifier::signs_direct(const std::string& domain) const {
  const auto found = state_->direct_signers.find(lower(domain));
  return found != state_->direct_signers.end() && state_->history.trusts(found->second);
}

bool Identifier::is_own_server(const SourceRow& row) { return state_->is_own_server(row, false); }
bool Identifier::is_signing_server(const SourceRow& row) {
  return state_->is_own_server(row, true);
}

const std::map<std::string, std::vector<std::string>>& Identifier::proven_orgs() const {
  return state_->proven;
}

bool Identifier::is_own_stack(const std::string& own_domain, unsigned stack) const {
  const auto found = state_->stacks.find(own_domain);
  if (found == state_->stacks.end()) return false;
  const auto known = found->second.find(stack);
  return known != found->second.end() && state_->history.trusts(known->second);
}

bool Identifier::knows_stacks_of(const std::string& own_domain) const {
  const auto found = state_->stacks.find(own_domain);
  return found != state_->stacks.end() &&
         std::ranges::any_of(found->second, [&](const auto& known) {
           return state_->history.trusts(known.second);
         });
}

bool Identifier::is_own_tenant(const std::string& own_domain, const std::string& tenant) const {
  return std::ranges::any_of(state_->tenants, [&](const auto& entry) {
    if (entry.first != own_domain && !state_->is_sibling(entry.first, own_domain)) return false;
    const auto known = entry.second.find(lower(tenant));
    return known != entry.second.end() && state_->history.trusts(known->second);
  });
}

bool Identifier::is_sibling(const std::string& name, const std::string& own_domain) const {
  return !name.empty() && state_->is_sibling(organizational_domain(name), own_domain);
}

bool Identifier::is_own_domain(const std::string& name, const std::string& own_domain) const {
  return !name.empty() &&
         (organizational_domain(name) == own_domain || is_sibling(name, own_domain));
}

const OwnerEntry* Identifier::disowned(const SourceRow& row) { return state_->disowned(row); }

const Owner& Identifier::owner() const { return state_->owner; }
const RowLookup& Identifier::lookup() const { return state_->lookup; }

}  // namespace dmarcq

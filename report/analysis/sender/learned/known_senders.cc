// SPDX-License-Identifier: MIT
#include "report/analysis/sender/learned/known_senders.h"

#include "parser/alignment.h"
#include "report/analysis/sender/network_evidence.h"

namespace dmarcq {
namespace {

/// A service that signs with a key of the owner's on its own, as opposed to those that pass on what
/// was signed before.
bool signs_for_customers(const CatalogueLine& line) {
  return line.service_class != ServiceClass::list &&
         line.service_class != ServiceClass::forwarder &&
         line.service_class != ServiceClass::gateway && line.service_class != ServiceClass::mailbox;
}

/// A row beside what is derived from it for several parts.
struct Lesson {
  const RowEvidence& evidence;
  const CatalogueLine* authenticated = nullptr;  ///< authenticated_service()
  InternedString route = nullptr;                ///< its
  bool unlisted = false;                         ///< the address is of no service
  /// Of a Salesforce address from which no name passed; null elsewhere.
  InternedString network_service = nullptr, network_route = nullptr;
  bool salesforce_home() const {
    return authenticated != nullptr && authenticated->service_id == ServiceId::salesforce;
  }
};

/// Where a passing own signature comes from; nothing where the row does not tell.
std::optional<DirectSelectors::Source> source_of(const Lesson& lesson, const SenderWords& words) {
  using Source = DirectSelectors::Source;
  const IdentityNames& n = lesson.evidence.names;
  if (lesson.salesforce_home()) return Source{words.salesforce, lesson.route, true};
  if (lesson.network_service != nullptr)
    return Source{lesson.network_service, lesson.network_route, false};
  if (n.spf_pass && n.spf_own) {
    if (lesson.authenticated != nullptr)
      return Source{words.service(*lesson.authenticated), nullptr, true};
    const auto networks = lesson.evidence.networks;
    return Source{networks.empty() ? nullptr : words.service(*networks.front()), nullptr, false};
  }
  // A service that signs for the owner with an envelope of its own.
  if (lesson.authenticated != nullptr && signs_for_customers(*lesson.authenticated))
    return Source{words.service(*lesson.authenticated), nullptr, true};
  return std::nullopt;
}

/// The origin of these is found by volume, once all rows are known: the bulk of what a key signs
/// comes from where it is used.
void learn_unplaced(KnownSenders& known, const Lesson& lesson,
                    const IdentityNames::Signature& signature, const SenderWords& words) {
  const RowEvidence& evidence = lesson.evidence;
  const DkimAuthResult& result = evidence.names.signature(signature);
  if (result.selector.empty()) return;
  known.selectors.add_unplaced(signature, result);
  if (known.selectors.is_surely_direct(signature)) return;
  const bool mailbox = !evidence.networks.empty() &&
                       evidence.networks.front()->service_class == ServiceClass::mailbox;
  // Core's bounce name tells where the mail began: not at this address.
  const bool candidate = lesson.unlisted && !is_core_passed_on(evidence.names);
  known.origins.signed_mail(signature.key, evidence.names.own_word(), evidence.row, candidate,
                            mailbox ? words.service(*evidence.networks.front()) : nullptr);
}

/// From mail that an own signature authenticates.
void learn_signed(KnownSenders& known, const Lesson& lesson, const SenderWords& words) {
  const RowEvidence& evidence = lesson.evidence;
  const IdentityNames& n = evidence.names;
  const auto source = source_of(lesson, words);
  for (const auto& signature : n.signatures) {
    if (!signature.own || !signature.pass) continue;
    if (source)
      known.selectors.add(evidence.row, signature, n.signature(signature), *source);
    else
      learn_unplaced(known, lesson, signature, words);
  }
  const bool from_core =
      (lesson.salesforce_home() && lesson.route == words.core) ||
      (lesson.network_service == words.salesforce && lesson.network_route == words.core);
  if (from_core) known.origins.direct_core(n.own_word(), evidence.row);
  if (is_core_passed_on(n))
    if (const auto through = deliverer(evidence, words))
      known.origins.core_through(n.own_word(), *through, evidence.row);
  if (lesson.salesforce_home()) known.accounts.add_stack(evidence);
}

}  // namespace

void learn(KnownSenders& known, const RowEvidence& evidence, const SenderCatalogue& catalogue,
           SenderWords& words) {
  const IdentityNames& n = evidence.names;
  known.history.add(evidence.row);
  Lesson lesson{.evidence = evidence, .authenticated = authenticated_service(evidence, catalogue)};
  if (lesson.authenticated != nullptr) {
    lesson.route = route_of(*lesson.authenticated, n, words);
    known.addresses.add(evidence, *lesson.authenticated, lesson.route, words);
  } else {
    lesson.unlisted = evidence.networks.empty();
    if (n.own_pass && in_salesforce_network(evidence)) {
      if (const auto network = network_candidate(evidence, words)) {
        lesson.network_service = network->service;
        lesson.network_route = network->route;
      }
    }
  }
  if (lesson.unlisted && n.spf_pass && n.spf_own)
    known.servers.add(evidence.row, n.own_word(), n.own_pass);
  if (n.own_pass) learn_signed(known, lesson, words);
  known.accounts.add_org(evidence);
  known.accounts.add_tenants(evidence);
}

void learn(KnownSenders& known, const AccountName& account) {
  const std::string own = organizational_domain(account.name);
  if (!known.domains.contains(own)) return;
  known.history.add(account.reporter, account.first_day, account.last_day);
  known.accounts.add(account, own);
}

void conclude(KnownSenders& known, const SenderWords& words) {
  known.selectors.conclude(known.history, words);
  known.origins.finish(known.history,
                       [&](std::uint32_t key) { return known.selectors.has_origin(key); });
  for (const OwnOrigins::Server& server : known.origins.servers()) {
    known.selectors.add_server(server);
    known.servers.prove(server.address, server.own, server.first_day, server.last_day);
  }
  known.servers.conclude(known.history);
  for (const auto& [key, mailbox_service] : known.origins.homes())
    known.selectors.add_home(key, mailbox_service);
  known.accounts.conclude(known.domains, known.history);
}

}  // namespace dmarcq

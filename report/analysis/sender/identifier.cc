// SPDX-License-Identifier: MIT
#include "report/analysis/sender/identifier.h"

#include <algorithm>
#include <deque>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/sender/identify.h"

namespace dmarcq {
namespace {

/// Equal candidates share one Sender, whose texts are made once: there are a few hundred among up
/// to a million rows.
class SenderList {
 public:
  std::uint32_t position_of(const Candidate& candidate, const SenderWords& words) {
    const auto [entry, added] =
        positions_.try_emplace(candidate, static_cast<std::uint32_t>(senders_.size()));
    if (added) senders_.push_back(make_sender(candidate, words));
    return entry->second;
  }
  const Sender& at(std::uint32_t position) const { return senders_[position]; }

 private:
  std::deque<Sender> senders_;  // which leaves them where they are
  std::unordered_map<Candidate, std::uint32_t, HashCandidate> positions_;
};

}  // namespace

struct Identifier::State {
  RowLookup lookup;
  OwnerRules rules;
  const SenderCatalogue& catalogue;
  SenderWords words;
  RowNames names;
  LastNetworks networks;
  std::set<std::int64_t> domains;  // policy domains of the rows learned
  KnownSenders learned;
  bool concluded = false;
  SenderList senders;
  Candidates scratch;

  State(RowLookup row_lookup, Owner owner, const SenderCatalogue& list)
      : lookup(std::move(row_lookup)),
        rules(std::move(owner)),
        catalogue(list),
        words(list),
        names(lookup, list),
        networks(list),
        learned(rules.owner()) {
    for (const AccountName& account : lookup.accounts)
      if (is_believed(account.reporter)) dmarcq::learn(learned, account);
  }

  const KnownSenders& known() const { return learned; }

  bool is_believed(std::uint32_t reporter) const {
    return !lookup.believed || lookup.believed(reporter);
  }

  RowEvidence evidence_of(const SourceRow& row) {
    RowEvidence evidence{
        .row = row, .names = names.of(row), .networks = networks.of(row.source_ip)};
    if (concluded && lookup.host_name) evidence.host_name = lower(lookup.host_name(row.source_ip));
    return evidence;
  }

  void learn(const SourceRow& row) {
    if (domains.insert(row.domain).second) learned.domains.add(lookup.domain(row.domain));
    const bool all_believed = std::ranges::all_of(
        row.reporters, [&](std::uint32_t reporter) { return is_believed(reporter); });
    if (all_believed) return dmarcq::learn(learned, evidence_of(row), catalogue, words);
    SourceRow by_believed = row;
    by_believed.reporters = {};
    for (const std::uint32_t reporter : row.reporters)
      if (is_believed(reporter)) by_believed.reporters.add(reporter);
    if (!by_believed.reporters.empty())
      dmarcq::learn(learned, evidence_of(by_believed), catalogue, words);
  }

  void conclude() {
    if (!std::exchange(concluded, true)) dmarcq::conclude(learned, words);
  }

  IdentificationContext context() { return {known(), rules, catalogue, words}; }
};

Identifier::Identifier(RowLookup lookup, Owner owner, const SenderCatalogue& catalogue)
    : state_(std::make_unique<State>(std::move(lookup), std::move(owner), catalogue)) {}
Identifier::~Identifier() = default;
Identifier::Identifier(Identifier&&) noexcept = default;

void Identifier::learn(std::span<const SourceRow> rows) {
  if (state_->concluded) throw std::logic_error("Identifier: learn() after conclude()");
  for (const SourceRow& row : rows) state_->learn(row);
}

void Identifier::conclude() { state_->conclude(); }

std::uint32_t Identifier::identify(const SourceRow& row) {
  state_->conclude();
  find_candidates(state_->evidence_of(row), state_->context(), CandidateDepth::strongest,
                  state_->scratch);
  return state_->senders.position_of(state_->scratch.front(), state_->words);
}

const Sender& Identifier::sender(std::uint32_t position) const {
  return state_->senders.at(position);
}

std::vector<Reading> Identifier::readings(const SourceRow& row) {
  state_->conclude();
  return dmarcq::readings(state_->evidence_of(row), state_->context());
}

const IdentityNames& Identifier::names(const SourceRow& row) { return state_->names.of(row); }
std::size_t Identifier::name_count() const { return state_->names.count(); }

const DirectSelector* Identifier::direct_selector(const std::string& domain,
                                                  const std::string& selector) const {
  return state_->known().selectors.find(domain, selector);
}

const DirectSelector* Identifier::direct_selector(const IdentityNames::Signature& signature) const {
  return state_->known().selectors.find(signature);
}

std::vector<const DirectSelector*> Identifier::direct_selectors(const std::string& domain) const {
  return state_->known().selectors.of_domain(domain);
}

bool Identifier::signs_direct(const std::string& domain) const {
  return state_->known().selectors.signs_direct(domain, state_->known().history);
}

bool Identifier::is_own_server(const SourceRow& row) {
  const KnownSenders& known = state_->known();
  return known.servers.is_own(row, names(row).own_word(), known.history);
}

bool Identifier::is_signing_server(const SourceRow& row) {
  return state_->known().servers.is_proven(row, names(row).own_word());
}

const std::map<std::string, std::vector<std::string>>& Identifier::proven_orgs() const {
  return state_->known().accounts.proven_orgs();
}

bool Identifier::is_own_stack(const std::string& own_domain, unsigned stack) const {
  return state_->known().accounts.is_own_stack(own_domain, stack, state_->known().history);
}

bool Identifier::knows_stacks_of(const std::string& own_domain) const {
  return state_->known().accounts.knows_stacks_of(own_domain, state_->known().history);
}

bool Identifier::is_own_tenant(const std::string& own_domain, const std::string& tenant) const {
  const KnownSenders& known = state_->known();
  return known.accounts.is_own_tenant(own_domain, tenant, known.domains, known.history);
}

bool Identifier::is_sibling(const std::string& name, const std::string& own_domain) const {
  return !name.empty() &&
         state_->known().domains.is_sibling(organizational_domain(name), own_domain);
}

bool Identifier::is_own_domain(const std::string& name, const std::string& own_domain) const {
  return !name.empty() &&
         (organizational_domain(name) == own_domain || is_sibling(name, own_domain));
}

const OwnerEntry* Identifier::disowned(const SourceRow& row) {
  return state_->rules.disowned(row, names(row));
}

const Owner& Identifier::owner() const { return state_->rules.owner(); }
const RowLookup& Identifier::lookup() const { return state_->lookup; }

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/analysis/sender/learned/direct_selectors.h"

#include <algorithm>
#include <tuple>

#include "ingest/base/text.h"

namespace dmarcq {

DirectSelectors::Key& DirectSelectors::key_of(const Signature& signature) {
  if (signature.key >= keys_.size())
    keys_.resize(std::max<std::size_t>(signature.key + 1, 2 * keys_.size()));
  return keys_[signature.key];
}

void DirectSelectors::add(const SourceRow& row, const Signature& signature,
                          const DkimAuthResult& result, const Source& source) {
  Key& key = key_of(signature);
  if (!std::exchange(key.seen, true)) {
    key.domain = lower(result.domain);
    key.selector = lower(result.selector);
    key.signer = &signers_[key.domain];
  }
  key.signer->add(row.reporters);
  if (result.selector.empty()) return;
  const auto place = std::ranges::find_if(key.occurrences, [&](const Occurrence& known) {
    return known.service == source.service && known.route == source.route;
  });
  Occurrence& occurrence = place != key.occurrences.end()
                               ? *place
                               : key.occurrences.emplace_back(Occurrence{.service = source.service,
                                                                         .route = source.route,
                                                                         .first_day = row.first_day,
                                                                         .last_day = row.last_day});
  occurrence.first_day = std::min(occurrence.first_day, row.first_day);
  occurrence.last_day = std::max(occurrence.last_day, row.last_day);
  occurrence.messages += row.messages;
  occurrence.authenticated |= source.authenticated;
  occurrence.witnesses.add(row.reporters);
}

void DirectSelectors::add_unplaced(const Signature& signature, const DkimAuthResult& result) {
  Key& key = key_of(signature);
  if (!key.domain.empty()) return;
  key.domain = lower(result.domain);
  key.selector = lower(result.selector);
}

bool DirectSelectors::is_surely_direct(const Signature& signature) const {
  return signature.key < keys_.size() &&
         std::ranges::any_of(
             keys_[signature.key].occurrences,
             [](const Occurrence& seen) { return seen.witnesses.several(); });
}

void DirectSelectors::conclude(const ReporterHistory& history, const SenderWords& words) {
  for (Key& key : keys_) conclude(key, history, words);
}

/// Of several sources Salesforce stands before others, a route before "unspecified", then by name.
void DirectSelectors::conclude(Key& key, const ReporterHistory& history, const SenderWords& words) {
  key.known = nullptr;
  const auto rank = [&](const Occurrence& seen) {
    return std::tuple(seen.service != words.salesforce, seen.service == nullptr,
                      seen.route == words.unspecified, text_of(seen.service), text_of(seen.route));
  };
  const Occurrence* best = nullptr;
  for (const Occurrence& seen : key.occurrences)
    if (history.trusts(seen.witnesses) && (best == nullptr || rank(seen) < rank(*best)))
      best = &seen;
  if (best == nullptr) return;
  key.service = best->service;
  key.route = best->route;
  DirectSelector& known = selectors_[{key.domain, key.selector}];
  known = {.domain = key.domain,
           .selector = key.selector,
           .service = std::string(text_of(best->service)),
           .route = std::string(text_of(best->route)),
           .service_id = service_id(text_of(best->service)),
           .first_day = best->first_day,
           .last_day = best->last_day};
  for (const Occurrence& seen : key.occurrences) {
    if ((seen.service == words.salesforce) != (best->service == words.salesforce)) continue;
    known.first_day = std::min(known.first_day, seen.first_day);
    known.last_day = std::max(known.last_day, seen.last_day);
    known.messages += seen.messages;
    known.authenticated |= seen.authenticated;
  }
  key.known = &known;
}

bool DirectSelectors::has_origin(std::uint32_t key) const {
  return key < keys_.size() && keys_[key].seen &&
         (keys_[key].known != nullptr || keys_[key].selector.empty());
}

void DirectSelectors::add_server(const OwnOrigins::Server& server) {
  Key& key = keys_[server.key];
  DirectSelector& known = selectors_[{key.domain, key.selector}];
  if (key.known == nullptr)
    known = {.domain = key.domain,
             .selector = key.selector,
             .first_day = server.first_day,
             .last_day = server.last_day};
  key.known = &known;
  key.service = key.route = nullptr;
  known.first_day = std::min(known.first_day, server.first_day);
  known.last_day = std::max(known.last_day, server.last_day);
  known.messages += server.messages;
}

void DirectSelectors::add_home(std::uint32_t number, InternedString mailbox_service) {
  Key& key = keys_[number];
  DirectSelector& known = selectors_[{key.domain, key.selector}];
  known.domain = key.domain;
  known.selector = key.selector;
  known.service = *mailbox_service;
  known.service_id = service_id(known.service);
  key.known = &known;
  key.service = mailbox_service;
  key.route = nullptr;
}

std::optional<DirectSelectors::Known> DirectSelectors::known(const Signature& signature) const {
  if (signature.key >= keys_.size()) return std::nullopt;
  const Key& key = keys_[signature.key];
  if (key.known == nullptr) return std::nullopt;
  return Known{key.known, key.service, key.route};
}

const DirectSelector* DirectSelectors::find(const Signature& signature) const {
  return signature.key < keys_.size() ? keys_[signature.key].known : nullptr;
}

const DirectSelector* DirectSelectors::find(const std::string& domain,
                                            const std::string& selector) const {
  const auto found = selectors_.find({lower(domain), lower(selector)});
  return found == selectors_.end() ? nullptr : &found->second;
}

std::vector<const DirectSelector*> DirectSelectors::of_domain(const std::string& domain) const {
  std::vector<const DirectSelector*> found;
  const std::string name = lower(domain);
  for (auto at = selectors_.lower_bound({name, ""});
       at != selectors_.end() && at->first.first == name; ++at)
    found.push_back(&at->second);
  return found;
}

bool DirectSelectors::signs_direct(const std::string& domain,
                                   const ReporterHistory& history) const {
  const auto found = signers_.find(lower(domain));
  return found != signers_.end() && history.trusts(found->second);
}

}  // namespace dmarcq

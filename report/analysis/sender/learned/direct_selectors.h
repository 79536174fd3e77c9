// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/analysis/sender/learned/own_origins.h"
#include "report/analysis/sender/learned/witnesses.h"
#include "report/analysis/sender/row_evidence.h"

namespace dmarcq {

/// A (d=, s=) pair as seen passing directly: from a Salesforce address, or with SPF passing for
/// an own name.
struct DirectSelector {
  std::string domain, selector;
  std::string service = {}, route = {};  ///< of the direct source; "" when unknown
  ServiceId service_id = ServiceId::other;
  Day first_day = 0, last_day = 0;
  std::uint64_t messages = 0;
  bool authenticated = false;  ///< some row's names said so; else the address's network only
};

/// Where own signatures were seen coming from. Feed all rows, then conclude(), then ask: from then
/// on it does not change. The order of rows does not matter.
class DirectSelectors {
 public:
  using Signature = IdentityNames::Signature;
  DirectSelectors() = default;
  DirectSelectors(const DirectSelectors&) = delete;  // keys point into maps
  DirectSelectors& operator=(const DirectSelectors&) = delete;

  /// Where a row's own signatures come from. `service` null: from no known service.
  struct Source {
    InternedString service = nullptr, route = nullptr;
    bool authenticated = false;
  };
  void add(const SourceRow&, const Signature&, const DkimAuthResult&, const Source&);
  /// A passing own signature that comes from nowhere known: OwnOrigins may find its home.
  void add_unplaced(const Signature&, const DkimAuthResult&);
  /// Several reporters saw it direct, so no further origin will be looked for.
  bool is_surely_direct(const Signature&) const;

  /// What was seen becomes what is known, as far as its reporters can be trusted.
  void conclude(const ReporterHistory&, const SenderWords&);
  /// After conclude(): is the origin of the key's mail known, or nothing to look for?
  bool has_origin(std::uint32_t key) const;
  /// After conclude(): origins that were found by volume.
  void add_server(const OwnOrigins::Server&);
  void add_home(std::uint32_t key, InternedString mailbox_service);

  /// What is known of a signature's pair; null when it was never seen direct.
  struct Known {
    const DirectSelector* selector;
    InternedString service, route;
  };
  std::optional<Known> known(const Signature&) const;
  const DirectSelector* find(const Signature&) const;
  const DirectSelector* find(const std::string& domain, const std::string& selector) const;
  std::vector<const DirectSelector*> of_domain(const std::string& domain) const;
  /// Did signatures of this domain pass directly, with whatever selector?
  bool signs_direct(const std::string& domain, const ReporterHistory&) const;

 private:
  /// A pair seen passing directly from one service by one route.
  struct Occurrence {
    InternedString service = nullptr, route = nullptr;
    Day first_day = 0, last_day = 0;
    std::uint64_t messages = 0;
    bool authenticated = false;
    Witnesses witnesses = {};
  };
  struct Key {
    bool seen = false;                    ///< seen direct, with or without a selector
    std::string domain, selector;         ///< in lower case
    Witnesses* signer = nullptr;          ///< in signers_
    std::vector<Occurrence> occurrences;  ///< by service and route
    // Once concluded:
    DirectSelector* known = nullptr;  ///< in selectors_; null: not seen direct by reporters who can
                                      ///< be trusted, or s= is empty
    InternedString service = nullptr, route = nullptr;  ///< those of `known`
  };
  Key& key_of(const Signature&);
  void conclude(Key&, const ReporterHistory&, const SenderWords&);
  std::vector<Key> keys_;  ///< by Signature::key; shorter than there are keys
  std::map<std::string, Witnesses, std::less<>> signers_;  ///< who saw signatures of a domain
                                                           ///< direct, with whatever selector
  std::map<std::pair<std::string, std::string>, DirectSelector> selectors_;
};

}  // namespace dmarcq

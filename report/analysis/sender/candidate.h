// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "report/analysis/sender/evidence.h"
#include "report/analysis/sender/owner.h"
#include "report/analysis/sender/sender_words.h"

namespace dmarcq {

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

/// A Sender in small: what it says, and what it rests on. One is made for each row, the Sender with
/// its texts only for each distinct one. Equal candidates make equal Senders.
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
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct HashCandidate {
  std::size_t operator()(const Candidate&) const;
};

/// Candidates of one row, the strongest first.
using Candidates = std::vector<Candidate>;

Sender make_sender(const Candidate&, const SenderWords&);

}  // namespace dmarcq

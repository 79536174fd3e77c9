// SPDX-License-Identifier: MIT
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "report/analysis/sender/learned/witnesses.h"
#include "report/analysis/sender/row_evidence.h"

namespace dmarcq {

/// Who delivered mail: a service, or where the address is of none, the address.
struct Deliverer {
  InternedString service = nullptr;
  IpAddress address;  ///< meaningful without a service only
  auto operator<=>(const Deliverer&) const = default;
};
/// Of a row whose names did not pass. Nobody at Salesforce's own addresses.
std::optional<Deliverer> deliverer(const RowEvidence&, const SenderWords&);

/// Where the owner's mail begins besides the addresses of services: servers in no list that sign
/// with a key of the owner's, and relays (Salesforce Email Relay) through which Core's mail leaves.
/// Both are learned by comparing volumes: forwarders carry a share of a key's mail, its origin
/// carries the bulk. Feed all rows, then finish(), then ask. Deterministic whatever the order.
class OwnOrigins {
 public:
  /// A server that sends the owner's signed mail is known by so many messages on days so far apart.
  static constexpr std::uint64_t least_messages = 20;
  static constexpr Day least_span = 5;

  /// A passing own signature with the key `key` (the number of a pair d=, s=) at an address.
  /// `candidate`: the address is of no known service. `mailbox`: the mailbox service whose network
  /// it is, or null.
  void signed_mail(std::uint32_t key, InternedString own, const SourceRow&, bool candidate,
                   InternedString mailbox);
  /// Mail of Salesforce Core from Salesforce itself.
  void direct_core(InternedString own, const SourceRow&);
  /// Signed mail of Core, by its bounce name without SPF pass, delivered by `through`.
  void core_through(InternedString own, const Deliverer& through, const SourceRow&);

  /// `is_direct(key)`: such mail was seen coming from a known origin, so no server is looked for.
  template <class IsDirect>
  void finish(const ReporterHistory& history, IsDirect&& is_direct) {
    servers_.clear();
    homes_.clear();
    relays_.clear();
    for (const auto& [key, signer] : signers_)
      if (!is_direct(key)) find_servers(key, signer, history);
    find_relays(history);
  }

  struct Server {
    std::uint32_t key = 0;
    IpAddress address;
    InternedString own = nullptr;
    Day first_day = 0, last_day = 0;
    std::uint64_t messages = 0;
  };
  const std::vector<Server>& servers() const { return servers_; }
  /// Keys whose mail comes mostly from one mailbox service (Google, Microsoft), with that service.
  const std::vector<std::pair<std::uint32_t, InternedString>>& homes() const { return homes_; }
  bool is_relay(InternedString own, const Deliverer& through) const {
    return relays_.contains({own, through});
  }

 private:
  struct Flow {
    std::uint64_t messages = 0;
    Day first = 0, last = 0;
    Witnesses witnesses;
    void add(const SourceRow&);
  };
  struct Signer {
    InternedString own = nullptr;
    std::uint64_t messages = 0;           ///< wherever seen
    std::map<IpAddress, Flow> addresses;  ///< candidates
    std::map<InternedString, Flow> mailboxes;
  };
  struct Span {
    Day first, last;
    std::uint64_t messages;
    auto operator<=>(const Span&) const = default;
  };
  class DailySum;
  void find_servers(std::uint32_t key, const Signer&, const ReporterHistory&);
  void find_relays(const ReporterHistory&);
  std::map<std::uint32_t, Signer> signers_;
  std::map<InternedString, std::vector<Span>> direct_;
  struct Through {
    std::vector<Span> spans;
    Witnesses witnesses;
  };
  std::map<std::pair<InternedString, Deliverer>, Through> through_;
  std::vector<Server> servers_;
  std::vector<std::pair<std::uint32_t, InternedString>> homes_;
  std::set<std::pair<InternedString, Deliverer>> relays_;
};

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "parser/calendar.h"
#include "report/analysis/dns/domain_fault.h"

namespace dmarcq {

/// A selector to look at, and how much signed mail reports show for it.
struct SelectorAsked {
  std::string domain, selector;  ///< folded
  bool from_reports = false;     ///< else it was named by the user
  std::uint64_t messages = 0;    ///< with a signature that passed
  Day last_day = 0;              ///< of these; 0 without any
};

/// What is published at a selector.
struct SelectorHealth {
  enum class State { published, missing, revoked, broken, unknown };
  SelectorAsked asked;
  std::string name;  ///< "s1._domainkey.example.com"
  State state = State::unknown;
  std::string key;  ///< "RSA 2048", "Ed25519"; "" without a key
  std::vector<std::string> aliases;
  bool is_salesforce = false;  ///< an alias of Salesforce Core: *.custdkim.salesforce.com
};
std::string_view to_text(SelectorHealth::State) noexcept;

struct DkimHealth {
  std::vector<SelectorHealth> selectors;
  std::vector<DomainFault> faults;
};

std::string selector_name(const SelectorAsked&);

/// Checks the key records (RFC 6376, 8301, 8463), and that both selectors between which Salesforce
/// Core rotates exist: without the second, mail is signed today and not after the next rotation.
/// The partner of a selector that ends in 1 or 2 is asked for as well. `database`: reports were
/// read, so a selector that is in none is unused.
DkimHealth check_dkim(const std::string& domain, const std::vector<SelectorAsked>&, bool database,
                      Resolver&);

}  // namespace dmarcq

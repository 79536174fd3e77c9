// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "parser/aggregate/vocabulary.h"
#include "report/analysis/dns/ip_intervals.h"

namespace dmarcq {

/// One step of what an SPF tree comes to.
struct SpfRule {
  enum class Kind {
    addresses,  ///< these get the result
    term,       ///< a term that depends on the message: where it matches, the result
    redirect,   ///< the record of another name, which depends on the message, has the last word
  };
  Kind kind = Kind::addresses;
  SpfResult result = SpfResult::pass;  ///< pass for a redirect, which has its own
  std::vector<IpNetwork> networks;     ///< of addresses
  std::string text;  ///< of term and redirect, without qualifier: "include:_spf.salesforce.com"
};

/// The rules of a name, in order: the first that matches decides, and none is neutral. The error
/// says why the addresses cannot be listed: DNS did not tell, a permanent error for those who come
/// to it, or more than 100,000 networks.
std::expected<std::vector<SpfRule>, std::string> spf_rules(const std::string& domain, Resolver&);

/// All addresses of a family, and what the rules come to for each of them: "pass",
/// "include:_spf.salesforce.com, then fail".
struct SpfOutcome {
  IpInterval addresses;
  std::string text;
  friend bool operator==(const SpfOutcome&, const SpfOutcome&) = default;
};
/// Sorted; neighbours differ.
std::vector<SpfOutcome> outcomes_of(const std::vector<SpfRule>&, IpFamily);

}  // namespace dmarcq

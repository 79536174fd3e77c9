// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "report/analysis/dns/ip_intervals.h"

namespace dmarcq {

/// A TXT record to publish.
struct FlatRecord {
  std::string name, text;
};

/// An SPF record without the includes whose addresses can be listed.
struct SpfFlattening {
  static constexpr std::size_t most_record_bytes = 450;  ///< RFC 7208 section 3.4

  std::vector<FlatRecord> records;  ///< that of the domain, then its helpers "_spf1.example.com"
  unsigned lookups_before = 0, lookups_after = 0;  ///< worst cases
  bool exceeds_limits = false;      ///< before: some addresses get a permanent error instead
  std::vector<std::string> kept;    ///< terms that stay, as published: macros, exists, ptr, and
                                    ///< includes of records that have these
  std::vector<std::string> faults;  ///< why there are no records, in words
  bool is_equal = false;  ///< proved: every address gets the same result from both, where terms
                          ///< that stay are compared as text. The limits of section 4.6.4 are not
                          ///< regarded: to escape them is what flattening is for
};

/// Replaces include, a, mx and redirect by ip4 and ip6, in order and with their qualifiers. What an
/// include does not pass is left out: it matches on pass alone. A record that has exists, ptr or a
/// macro of its own stays an include, since its addresses cannot be listed (_spf.salesforce.com).
SpfFlattening flatten_spf(const std::string& domain, Resolver&);

/// Addresses that two trees treat differently.
struct SpfDifference {
  IpFamily family = IpFamily::v4;
  IpInterval addresses;
  std::string live, flat;  ///< "pass", "include:_spf.salesforce.com, then fail"
};
struct SpfDrift {
  static constexpr std::size_t most_differences = 1'000;

  std::vector<SpfDifference> differences;  ///< IPv4 first, sorted
  std::vector<std::string> faults;         ///< why they cannot be compared, in words
  bool is_equal() const { return differences.empty() && faults.empty(); }
};

/// Compares the tree of a domain in DNS with one whose flattened records are in a file. What the
/// file does not have is asked for in DNS.
SpfDrift spf_drift(const std::string& domain, Resolver& live, Resolver& flat);

}  // namespace dmarcq

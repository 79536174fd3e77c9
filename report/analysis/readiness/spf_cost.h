// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/dns/resolver.h"

namespace dmarcq {

/// What the SPF record of a name costs (RFC 7208 section 4.6.4), as far as DNS, or a zone in its
/// place, can tell.
struct SpfCost {
  unsigned records = 0;    ///< v=spf1 records at the name; more than one is a permanent error
  unsigned lookups = 0;    ///< terms that need DNS, those of includes that are known counted in,
                           ///< each time they are reached; at most SpfTree::most_lookups
  bool hard_fail = false;  ///< one record, and it ends in -all
  std::vector<std::string> unseen;  ///< includes and redirects of which no record is known:
                                    ///< they may cost more than the one counted
  bool broken = false;   ///< a permanent error other than several records and too many look-ups
  bool unknown = false;  ///< DNS did not tell
};
SpfCost spf_cost(Resolver&, std::string_view name);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/dns/zone.h"

namespace dmarcq {

/// What the SPF record of a name costs (RFC 7208 section 4.6.4), as far as the zone can tell.
struct SpfCost {
  static constexpr unsigned most_lookups = 1'000;  ///< counted no further: includes of includes
                                                   ///< may double at each step
  unsigned records = 0;  ///< v=spf1 records at the name; more than one is a permanent error
  unsigned lookups = 0;  ///< terms that need DNS, those of includes inside the zone counted in,
                         ///< each time they are reached
  std::vector<std::string> unseen;  ///< includes and redirects of which the zone has no record:
                                    ///< they may cost more than the one counted
};
SpfCost spf_cost(const Zone&, std::string_view name);

}  // namespace dmarcq

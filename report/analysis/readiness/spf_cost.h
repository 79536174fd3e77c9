// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/dns/zone.h"

namespace dmarcq {

/// What the SPF record of a name costs (RFC 7208 section 4.6.4), as far as the zone can tell.
struct SpfCost {
  unsigned records = 0;  ///< v=spf1 records at the name; more than one is a permanent error
  unsigned lookups = 0;  ///< terms that need DNS, those of includes inside the zone counted in
  std::vector<std::string> unseen;  ///< includes and redirects outside the zone: they cost more
                                    ///< than the one counted
};
SpfCost spf_cost(const Zone&, std::string_view name);

}  // namespace dmarcq

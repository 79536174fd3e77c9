// SPDX-License-Identifier: MIT
#include "report/analysis/client.h"

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {

std::string_view client_of(std::span<const ClientDomains> clients, std::string_view domain) {
  const std::string organizational = organizational_domain(domain);
  std::string_view above, beside;
  std::size_t nearest = 0;
  for (const ClientDomains& client : clients)
    for (const std::string& listed : client.domains) {
      if (at_or_below(domain, listed)) {
        if (listed.size() > nearest) {
          nearest = listed.size();
          above = client.name;
        }
      } else if (beside.empty() && organizational_domain(listed) == organizational) {
        beside = client.name;
      }
    }
  return nearest > 0 ? above : beside;
}

}  // namespace dmarcq

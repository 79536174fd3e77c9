// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/spf_cost.h"

#include <set>
#include <sstream>

#include "ingest/base/text.h"

namespace dmarcq {

SpfCost spf_cost(const Zone& zone, std::string_view name) {
  SpfCost cost;
  std::set<std::string> seen;
  const auto walk = [&](const auto& self, const std::string& at) -> void {
    if (!seen.insert(at).second) return;
    for (const std::string& text : zone.txt(at)) {
      std::istringstream words(text);
      std::string word;
      words >> word;
      if (lower(word) != "v=spf1") continue;
      if (at == lower(name)) ++cost.records;
      while (words >> word) {
        auto term = lower(word);
        if (std::string_view("+-~?").find(term.front()) != std::string_view::npos) term.erase(0, 1);
        const bool include = term.starts_with("include:"), redirect = term.starts_with("redirect=");
        const auto mechanism = term.substr(0, term.find_first_of(":/"));
        if (include || redirect) {
          ++cost.lookups;
          const auto target = folded_domain(term.substr(term.find_first_of(":=") + 1));
          if (zone.holds(target) && !zone.txt(target).empty())
            self(self, target);
          else
            cost.unseen.push_back(target);
        } else if (mechanism == "a" || mechanism == "mx" || mechanism == "ptr" ||
                   mechanism == "exists") {
          ++cost.lookups;
        }
      }
    }
  };
  walk(walk, lower(name));
  return cost;
}

}  // namespace dmarcq

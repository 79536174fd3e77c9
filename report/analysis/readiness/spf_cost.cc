// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/spf_cost.h"

#include <algorithm>

#include "report/analysis/dns/spf_tree.h"

namespace dmarcq {

SpfCost spf_cost(Resolver& resolver, std::string_view name) {
  using State = SpfNode::State;
  const SpfTree tree = spf_tree(std::string(name), resolver, SpfDepth::records);
  SpfCost cost{.records = static_cast<unsigned>(tree.root().records.size()),
               .lookups = tree.lookups,
               .hard_fail = tree.root().state == State::record && has_hard_fail(tree)};
  cost.unknown = tree.root().state == State::unknown;
  for (const SpfNode& node : tree.nodes) {
    const bool is_missing = node.depth > 0 &&
                            (node.state == State::missing || node.state == State::several);
    cost.broken |= is_missing || node.state == State::loop || !node.faults.empty();
    const bool is_seen = node.depth == 0 || node.state == State::record ||
                         node.state == State::several || node.state == State::loop ||
                         node.state == State::too_deep;
    const bool is_named = std::ranges::find(cost.unseen, node.name) != cost.unseen.end();
    if (!is_seen && !is_named && node.state != State::repeated) cost.unseen.push_back(node.name);
  }
  return cost;
}

}  // namespace dmarcq

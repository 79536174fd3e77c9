// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_tree.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "parser/dns_record/spf_macro.h"

namespace dmarcq {
namespace {

using Kind = SpfTerm::Kind;
using State = SpfNode::State;

/// What the records below a name cost.
struct Cost {
  unsigned lookups = 0, voids4 = 0, voids6 = 0;  ///< void ones for addresses of each family
  void add(const Cost& other) {
    lookups = std::min(lookups + other.lookups, SpfTree::most_lookups);
    voids4 = std::min(voids4 + other.voids4, SpfTree::most_lookups);
    voids6 = std::min(voids6 + other.voids6, SpfTree::most_lookups);
  }
};

class TreeBuilder {
 public:
  TreeBuilder(Resolver& resolver, SpfDepth how_far) : resolver_(resolver), how_far_(how_far) {}

  SpfTree build(const std::string& domain) {
    const Cost cost = add_node(folded_domain(domain), 0);
    tree_.lookups = cost.lookups;
    tree_.void_family = cost.voids6 > cost.voids4 ? IpFamily::v6 : IpFamily::v4;
    std::tie(tree_.other_void_lookups, tree_.void_lookups) =
        std::minmax({cost.voids4, cost.voids6});
    return std::move(tree_);
  }

 private:
  /// Appends the node of a name, and those below it. Recursion ends at SpfTree::deepest.
  Cost add_node(const std::string& name, unsigned depth) {
    const std::size_t at = tree_.nodes.size();
    tree_.nodes.push_back({.name = name, .depth = depth});
    if (const auto leaf = leaf_state(name, depth)) {
      tree_.nodes[at].state = *leaf;
      tree_.has_unknown |= *leaf == State::too_deep || *leaf == State::macro;
      const Cost cost = *leaf == State::repeated ? known_.at(name) : Cost();
      tree_.nodes[at].lookups = cost.lookups;
      return cost;
    }
    path_.insert(name);
    Cost cost = read_records(name, at);
    path_.erase(name);
    known_[name] = cost;
    tree_.nodes[at].lookups = cost.lookups;
    return cost;
  }

  std::optional<State> leaf_state(const std::string& name, unsigned depth) const {
    if (name.contains('%')) return State::macro;
    if (path_.contains(name)) return State::loop;
    if (known_.contains(name)) return State::repeated;
    if (depth > SpfTree::deepest || tree_.nodes.size() > SpfTree::most_nodes)
      return State::too_deep;
    return std::nullopt;
  }

  Cost read_records(const std::string& name, std::size_t at) {
    SpfLookup found = find_spf_record(name, resolver_);
    SpfNode& node = tree_.nodes[at];
    node.aliases = std::move(found.answer.aliases);
    node.records = found.records;
    switch (found.status) {
      case SpfLookup::Status::unknown:
        node.why = found.answer.why;
        tree_.has_unknown = true;
        return {};
      case SpfLookup::Status::none: {
        node.state = State::missing;
        const unsigned voids = found.answer.status != DnsAnswer::Status::found;
        return {.voids4 = voids, .voids6 = voids};
      }
      case SpfLookup::Status::found: node.state = State::record; break;
      case SpfLookup::Status::several: node.state = State::several; break;
    }
    Cost cost;
    for (const std::string& text : found.records) {
      SpfRecord record = parse_spf_record(text);
      prefetch(record, name);
      for (const SpfTerm& term : record.terms) {
        Cost of_term;
        SpfNode::Branch branch = branch_of(term, record, name, at, of_term);
        cost.add(of_term);
        tree_.nodes[at].branches.push_back(std::move(branch));
      }
      std::ranges::move(record.faults, std::back_inserter(tree_.nodes[at].faults));
    }
    return cost;
  }

  /// Terms behind `all`, and a redirect beside it, are never evaluated (RFC 7208
  /// sections 5.1, 6.1).
  static bool is_evaluated(const SpfTerm& term, const SpfRecord& record) {
    const SpfTerm* const all = record.modifier(Kind::all);
    if (all == nullptr) return true;
    return term.is_mechanism() ? term.position <= all->position : term.kind != Kind::redirect;
  }

  SpfNode::Branch branch_of(const SpfTerm& term, const SpfRecord& record, const std::string& name,
                            std::size_t at, Cost& cost) {
    SpfNode::Branch branch{.term = term, .is_evaluated = is_evaluated(term, record)};
    if (!term.costs_lookup() || !branch.is_evaluated) return branch;
    cost.lookups = 1;
    const std::string target = spf_target(term, name);
    if (term.kind == Kind::include || term.kind == Kind::redirect) {
      branch.node = tree_.nodes.size();
      cost.add(add_node(target, tree_.nodes[at].depth + 1));
    } else if ((term.kind == Kind::a || term.kind == Kind::mx) && !target.contains('%')) {
      branch.name = target;
      if (how_far_ == SpfDepth::addresses) look_at_addresses(branch);
      cost.voids4 += branch.voids4;
      cost.voids6 += branch.voids6;
    }
    branch.lookups = cost.lookups;
    return branch;
  }

  void look_at_addresses(SpfNode::Branch& branch) {
    using Status = DnsAnswer::Status;
    if (branch.term.kind == Kind::mx) {
      const DnsAnswer answer = resolver_.ask({branch.name, RecordType::mx});
      branch.hosts = answer.data.size();
      branch.is_unknown = answer.status == Status::unknown;
      branch.is_void = !branch.is_unknown && answer.status != Status::found;
      branch.voids4 = branch.voids6 = branch.is_void;
      // With more hosts, the term is a permanent error before their addresses are asked for.
      if (branch.hosts <= most_spf_names) look_at_exchangers(branch, answer);
    } else {
      const auto [v4, v6] = look_at_host(branch, branch.name);
      const bool found = v4 == Status::found || v6 == Status::found;
      branch.is_unknown = !found && (v4 == Status::unknown || v6 == Status::unknown);
      branch.is_void = !found && !branch.is_unknown;
    }
  }

  void look_at_exchangers(SpfNode::Branch& branch, const DnsAnswer& mx) {
    const std::vector<DnsQuestion> questions = exchanger_questions(mx);
    resolver_.prefetch(questions);
    for (std::size_t i = 0; i < questions.size(); i += 2) look_at_host(branch, questions[i].name);
  }

  /// Counts its void look-ups; the status of its A and AAAA records.
  std::pair<DnsAnswer::Status, DnsAnswer::Status> look_at_host(SpfNode::Branch& branch,
                                                               const std::string& host) {
    using Status = DnsAnswer::Status;
    const auto status = [&](RecordType type) { return resolver_.ask({host, type}).status; };
    const auto is_void = [](Status one) { return one != Status::found && one != Status::unknown; };
    const Status v4 = status(RecordType::a), v6 = status(RecordType::aaaa);
    branch.voids4 += is_void(v4);
    branch.voids6 += is_void(v6);
    return {v4, v6};
  }

  void prefetch(const SpfRecord& record, const std::string& name) {
    std::vector<DnsQuestion> questions;
    for (const SpfTerm& term : record.terms) {
      if (!term.costs_lookup() || !is_evaluated(term, record)) continue;
      const std::string target = spf_target(term, name);
      if (!target.contains('%'))
        std::ranges::copy(spf_questions(term, target, how_far_), std::back_inserter(questions));
    }
    resolver_.prefetch(questions);
  }

  Resolver& resolver_;
  SpfDepth how_far_;
  SpfTree tree_;
  std::unordered_set<std::string, SeededHash> path_;
  std::unordered_map<std::string, Cost, SeededHash> known_;
};

/// ", CNAME to a.example.net, b.example.net"; "" without one.
std::string aliases_of(const SpfNode& node, std::string_view before) {
  std::string words;
  for (const std::string& alias : node.aliases)
    words += (words.empty() ? std::string(before) + "CNAME to " : ", ") + alias;
  return words;
}

std::string note_of(const SpfNode& node) {
  switch (node.state) {
    case State::record: return aliases_of(node, "");
    case State::missing: return "no SPF record" + aliases_of(node, ": ");
    case State::several:
      return std::to_string(node.records.size()) + " SPF records" + aliases_of(node, ", ");
    case State::unknown: return "unknown: " + node.why + aliases_of(node, ", ");
    case State::loop: return "loop";
    case State::repeated: return "as above, counted again";
    case State::macro: return "depends on the message";
    case State::too_deep: return "not followed: too deep";
  }
  return "";
}

std::string note_of(const SpfNode::Branch& branch, const SpfTree& tree) {
  if (!branch.is_evaluated)
    return branch.term.kind == Kind::redirect ? "ignored beside 'all'" : "ignored after 'all'";
  if (branch.node) return note_of(tree.nodes[*branch.node]);
  if (branch.is_unknown) return "DNS did not tell";
  if (branch.is_void)
    return branch.name + (branch.term.kind == Kind::mx ? " has no MX record" : " has no address");
  if (branch.hosts > most_spf_names) return counted(branch.hosts, "MX record") + ", more than 10";
  return "";
}

void append_lines(const SpfTree& tree, const SpfNode& node, std::vector<SpfTreeLine>& lines) {
  const unsigned depth = node.depth + 1;
  for (const SpfNode::Branch& branch : node.branches) {
    const bool costs = branch.lookups > 0;
    lines.push_back({depth, branch.term.text, costs ? std::optional(branch.lookups) : std::nullopt,
                     note_of(branch, tree)});
    if (branch.node) append_lines(tree, tree.nodes[*branch.node], lines);
  }
  for (const SpfSyntaxFault& fault : node.faults)
    lines.push_back({depth, fault.term, std::nullopt, "syntax error: " + fault.reason});
}

}  // namespace

std::string spf_target(const SpfTerm& term, const std::string& name) {
  if (term.domain.empty()) return name;
  if (has_spf_macros(term.domain)) return term.domain;
  return expand_spf_domain(term.domain, {.domain = name});
}

std::vector<DnsQuestion> spf_questions(const SpfTerm& term, const std::string& target,
                                       SpfDepth how_far) {
  switch (term.kind) {
    case Kind::include:
    case Kind::redirect: return {{target, RecordType::txt}};
    case Kind::mx:
      if (how_far == SpfDepth::records) return {};
      return {{target, RecordType::mx}};
    case Kind::a:
      if (how_far == SpfDepth::records) return {};
      return {{target, RecordType::a}, {target, RecordType::aaaa}};
    default: return {};
  }
}

std::vector<DnsQuestion> exchanger_questions(const DnsAnswer& mx) {
  std::vector<DnsQuestion> questions;
  for (const std::string& one : mx.data) {
    const std::string host = one.substr(one.find(' ') + 1);
    if (host == ".") continue;
    questions.push_back({host, RecordType::a});
    questions.push_back({host, RecordType::aaaa});
  }
  return questions;
}

SpfTree spf_tree(const std::string& domain, Resolver& resolver, SpfDepth how_far) {
  return TreeBuilder(resolver, how_far).build(domain);
}

const SpfNode& last_record(const SpfTree& tree) {
  const SpfNode* node = &tree.root();
  for (unsigned steps = 0; steps < SpfTree::deepest; ++steps) {
    const auto redirect = std::ranges::find_if(node->branches, [](const SpfNode::Branch& branch) {
      return branch.term.kind == SpfTerm::Kind::redirect && branch.node;
    });
    const bool has_all = std::ranges::any_of(node->branches, [](const SpfNode::Branch& branch) {
      return branch.term.kind == SpfTerm::Kind::all;
    });
    if (has_all || redirect == node->branches.end()) break;
    node = &tree.nodes[*redirect->node];
  }
  return *node;
}

bool has_hard_fail(const SpfTree& tree) {
  const SpfNode& last = last_record(tree);
  const auto all = std::ranges::find_if(last.branches, [](const SpfNode::Branch& branch) {
    return branch.term.kind == SpfTerm::Kind::all;
  });
  return all != last.branches.end() && all->term.qualifier == SpfResult::fail;
}

std::vector<SpfTreeLine> lines_of(const SpfTree& tree) {
  std::vector<SpfTreeLine> lines;
  lines.push_back({0, tree.root().name, tree.lookups, note_of(tree.root())});
  append_lines(tree, tree.root(), lines);
  return lines;
}

}  // namespace dmarcq

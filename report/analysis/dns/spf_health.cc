// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_health.h"

#include <algorithm>
#include <map>

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;
using State = SpfNode::State;

constexpr unsigned close_to_limit = 8;
constexpr std::size_t large_record = 450;  // RFC 7208 section 3.4

/// "ip4:192.0.2.1" for "ip4=192.0.2.1".
std::string as_mechanism(const SpfTerm& term) {
  std::string text = term.text;
  text[text.find('=')] = ':';
  return text;
}

void check_node(const SpfTree& tree, const SpfNode& node, std::vector<DomainFault>& faults) {
  const bool top = &node == &tree.root();
  const std::string& name = node.name;
  switch (node.state) {
    case State::missing:
      if (top && node.aliases.empty())
        faults.push_back({.kind = Kind::no_spf, .subject = name});
      else if (top)
        faults.push_back(
            {.kind = Kind::dangling_alias, .subject = name, .value = node.aliases.back()});
      else
        faults.push_back(
            {.kind = Kind::spf_missing_target, .subject = tree.root().name, .value = name});
      break;
    case State::several:
      faults.push_back({.kind = Kind::spf_several, .subject = name, .number = node.records.size()});
      break;
    case State::unknown:
      faults.push_back({.kind = Kind::unanswered, .subject = name, .value = node.why});
      break;
    case State::loop:
      faults.push_back({.kind = Kind::spf_permerror,
                        .subject = tree.root().name,
                        .value = "a loop: " + name + " includes itself"});
      break;
    case State::too_deep:
      faults.push_back({.kind = Kind::spf_permerror,
                        .subject = tree.root().name,
                        .value = "more includes than can be followed, at " + name});
      break;
    case State::record:
    case State::repeated:
    case State::macro: break;
  }
  for (const SpfSyntaxFault& fault : node.faults)
    faults.push_back(
        {.kind = Kind::spf_syntax, .subject = name, .value = fault.term, .other = fault.reason});
  if (node.state != State::record) return;
  if (node.records.front().size() > large_record)
    faults.push_back(
        {.kind = Kind::spf_large, .subject = name, .number = node.records.front().size()});
  for (const SpfNode::Branch& branch : node.branches) {
    if (branch.term.is_mistaken_modifier())
      faults.push_back({.kind = Kind::spf_mistaken_modifier,
                        .subject = name,
                        .value = branch.term.text,
                        .other = as_mechanism(branch.term)});
    if (branch.term.kind == SpfTerm::Kind::ptr)
      faults.push_back({.kind = Kind::spf_ptr, .subject = name});
    if (branch.hosts > most_spf_names)
      faults.push_back({.kind = Kind::spf_permerror,
                        .subject = name,
                        .value = "more than 10 MX hosts at " + branch.name});
    if (branch.is_void)
      faults.push_back({.kind = Kind::spf_void_term, .subject = name, .value = branch.term.text});
  }
}

/// `all` and what stands behind it count in the record at the top, and where it redirects to.
void check_end(const SpfNode& node, std::vector<DomainFault>& faults) {
  bool after_all = false, has_end = false;
  for (const SpfNode::Branch& branch : node.branches) {
    const SpfTerm& term = branch.term;
    if (after_all && term.is_mechanism())
      faults.push_back({.kind = Kind::spf_after_all, .subject = node.name, .value = term.text});
    has_end |= term.kind == SpfTerm::Kind::redirect;
    if (term.kind != SpfTerm::Kind::all || after_all) continue;
    after_all = has_end = true;
    if (term.qualifier == SpfResult::pass)
      faults.push_back({.kind = Kind::spf_pass_all, .subject = node.name});
    if (term.qualifier == SpfResult::neutral)
      faults.push_back({.kind = Kind::spf_neutral_all, .subject = node.name});
  }
  if (!has_end) faults.push_back({.kind = Kind::spf_neutral_all, .subject = node.name});
}

}  // namespace

std::vector<DomainFault> spf_faults(const SpfTree& tree) {
  std::vector<DomainFault> faults;
  const SpfNode& root = tree.root();
  for (const SpfNode& node : tree.nodes) check_node(tree, node, faults);
  if (root.state != State::record) return faults;
  std::map<std::string, std::uint64_t> times;
  for (std::size_t i = 1; i < tree.nodes.size(); ++i)
    if (const State state = tree.nodes[i].state; state == State::record || state == State::repeated)
      ++times[tree.nodes[i].name];
  for (const auto& [name, number] : times)
    if (number > 1)
      faults.push_back(
          {.kind = Kind::spf_repeated, .subject = root.name, .value = name, .number = number});
  if (tree.lookups > most_spf_lookups)
    faults.push_back({.kind = Kind::spf_lookups, .subject = root.name, .number = tree.lookups});
  else if (tree.lookups >= close_to_limit)
    faults.push_back(
        {.kind = Kind::spf_lookups_close, .subject = root.name, .number = tree.lookups});
  if (tree.void_lookups > most_spf_void_lookups)
    faults.push_back({.kind = Kind::spf_void,
                      .subject = root.name,
                      .value = tree.other_void_lookups > most_spf_void_lookups
                                   ? std::string()
                                   : std::string(to_text(tree.void_family)),
                      .number = tree.void_lookups});
  check_end(last_record(tree), faults);
  if (has_hard_fail(tree)) faults.push_back({.kind = Kind::spf_hard_fail, .subject = root.name});
  return faults;
}

std::string spf_record_of(const SpfTree& tree) {
  const SpfNode& root = tree.root();
  return root.state == State::record ? root.records.front() : std::string();
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "parser/dns_record/spf_record.h"
#include "parser/message_auth/spf_check.h"
#include "report/analysis/dns/ip_intervals.h"

namespace dmarcq {

/// The SPF record of a name, in the tree that includes and redirects make of them.
struct SpfNode {
  enum class State {
    record,    ///< it has exactly one
    missing,   ///< DNS has none: a permanent error for those who include it
    several,   ///< more than one: a permanent error (RFC 7208 section 4.5). The branches are those
               ///< of all of them
    unknown,   ///< DNS did not tell
    loop,      ///< it is being evaluated already: a permanent error
    repeated,  ///< it stands in the tree before; its cost is counted again
    macro,     ///< the name depends on the message
    too_deep,  ///< below 20 others, or past 500 nodes: not followed
  };
  /// A term, and what it costs.
  struct Branch {
    SpfTerm term;
    unsigned lookups = 0;             ///< of itself and all below it, at most SpfTree::most_lookups
    std::optional<std::size_t> node;  ///< of include and redirect: its place in SpfTree::nodes
    std::string name;  ///< of a and mx: the name that is asked for; "" when it depends on the
                       ///< message
    bool is_evaluated = true;         ///< not behind `all`, nor a redirect beside it
    bool is_void = false;             ///< a, mx: the name has no such record
    bool is_unknown = false;          ///< a, mx: DNS did not tell
    std::size_t hosts = 0;            ///< mx: how many; more than 10 are a permanent error
    unsigned voids4 = 0, voids6 = 0;  ///< a, mx: void look-ups for IPv4 and for IPv6 addresses: a
                                      ///< host has one where it has no address of the family
  };
  std::string name;  ///< with its macros, when it depends on the message
  unsigned depth = 0;
  State state = State::unknown;
  std::string why;                   ///< of unknown: "time-out"
  std::vector<std::string> records;  ///< the SPF records of the name; one for State::record
  std::vector<std::string> aliases;  ///< CNAMEs on the way; those of a name that is missing dangle
  std::vector<Branch> branches;      ///< terms in order
  std::vector<SpfSyntaxFault> faults;
  unsigned lookups = 0;  ///< worst case for all below it, at most SpfTree::most_lookups
};

/// The tree of a name (nodes[0]), and what it costs in the worst case: for an address that nothing
/// matches. What it costs for one address is SpfCheck::lookups.
struct SpfTree {
  static constexpr unsigned most_lookups = 1'000;  ///< counted no further: includes of includes
                                                   ///< may double at each step
  static constexpr unsigned deepest = 20;
  static constexpr std::size_t most_nodes = 500;

  std::vector<SpfNode> nodes;  ///< depth first: a node's branches refer to later ones
  unsigned lookups = 0;        ///< at most most_lookups
  unsigned void_lookups = 0;   ///< look-ups without an answer: includes without a name, a and mx
                               ///< without records; each as often as it is reached. For the family
                               ///< of addresses that has more of them
  IpFamily void_family = IpFamily::v4;  ///< that family
  unsigned other_void_lookups = 0;      ///< of the other family
  bool has_unknown = false;             ///< something below was not told: it may cost more

  const SpfNode& root() const { return nodes.front(); }
};

/// How far to look.
enum class SpfDepth {
  records,   ///< SPF records alone
  addresses  ///< the A, AAAA and MX records of a and mx too
};

/// The name that a term in the record of `name` is about; with its macros, where it depends on the
/// message.
std::string spf_target(const SpfTerm&, const std::string& name);

/// What the term has to have asked, `target` being the name that it is about.
std::vector<DnsQuestion> spf_questions(const SpfTerm&, const std::string& target, SpfDepth);

/// A and AAAA of each host that an MX answer names, in turn.
std::vector<DnsQuestion> exchanger_questions(const DnsAnswer& mx);

/// Reads the tree of a name. Never throws for what DNS says.
SpfTree spf_tree(const std::string& domain, Resolver&, SpfDepth = SpfDepth::addresses);

/// The record that decides where nothing matches: the one at the top, or the one redirected to.
const SpfNode& last_record(const SpfTree&);

/// Does it end in -all, so that receivers may refuse mail at MAIL FROM (RFC 9989 section 7.1)?
bool has_hard_fail(const SpfTree&);

/// One line of the tree as it is printed.
struct SpfTreeLine {
  unsigned depth = 0;
  std::string text;                 ///< "include:_spf.example.net"
  std::optional<unsigned> lookups;  ///< nothing for terms that cost none
  std::string note;                 ///< "no SPF record", "loop"; "" when all is well
};
std::vector<SpfTreeLine> lines_of(const SpfTree&);

}  // namespace dmarcq

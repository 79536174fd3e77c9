// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_flatten.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "parser/dns_record/spf_macro.h"
#include "parser/dns_record/spf_record.h"
#include "report/analysis/dns/spf_rules.h"
#include "report/analysis/dns/spf_tree.h"

namespace dmarcq {
namespace {

/// Answers of some records before those of DNS.
class Overlay : public Resolver {
 public:
  Overlay(Resolver& first, Resolver& second) : first_(first), second_(second) {}
  DnsAnswer ask(const DnsQuestion& question) override {
    DnsAnswer answer = first_.ask(question);
    return answer.status == DnsAnswer::Status::unknown ? second_.ask(question) : answer;
  }
  void prefetch(std::span<const DnsQuestion> questions) override { second_.prefetch(questions); }

 private:
  Resolver &first_, &second_;
};

/// TXT records that are not published yet.
class Drafts : public Resolver {
 public:
  explicit Drafts(const std::vector<FlatRecord>& records) {
    for (const FlatRecord& record : records) texts_[record.name] = record.text;
  }
  DnsAnswer ask(const DnsQuestion& question) override {
    const auto found = texts_.find(folded_domain(question.name));
    if (question.type != RecordType::txt || found == texts_.end()) return {};
    return {.status = DnsAnswer::Status::found, .data = {found->second}};
  }

 private:
  std::unordered_map<std::string, std::string, SeededHash> texts_;
};

/// Terms that stand together in a record.
struct Group {
  std::string sign;  ///< "" for pass
  std::vector<std::string> terms;
  bool can_move = false;  ///< to a helper record: ip4 and ip6

  std::size_t size() const {
    std::size_t size = 0;
    for (const std::string& term : terms) size += 1 + sign.size() + term.size();
    return size;
  }
};

std::string sign_of(SpfResult qualifier) {
  return qualifier == SpfResult::pass ? "" : std::string(1, spf_qualifier_sign(qualifier));
}

std::string term_of(const IpNetwork& network) {
  const bool v4 = network.address.is_v4(), whole = network.prefix == (v4 ? 32 : 128);
  return (v4 ? "ip4:" : "ip6:") + (whole ? network.address.to_text() : network.to_text());
}

bool is_all(const SpfRule& rule) {
  return IpIntervals::of(IpFamily::v4, rule.networks) == IpIntervals::all(IpFamily::v4) &&
         IpIntervals::of(IpFamily::v6, rule.networks) == IpIntervals::all(IpFamily::v6);
}

/// Networks are merged; what stands behind `all` is left out.
std::vector<Group> groups_of(const std::vector<SpfRule>& rules) {
  std::vector<Group> groups;
  for (const SpfRule& rule : rules) {
    if (rule.kind == SpfRule::Kind::redirect) {
      groups.push_back({"", {rule.text}});
    } else if (rule.kind == SpfRule::Kind::term) {
      groups.push_back({sign_of(rule.result), {rule.text}});
    } else if (is_all(rule)) {
      groups.push_back({sign_of(rule.result), {"all"}});
      break;
    } else {
      Group group{sign_of(rule.result), {}, true};
      for (const IpFamily family : {IpFamily::v4, IpFamily::v6})
        for (const IpNetwork& network : IpIntervals::of(family, rule.networks).networks())
          group.terms.push_back(term_of(network));
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

std::string text_of(const std::vector<Group>& groups) {
  std::string text = "v=spf1";
  for (const Group& group : groups)
    for (const std::string& term : group.terms) text += " " + group.sign + term;
  return text;
}

/// Moves the addresses of a group to helper records, which the group includes then.
void move_to_helpers(Group& group, const std::string& domain, std::vector<FlatRecord>& helpers) {
  constexpr std::string_view end = " -all";
  std::vector<std::string> includes;
  std::string text;
  const auto close = [&] {
    if (text.empty()) return;
    const std::string name = "_spf" + std::to_string(helpers.size() + 1) + "." + domain;
    helpers.push_back({name, text.append(end)});
    includes.push_back("include:" + name);
    text.clear();
  };
  for (const std::string& term : group.terms) {
    if (text.size() + 1 + term.size() + end.size() > SpfFlattening::most_record_bytes) close();
    if (text.empty()) text = "v=spf1";
    text += " " + term;
  }
  close();
  group.terms = std::move(includes);
}

/// The record of the domain and its helpers. The largest groups are moved first.
std::vector<FlatRecord> layout(std::vector<Group> groups, const std::string& domain,
                               const std::string& suffix) {
  std::vector<FlatRecord> helpers;
  while (text_of(groups).size() + suffix.size() > SpfFlattening::most_record_bytes) {
    const auto largest = std::ranges::max_element(
        groups, {}, [](const Group& group) { return group.can_move ? group.size() : 0; });
    if (largest == groups.end() || !largest->can_move) break;
    largest->can_move = false;
    move_to_helpers(*largest, domain, helpers);
  }
  std::vector<FlatRecord> records{{domain, text_of(groups) + suffix}};
  std::ranges::move(helpers, std::back_inserter(records));
  return records;
}

/// The modifiers of the record itself that have no part in the result: exp and unknown ones.
std::string other_modifiers(const std::string& domain, Resolver& resolver) {
  std::string text;
  for (const SpfTerm& term : parse_spf_record(find_spf_record(domain, resolver).record).terms)
    if (term.kind == SpfTerm::Kind::exp || term.kind == SpfTerm::Kind::unknown_modifier)
      text += " " + term.text;
  return text;
}

void compare(const std::vector<SpfRule>& live, const std::vector<SpfRule>& flat, IpFamily family,
             SpfDrift& drift) {
  const auto a = outcomes_of(live, family), b = outcomes_of(flat, family);
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const IpInterval both{std::max(a[i].addresses.first, b[j].addresses.first),
                          std::min(a[i].addresses.last, b[j].addresses.last)};
    if (a[i].text != b[j].text && drift.differences.size() < SpfDrift::most_differences)
      drift.differences.push_back({family, both, a[i].text, b[j].text});
    const IpNumber end_a = a[i].addresses.last, end_b = b[j].addresses.last;
    i += end_a == both.last;
    j += end_b == both.last;
  }
}

}  // namespace

SpfDrift spf_drift(const std::string& domain, Resolver& live, Resolver& flat) {
  Overlay overlay(flat, live);
  const auto live_rules = spf_rules(domain, live), flat_rules = spf_rules(domain, overlay);
  SpfDrift drift;
  if (!live_rules) drift.faults.push_back(live_rules.error());
  if (!flat_rules) drift.faults.push_back("the flattened records: " + flat_rules.error());
  if (!drift.faults.empty()) return drift;
  compare(*live_rules, *flat_rules, IpFamily::v4, drift);
  compare(*live_rules, *flat_rules, IpFamily::v6, drift);
  return drift;
}

SpfFlattening flatten_spf(const std::string& name, Resolver& resolver) {
  const std::string domain = folded_domain(name);
  SpfFlattening result;
  const auto rules = spf_rules(domain, resolver);
  if (!rules) {
    result.faults.push_back(rules.error());
    return result;
  }
  const SpfTree before = spf_tree(domain, resolver);
  result.lookups_before = before.lookups;
  result.exceeds_limits = before.lookups > most_spf_lookups ||
                          before.void_lookups > most_spf_void_lookups;
  for (const SpfRule& rule : *rules)
    if (rule.kind != SpfRule::Kind::addresses)
      result.kept.push_back(sign_of(rule.result) + rule.text);
  result.records = layout(groups_of(*rules), domain, other_modifiers(domain, resolver));
  Drafts drafts(result.records);
  Overlay published(drafts, resolver);
  result.lookups_after = spf_tree(domain, published).lookups;
  if (result.records.front().text.size() > SpfFlattening::most_record_bytes)
    result.faults.push_back("the record of " + domain + " needs more than 450 bytes");
  if (result.lookups_after > most_spf_lookups)
    result.faults.push_back("the records need " + std::to_string(result.lookups_after) +
                            " DNS look-ups, more than 10");
  result.is_equal = result.faults.empty() && spf_drift(domain, resolver, drafts).is_equal();
  if (result.faults.empty() && !result.is_equal)
    result.faults.push_back("the flattened records do not give the same results");
  if (!result.faults.empty()) result.records.clear();
  return result;
}

}  // namespace dmarcq

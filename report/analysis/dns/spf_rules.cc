// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_rules.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "ingest/base/text.h"
#include "parser/dns_record/spf_macro.h"
#include "parser/dns_record/spf_record.h"
#include "parser/message_auth/spf_check.h"
#include "report/analysis/dns/spf_tree.h"

namespace dmarcq {
namespace {

using Kind = SpfTerm::Kind;
using Rules = std::vector<SpfRule>;
using Read = std::expected<Rules, std::string>;

constexpr unsigned deepest = 20;
constexpr std::size_t most_records = 500, most_networks = 100'000, most_changes = 1'000;

bool depends_on_message(const SpfTerm& term) {
  if (!term.is_mechanism() && term.kind != Kind::redirect) return false;
  return term.kind == Kind::exists || term.kind == Kind::ptr || has_spf_macros(term.domain);
}

/// Neighbours of one result become one rule.
void append(Rules& rules, SpfRule rule) {
  if (rule.kind == SpfRule::Kind::addresses) {
    if (rule.networks.empty()) return;
    if (!rules.empty() && rules.back().kind == rule.kind && rules.back().result == rule.result) {
      std::ranges::move(rule.networks, std::back_inserter(rules.back().networks));
      return;
    }
  }
  rules.push_back(std::move(rule));
}

class RuleReader {
 public:
  explicit RuleReader(Resolver& resolver) : resolver_(resolver) {}

  /// Recursion ends at `deepest`.
  Read rules_of(const std::string& name, unsigned depth) {
    if (depth > deepest || ++records_ > most_records)
      return std::unexpected("too many includes at " + name);
    const SpfLookup found = find_spf_record(name, resolver_);
    switch (found.status) {
      case SpfLookup::Status::none: return std::unexpected(name + " has no SPF record");
      case SpfLookup::Status::several:
        return std::unexpected(name + " has more than one SPF record");
      case SpfLookup::Status::unknown:
        return std::unexpected("TXT of " + name + ": " + found.answer.why);
      case SpfLookup::Status::found: break;
    }
    const SpfRecord record = parse_spf_record(found.record);
    if (!record.faults.empty())
      return std::unexpected("'" + record.faults.front().term + "' in the record of " + name +
                             ": " + record.faults.front().reason);
    prefetch(record, name);
    Rules rules;
    for (const SpfTerm& term : record.terms) {
      if (!term.is_mechanism()) continue;
      if (auto added = add_term(rules, term, name, depth); !added)
        return std::unexpected(added.error());
      if (rules.size() > most_changes || networks_ > most_networks)
        return std::unexpected("too many addresses at " + name);
      if (term.kind == Kind::all) return rules;
    }
    if (const SpfTerm* const redirect = record.followed_redirect())
      if (auto added = add_redirect(rules, *redirect, name, depth); !added)
        return std::unexpected(added.error());
    return rules;
  }

 private:
  using Added = std::expected<void, std::string>;

  static SpfRule kept(const SpfTerm& term) {
    const std::size_t sign = std::string_view("+-~?").contains(term.text.front()) ? 1 : 0;
    return {SpfRule::Kind::term, term.qualifier, {}, term.text.substr(sign)};
  }

  /// Does the record itself depend on the message? Not so when only what it includes does.
  bool record_depends(const std::string& name) {
    const SpfLookup found = find_spf_record(name, resolver_);
    if (found.status != SpfLookup::Status::found) return false;
    return std::ranges::any_of(parse_spf_record(found.record).terms, depends_on_message);
  }

  Added add_term(Rules& rules, const SpfTerm& term, const std::string& name, unsigned depth) {
    if (depends_on_message(term)) {
      append(rules, kept(term));
      return {};
    }
    SpfRule rule{.result = term.qualifier};
    Added added;
    switch (term.kind) {
      case Kind::all:
        rule.networks = {*IpNetwork::parse("0.0.0.0/0"), *IpNetwork::parse("::/0")};
        break;
      case Kind::ip4:
      case Kind::ip6:
        if (term.network) rule.networks = {*term.network};
        break;
      case Kind::a: added = add_host(rule, term, spf_target(term, name)); break;
      case Kind::mx: added = add_exchangers(rule, term, spf_target(term, name)); break;
      case Kind::include: return add_include(rules, term, spf_target(term, name), depth);
      default: break;
    }
    networks_ += rule.networks.size();
    if (added) append(rules, std::move(rule));
    return added;
  }

  Added add_host(SpfRule& rule, const SpfTerm& term, const std::string& host) {
    for (const RecordType type : {RecordType::a, RecordType::aaaa}) {
      const DnsAnswer answer = resolver_.ask({host, type});
      if (answer.status == DnsAnswer::Status::unknown)
        return std::unexpected(std::string(to_text(type)) + " of " + host + ": " + answer.why);
      const unsigned prefix = type == RecordType::a ? term.prefix4 : term.prefix6;
      for (const std::string& address : answer.data)
        if (const auto network = IpNetwork::parse(address + '/' + std::to_string(prefix)))
          rule.networks.push_back(*network);
    }
    return {};
  }

  Added add_exchangers(SpfRule& rule, const SpfTerm& term, const std::string& name) {
    const DnsAnswer answer = resolver_.ask({name, RecordType::mx});
    if (answer.status == DnsAnswer::Status::unknown)
      return std::unexpected("MX of " + name + ": " + answer.why);
    if (answer.data.size() > most_spf_names)
      return std::unexpected(name + " has more than 10 MX records");
    const std::vector<DnsQuestion> questions = exchanger_questions(answer);
    resolver_.prefetch(questions);
    for (std::size_t i = 0; i < questions.size(); i += 2)
      if (auto added = add_host(rule, term, questions[i].name); !added) return added;
    return {};
  }

  Added add_include(Rules& rules, const SpfTerm& term, const std::string& target, unsigned depth) {
    SpfRule whole{SpfRule::Kind::term, term.qualifier, {}, "include:" + target};
    if (record_depends(target)) {
      append(rules, std::move(whole));
      return {};
    }
    const Read inner = rules_of(target, depth + 1);
    if (!inner) return std::unexpected(inner.error());
    auto passed = what_passes(*inner, term.qualifier);
    if (!passed) {
      append(rules, std::move(whole));
      return {};
    }
    for (SpfRule& rule : *passed) append(rules, std::move(rule));
    return {};
  }

  /// What of a record passes, with the qualifier of the include around it. Nothing when it cannot
  /// be said in rules: a term that depends on the message has addresses taken away before, or takes
  /// some away.
  static std::optional<Rules> what_passes(const Rules& inner, SpfResult qualifier) {
    Rules rules;
    IpIntervals refused4(IpFamily::v4), refused6(IpFamily::v6);
    for (const SpfRule& rule : inner) {
      if (rule.kind != SpfRule::Kind::addresses) {
        if (rule.result != SpfResult::pass || !refused4.empty() || !refused6.empty())
          return std::nullopt;
        std::string text = rule.text;
        if (rule.kind == SpfRule::Kind::redirect)
          text = "include:" + text.substr(text.find('=') + 1);
        append(rules, {SpfRule::Kind::term, qualifier, {}, std::move(text)});
        continue;
      }
      const IpIntervals v4 = IpIntervals::of(IpFamily::v4, rule.networks),
                        v6 = IpIntervals::of(IpFamily::v6, rule.networks);
      if (rule.result != SpfResult::pass) {
        refused4 = refused4.united(v4);
        refused6 = refused6.united(v6);
        continue;
      }
      SpfRule passing{.result = qualifier, .networks = v4.without(refused4).networks()};
      std::ranges::move(v6.without(refused6).networks(), std::back_inserter(passing.networks));
      append(rules, std::move(passing));
    }
    return rules;
  }

  Added add_redirect(Rules& rules, const SpfTerm& term, const std::string& name, unsigned depth) {
    if (depends_on_message(term)) {
      append(rules, {SpfRule::Kind::redirect, SpfResult::pass, {}, term.text});
      return {};
    }
    const std::string target = spf_target(term, name);
    if (record_depends(target)) {
      append(rules, {SpfRule::Kind::redirect, SpfResult::pass, {}, "redirect=" + target});
      return {};
    }
    Read inner = rules_of(target, depth + 1);
    if (!inner) return std::unexpected(inner.error());
    for (SpfRule& rule : *inner) append(rules, std::move(rule));
    return {};
  }

  void prefetch(const SpfRecord& record, const std::string& name) {
    std::vector<DnsQuestion> questions;
    for (const SpfTerm& term : record.terms) {
      if (depends_on_message(term)) continue;
      std::ranges::copy(spf_questions(term, spf_target(term, name), SpfDepth::addresses),
                        std::back_inserter(questions));
    }
    resolver_.prefetch(questions);
  }

  Resolver& resolver_;
  std::size_t records_ = 0, networks_ = 0;
};

}  // namespace

std::expected<std::vector<SpfRule>, std::string> spf_rules(const std::string& domain,
                                                           Resolver& resolver) {
  return RuleReader(resolver).rules_of(folded_domain(domain), 0);
}

std::vector<SpfOutcome> outcomes_of(const std::vector<SpfRule>& rules, IpFamily family) {
  std::vector<SpfOutcome> outcomes;
  IpIntervals open = IpIntervals::all(family);
  std::string before;
  const auto decide = [&](const IpIntervals& addresses, const std::string& result) {
    const IpIntervals decided = addresses.intersected(open);
    for (const IpInterval& interval : decided.intervals())
      outcomes.push_back({interval, before.empty() ? result : before + "then " + result});
    open = open.without(addresses);
  };
  for (const SpfRule& rule : rules) {
    if (rule.kind == SpfRule::Kind::addresses) {
      decide(IpIntervals::of(family, rule.networks), std::string(to_text(rule.result)));
    } else if (rule.kind == SpfRule::Kind::redirect) {
      decide(open, rule.text);
    } else {
      const char sign = spf_qualifier_sign(rule.result);
      before += (sign == '+' ? "" : std::string(1, sign)) + rule.text + ", ";
    }
  }
  decide(open, std::string(to_text(SpfResult::neutral)));
  std::ranges::sort(outcomes, {}, [](const SpfOutcome& one) { return one.addresses.first; });
  std::vector<SpfOutcome> merged;
  for (SpfOutcome& one : outcomes) {
    if (!merged.empty() && merged.back().text == one.text)
      merged.back().addresses.last = one.addresses.last;
    else
      merged.push_back(std::move(one));
  }
  return merged;
}

}  // namespace dmarcq

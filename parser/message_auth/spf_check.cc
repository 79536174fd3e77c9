// SPDX-License-Identifier: MIT
#include "parser/message_auth/spf_check.h"

#include <algorithm>
#include <expected>
#include <optional>
#include <string_view>
#include <utility>

#include "ingest/base/text.h"
#include "parser/dns_record/reverse_name.h"
#include "parser/dns_record/spf_macro.h"
#include "parser/dns_record/spf_record.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

using Kind = SpfTerm::Kind;
using Status = DnsAnswer::Status;

/// Can DNS be asked for it: 253 bytes, labels of 1 to 63? Labels may have any bytes.
bool can_be_asked(std::string_view name) {
  if (name.empty() || name.size() > longest_domain_name) return false;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    if (end == at || end - at > 63) return false;
    at = end + 1;
  }
  return true;
}

/// Section 4.3: a name of several labels, and no address literal.
bool can_have_record(std::string_view domain) {
  return can_be_asked(domain) && domain.contains('.') && !domain.starts_with('[');
}

/// How evaluating a term came out.
struct Outcome {
  enum class Kind { no_match, match, error } kind = Kind::no_match;
  SpfResult error = SpfResult::none;
  std::string reason;
};
Outcome matched_if(bool matches) {
  return {matches ? Outcome::Kind::match : Outcome::Kind::no_match, SpfResult::none, {}};
}
Outcome error(SpfResult result, std::string reason) {
  return {Outcome::Kind::error, result, std::move(reason)};
}

bool in_network(const IpAddress& ip, std::string_view address, const SpfTerm& term) {
  const unsigned prefix = ip.is_v4() ? term.prefix4 : term.prefix6;
  const auto network = IpNetwork::parse(std::string(address) + '/' + std::to_string(prefix));
  return network && network->contains(ip);
}

/// check_host() for one message: what is counted over the whole recursion.
class Evaluation {
 public:
  Evaluation(const SpfQuestion& question, std::string local_part, Resolver& resolver,
             SpfCheck& check)
      : question_(question), resolver_(resolver), check_(check) {
    values_.local_part = std::move(local_part);
    values_.sender_domain = check.domain;
    values_.helo = question.helo;
    values_.receiver = question.receiver;
    values_.ip = question.ip;
    values_.now = question.now;
  }

  /// The result of a domain's record. Each recursion costs a look-up, so that it ends.
  SpfResult check_host(const std::string& domain, const std::string& reached, unsigned depth) {
    const std::size_t step = check_.chain.size();
    check_.chain.push_back({.domain = domain, .reached = reached, .depth = depth});
    const SpfResult result = result_of(domain, step, depth);
    check_.chain[step].result = result;
    return result;
  }

 private:
  SpfResult give(SpfResult result, std::string reason) {
    check_.reason = std::move(reason);
    return result;
  }

  SpfResult result_of(const std::string& domain, std::size_t step, unsigned depth) {
    if (!can_have_record(domain))
      return give(SpfResult::none, "'" + domain + "' is not a domain name of several labels");
    const SpfLookup lookup = find_spf_record(domain, resolver_);
    switch (lookup.status) {
      case SpfLookup::Status::none: return give(SpfResult::none, domain + " has no SPF record");
      case SpfLookup::Status::several:
        return give(SpfResult::permerror, domain + " has more than one SPF record");
      case SpfLookup::Status::unknown:
        return give(SpfResult::temperror, "TXT of " + domain + ": " + lookup.answer.why);
      case SpfLookup::Status::found: break;
    }
    check_.chain[step].record = lookup.record;
    const SpfRecord record = parse_spf_record(lookup.record);
    if (!record.faults.empty())
      return give(SpfResult::permerror, "'" + record.faults.front().term + "' in the record of " +
                                            domain + ": " + record.faults.front().reason);
    for (const SpfTerm& term : record.terms) {
      if (!term.is_mechanism()) continue;
      Outcome outcome = evaluate(term, domain, depth);
      if (outcome.kind == Outcome::Kind::no_match) continue;
      check_.chain[step].term = term.text;
      if (outcome.kind == Outcome::Kind::error)
        return give(outcome.error, std::move(outcome.reason));
      if (depth == 0) take_match(term, domain, record);
      return term.qualifier;
    }
    if (const SpfTerm* const redirect = record.followed_redirect())
      return redirected(*redirect, domain, step, depth);
    return SpfResult::neutral;
  }

  SpfResult redirected(const SpfTerm& term, const std::string& domain, std::size_t step,
                       unsigned depth) {
    check_.chain[step].term = term.text;
    if (++check_.lookups > most_spf_lookups) return give(SpfResult::permerror, too_many_lookups());
    const std::string target = expanded(term.domain, domain);
    const SpfResult result = check_host(target, term.text, depth);
    if (result == SpfResult::none)
      return give(SpfResult::permerror, term.text + " of " + domain + ": " + check_.reason);
    return result;
  }

  void take_match(const SpfTerm& term, const std::string& domain, const SpfRecord& record) {
    check_.term = term.text;
    check_.reason.clear();
    const SpfTerm* const exp = record.modifier(Kind::exp);
    if (term.qualifier == SpfResult::fail && exp != nullptr) explain(*exp, domain);
  }

  /// Section 6.2: what is wrong with an explanation does not change the result.
  void explain(const SpfTerm& exp, const std::string& domain) {
    const std::string name = expanded(exp.domain, domain);
    if (!can_be_asked(name)) return;
    const DnsAnswer answer = resolver_.ask({name, RecordType::txt});
    if (answer.status != Status::found || answer.data.size() != 1) return;
    const std::string& text = answer.data.front();
    const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
    if (!printable || !check_spf_macros(text, SpfMacroUse::explanation)) return;
    std::string explanation = expand_spf_macros(text, values_for(domain));
    std::ranges::replace_if(explanation, [](char c) { return c < ' ' || c >= 0x7f; }, '?');
    check_.explanation = std::move(explanation);
  }

  const SpfMacroValues& values_for(const std::string& domain) {
    values_.domain = domain;
    values_.validated_name = [this, domain] { return validated_name(domain); };
    return values_;
  }
  std::string expanded(std::string_view domain_spec, const std::string& domain) {
    return domain_spec.empty() ? domain : expand_spf_domain(domain_spec, values_for(domain));
  }

  static std::string too_many_lookups() {
    return "more than " + std::to_string(most_spf_lookups) + " DNS look-ups";
  }

  Outcome evaluate(const SpfTerm& term, const std::string& domain, unsigned depth) {
    if (term.costs_lookup() && ++check_.lookups > most_spf_lookups)
      return error(SpfResult::permerror, too_many_lookups());
    switch (term.kind) {
      case Kind::all: return matched_if(true);
      case Kind::ip4:
      case Kind::ip6: return matched_if(term.network && term.network->contains(question_.ip));
      case Kind::include: return include(term, domain, depth);
      case Kind::a: return address(term, expanded(term.domain, domain));
      case Kind::mx: return mx(term, expanded(term.domain, domain));
      case Kind::exists: return exists(expanded(term.domain, domain));
      case Kind::ptr: return ptr(expanded(term.domain, domain));
      case Kind::redirect:
      case Kind::exp:
      case Kind::unknown_modifier: break;
    }
    return {};
  }

  Outcome include(const SpfTerm& term, const std::string& domain, unsigned depth) {
    const SpfResult result = check_host(expanded(term.domain, domain), term.text, depth + 1);
    switch (result) {
      case SpfResult::pass: return matched_if(true);
      case SpfResult::temperror: return error(result, check_.reason);
      case SpfResult::none:
      case SpfResult::permerror:
        return error(SpfResult::permerror, term.text + " of " + domain + ": " + check_.reason);
      default: return matched_if(false);
    }
  }

  /// The question's answer; void ones are counted. The error is one of too many of them, or of an
  /// answer that did not come.
  std::expected<DnsAnswer, Outcome> ask(const std::string& name, RecordType type) {
    if (!can_be_asked(name)) return DnsAnswer{.status = Status::no_name};
    DnsAnswer answer = resolver_.ask({name, type});
    if (answer.status == Status::unknown)
      return std::unexpected(error(SpfResult::temperror,
                                   std::string(to_text(type)) + " of " + name + ": " + answer.why));
    if (answer.status != Status::found && ++check_.void_lookups > most_spf_void_lookups)
      return std::unexpected(
          error(SpfResult::permerror,
                "more than " + std::to_string(most_spf_void_lookups) + " void DNS look-ups"));
    return answer;
  }

  RecordType address_type() const {
    return question_.ip.is_v4() ? RecordType::a : RecordType::aaaa;
  }

  Outcome address(const SpfTerm& term, const std::string& name) {
    const auto answer = ask(name, address_type());
    if (!answer) return answer.error();
    return matched_if(std::ranges::any_of(
        answer->data, [&](const std::string& one) { return in_network(question_.ip, one, term); }));
  }

  Outcome mx(const SpfTerm& term, const std::string& name) {
    const auto answer = ask(name, RecordType::mx);
    if (!answer) return answer.error();
    if (answer->data.size() > most_spf_names)
      return error(SpfResult::permerror,
                   name + " has more than " + std::to_string(most_spf_names) + " MX records");
    std::vector<DnsQuestion> questions;
    for (const std::string& one : answer->data) {
      const std::string host = one.substr(one.find(' ') + 1);
      if (host != ".") questions.push_back({host, address_type()});
    }
    resolver_.prefetch(questions);
    for (const DnsQuestion& question : questions) {
      const Outcome outcome = address(term, question.name);
      if (outcome.kind != Outcome::Kind::no_match) return outcome;
    }
    return matched_if(false);
  }

  /// Always A, whatever the family of the address (section 5.7).
  Outcome exists(const std::string& name) {
    const auto answer = ask(name, RecordType::a);
    if (!answer) return answer.error();
    return matched_if(answer->status == Status::found);
  }

  /// Names of the address that lead back to it (section 5.5), at most ten are looked at. What goes
  /// wrong in DNS makes names fail to match.
  const std::vector<std::string>& validated_names() {
    if (validated_names_) return *validated_names_;
    const DnsAnswer answer = resolver_.ask({reverse_name(question_.ip), RecordType::ptr});
    std::vector<DnsQuestion> questions;
    for (const std::string& name : answer.data)
      if (questions.size() < most_spf_names && can_be_asked(name))
        questions.push_back({name, address_type()});
    resolver_.prefetch(questions);
    std::vector<std::string> names;
    for (const DnsQuestion& question : questions)
      if (const DnsAnswer back = resolver_.ask(question);
          std::ranges::any_of(back.data, [&](const std::string& one) {
            return IpAddress::parse(one) == question_.ip;
          }))
        names.push_back(question.name);
    return validated_names_.emplace(std::move(names));
  }

  Outcome ptr(const std::string& target) {
    const DnsAnswer answer = resolver_.ask({reverse_name(question_.ip), RecordType::ptr});
    if (answer.status == Status::unknown) return matched_if(false);
    if (answer.status != Status::found && ++check_.void_lookups > most_spf_void_lookups)
      return error(SpfResult::permerror,
                   "more than " + std::to_string(most_spf_void_lookups) + " void DNS look-ups");
    return matched_if(std::ranges::any_of(
        validated_names(), [&](const std::string& name) { return at_or_below(name, target); }));
  }

  /// For %{p}: the domain itself, or a name below it, or any (section 7.3).
  std::string validated_name(const std::string& domain) {
    const std::vector<std::string>& names = validated_names();
    if (std::ranges::find(names, domain) != names.end()) return domain;
    const auto below = std::ranges::find_if(
        names, [&](const std::string& name) { return is_below(name, domain); });
    if (below != names.end()) return *below;
    return names.empty() ? "" : names.front();
  }

  const SpfQuestion& question_;
  Resolver& resolver_;
  SpfCheck& check_;
  SpfMacroValues values_;
  std::optional<std::vector<std::string>> validated_names_;
};

}  // namespace

SpfLookup find_spf_record(const std::string& domain, Resolver& resolver) {
  SpfLookup lookup;
  lookup.answer = resolver.ask({domain, RecordType::txt});
  if (lookup.answer.status == Status::unknown) return lookup;
  for (const std::string& text : lookup.answer.data)
    if (is_spf_record(text)) lookup.records.push_back(text);
  lookup.status = lookup.records.empty()       ? SpfLookup::Status::none
                  : lookup.records.size() == 1 ? SpfLookup::Status::found
                                               : SpfLookup::Status::several;
  if (lookup.status == SpfLookup::Status::found) lookup.record = lookup.records.front();
  return lookup;
}

SpfCheck check_spf(const SpfQuestion& question, Resolver& resolver) {
  const std::string_view sender = question.mail_from.empty() ? std::string_view(question.helo)
                                                             : question.mail_from;
  const std::size_t at = sender.rfind('@');
  std::string local_part(at == sender.npos ? std::string_view() : sender.substr(0, at));
  if (local_part.empty()) local_part = "postmaster";
  SpfCheck check;
  check.domain = folded_domain(at == sender.npos ? sender : sender.substr(at + 1));
  Evaluation evaluation(question, std::move(local_part), resolver, check);
  check.result = evaluation.check_host(check.domain, "", 0);
  using enum SpfResult;
  if (check.result != none && check.result != temperror && check.result != permerror)
    check.reason.clear();
  return check;
}

}  // namespace dmarcq

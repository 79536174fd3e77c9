// SPDX-License-Identifier: MIT
#include "report/answers/base/dns_evidence_reader.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "ingest/base/text.h"
#include "report/analysis/sender/salesforce.h"
#include "report/answers/base/judged_window.h"
#include "store/queries.h"

namespace dmarcq {
namespace {

constexpr Day window_days = 30;
constexpr std::size_t most_selectors = 50;

/// What is counted for one domain while rows are read.
struct Tally {
  DnsEvidence out;
  std::map<std::tuple<IpAddress, std::string, std::string, bool, bool>, std::uint64_t> mail;
  std::map<std::pair<std::string, std::string>, SelectorAsked> selectors;
};

/// The name itself and those above it, as far as they were asked for.
std::vector<std::string> asked_above(std::string_view name, const std::set<std::string>& asked) {
  std::vector<std::string> found;
  while (!name.empty()) {
    if (const auto one = asked.find(std::string(name)); one != asked.end()) found.push_back(*one);
    const auto dot = name.find('.');
    name.remove_prefix(dot == name.npos ? name.size() : dot + 1);
  }
  return found;
}

void add_selectors(Tally& tally, const std::string& domain, const IdentityNames& names,
                   const SourceRow& row) {
  for (const auto& signature : names.signatures) {
    const DkimAuthResult& result = names.signature(signature);
    const std::string d = folded_domain(result.domain);
    const std::string selector = folded_domain(result.selector);
    if (!signature.own || selector.empty() || !at_or_below(d, domain)) continue;
    SelectorAsked& seen = tally.selectors[{d, selector}];
    seen.domain = d;
    seen.selector = selector;
    seen.from_reports = true;
    if (!signature.pass) continue;
    seen.messages += row.messages;
    seen.last_day = std::max(seen.last_day, row.last_day);
  }
}

void add_row(Tally& tally, const std::string& domain, JudgedWindow& window, const SourceRow& row,
             const RowVerdict& verdict) {
  const IdentityNames& names = window.identifier().names(row);
  const Sender& sender = window.judgement().senders[verdict.sender];
  DnsEvidence& out = tally.out;
  out.first_day = out.messages == 0 ? row.first_day : std::min(out.first_day, row.first_day);
  out.last_day = std::max(out.last_day, row.last_day);
  out.messages += row.messages;
  const bool direct = verdict.flow == Flow::direct;
  const bool is_core = direct && sender.service_id == ServiceId::salesforce &&
                       sender.route == salesforce_route::core;
  const std::string& name = sender.name.empty() ? sender.service : sender.name;
  tally.mail[{row.source_ip, folded_domain(names.spf_domain()), name, direct && verdict.passes(),
              is_core}] += row.messages;
  if (direct) add_selectors(tally, domain, names, row);
}

DnsEvidence concluded(Tally& tally) {
  DnsEvidence out = std::move(tally.out);
  for (auto& [key, messages] : tally.mail) {
    const auto& [ip, envelope, sender, is_own, is_core] = key;
    out.mail.push_back({ip, envelope, sender, is_own, is_core, messages});
  }
  for (auto& [key, selector] : tally.selectors) out.selectors.push_back(std::move(selector));
  std::ranges::stable_sort(out.selectors, std::ranges::greater{}, &SelectorAsked::messages);
  if (out.selectors.size() > most_selectors) out.selectors.resize(most_selectors);
  return out;
}

/// Mail whose From domain is another one may have a domain that was asked for as its envelope
/// domain, and needs that one's SPF record then.
void add_mail_in_other_names(Snapshot& snapshot, const Filter& days,
                             std::map<std::string, Tally>& tallies) {
  Dictionary& dictionary = snapshot.dictionary();
  std::unordered_map<std::int64_t, std::vector<std::string>> envelopes;  // by identity
  each_day_row(snapshot, days, [&](const DayRow& row) {
    const auto [entry, added] = envelopes.try_emplace(row.identity);
    if (added) {
      const Identity& identity = dictionary.identity(row.identity);
      const std::string from = identity.header_from.empty() ? dictionary.domain(row.domain)
                                                            : folded_domain(identity.header_from);
      for (const SpfAuthResult& spf : identity.spf)
        if (const std::string name = folded_domain(spf.domain);
            tallies.contains(name) && !at_or_below(from, name))
          entry->second.push_back(name);
    }
    for (const std::string& name : entry->second)
      tallies[name].mail[{row.source_ip, name, "", false, false}] += row.messages;
  });
}

}  // namespace

std::map<std::string, DnsEvidence> read_dns_evidence(Snapshot& snapshot,
                                                     const std::vector<std::string>& domains,
                                                     Day today) {
  std::map<std::string, DnsEvidence> evidence;
  const auto reported = days_reported(snapshot);
  if (!reported) return evidence;
  const Day last = std::min(reported->second, today);
  Filter filter;
  filter.domains = domains;
  filter.since = last - window_days + 1;
  filter.until = last;
  JudgedWindow window(snapshot, filter, today, JudgedWindow::Depth::rows);
  const std::set<std::string> asked(domains.begin(), domains.end());
  std::map<std::string, Tally> tallies;
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    const SourceRow& row = window.rows()[i];
    const std::string from = folded_domain(window.identifier().names(row).from());
    for (const std::string& domain : asked_above(from, asked))
      add_row(tallies[domain], domain, window, row, window.judgement().rows[i]);
  }
  add_mail_in_other_names(snapshot, {.since = filter.since, .until = filter.until}, tallies);
  for (auto& [domain, tally] : tallies) evidence.emplace(domain, concluded(tally));
  return evidence;
}

}  // namespace dmarcq

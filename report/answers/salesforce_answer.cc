// SPDX-License-Identifier: MIT
#include "report/answers/salesforce_answer.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "report/analysis/finding/recovery.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

constexpr Day look_back = 180;
struct CodeCount {
  std::uint64_t messages = 0, failing = 0;
};

/// What is counted for one route line while rows are read.
struct Tally {
  SalesforceRoute out;
  std::set<IpAddress> addresses;
  std::map<std::uint32_t, std::uint64_t> orgs;
  std::array<CodeCount, finding_code_count> codes{};
};

template <class Key>
std::vector<std::pair<Key, std::uint64_t>> by_weight(const std::map<Key, std::uint64_t>& weights) {
  std::vector<std::pair<Key, std::uint64_t>> list(weights.begin(), weights.end());
  std::ranges::stable_sort(list, [](const auto& a, const auto& b) { return a.second > b.second; });
  return list;
}

/// Salesforce mail that a relay of yours passed on under its own name: the address is Google's,
/// Microsoft's or yours.
bool is_relayed(const RowVerdict& verdict) {
  return verdict.has(FindingCode::relay_bounce_managed) || verdict.has(FindingCode::relay_unsigned);
}

void see(Day& first, Day& last, Day begin, Day end) {
  first = first == 0 ? begin : std::min(first, begin);
  last = std::max(last, end);
}

/// Salesforce's mail as somebody else delivered it: names or a selector tell where it began.
bool indirect(const RowVerdict& verdict, const Sender& sender) {
  if (verdict.flow != Flow::forwarded && verdict.flow != Flow::mailing_list) return false;
  return !sender.origin_route.empty() || sender.service == salesforce_service;
}

void judge_time(SalesforceFinding& shown, const std::map<Day, DaySeries::Cell>& days) {
  if (shown.finding->code == FindingCode::core_vanished) return;
  const FaultRecord fault = fault_record(*shown.finding, days);
  shown.first_day = fault.first_day;
  shown.last_day = fault.last_day;
  shown.since = fault.since;
  shown.over = is_over(fault);
}

void add_silent(SalesforceDomain& domain, const std::string& route, Day last_day,
                std::uint64_t messages) {
  for (SilentRoute& known : domain.silent) {
    if (known.route != route) continue;
    known.messages += messages;
    known.last_day = std::max(known.last_day.value_or(last_day), last_day);
    return;
  }
  domain.silent.push_back({route, last_day, messages, {}});
}

}  // namespace

std::vector<SalesforceDomain> salesforce_answer(JudgedWindow& window, const Filter& filter) {
  const DaySeries& series = window.judge_by_day();
  const Judgement& judged = window.judgement();
  std::map<std::uint32_t, Tally> tallies;  // by route line
  std::map<std::string, SalesforceDomain> domains;
  std::map<std::string, std::set<std::uint32_t>> reporters;
  std::map<std::string, std::map<std::uint32_t, std::uint64_t>> orgs;
  std::map<std::string, std::set<IpAddress>> claimed;
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    const SourceRow& row = window.rows()[i];
    const RowVerdict& verdict = judged.rows[i];
    const Sender& sender = judged.senders[verdict.sender];
    SalesforceDomain& domain = domains[window.dictionary().domain(row.domain)];
    domain.all_messages += row.messages;
    if (indirect(verdict, sender) && !is_proven_salesforce(sender)) {
      domain.indirect += row.messages;
      if (!verdict.passes()) domain.came_round_failing += row.messages;
    } else if (sender.service == salesforce_service && !is_proven_salesforce(sender) &&
               !verdict.passes()) {
      domain.claimed += row.messages;
      claimed[window.dictionary().domain(row.domain)].insert(row.source_ip);
    }
    if (!is_proven_salesforce(sender) && !is_relayed(verdict)) continue;
    see(domain.first_day, domain.last_day, row.first_day, row.last_day);
    const PolicyEvaluated& evaluation = window.dictionary().evaluation(row.evaluation);
    domain.totals.add(evaluation, row.messages);
    reporters[window.dictionary().domain(row.domain)].insert(row.reporters.begin(),
                                                             row.reporters.end());
    Tally& tally = tallies[verdict.route_line];
    tally.out.totals.add(evaluation, row.messages);
    tally.out.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
    tally.addresses.insert(row.source_ip);
    see(tally.out.first_day, tally.out.last_day, row.first_day, row.last_day);
    if (verdict.org >= 0) {
      tally.orgs[static_cast<std::uint32_t>(verdict.org)] += row.messages;
      orgs[window.dictionary().domain(row.domain)][static_cast<std::uint32_t>(verdict.org)] +=
          row.messages;
    }
    each_code(verdict.codes, [&](FindingCode code) {
      auto& of_code = tally.codes[static_cast<std::size_t>(code)];
      of_code.messages += row.messages;
      if (!verdict.passes()) of_code.failing += row.messages;
    });
  }
  for (auto& [name, domain] : domains) {
    domain.domain = name;
    domain.reporters = reporters[name].size();
    domain.claimed_sources = claimed[name].size();
    for (const auto& [org, messages] : by_weight(orgs[name])) domain.orgs.push_back(org);
  }

  for (auto& [position, tally] : tallies) {
    const RouteLine& line = judged.routes[position];
    SalesforceRoute& route = tally.out;
    route.route = line.service == salesforce_service ? line.route
                                                     : std::string(salesforce_route::email_relay);
    route.sources = tally.addresses.size();
    for (const auto& [org, messages] : by_weight(tally.orgs)) route.orgs.push_back({org, messages});
    for (const std::uint32_t index : line.findings) {
      const Finding& finding = judged.findings[index];
      SalesforceFinding shown;
      shown.finding = &finding;
      shown.messages = tally.codes[static_cast<std::size_t>(finding.code)].messages;
      shown.failing = tally.codes[static_cast<std::size_t>(finding.code)].failing;
      if (finding.code == FindingCode::core_vanished) {
        shown.first_day = finding.first_day;
        shown.last_day = finding.last_day;
      } else if (shown.messages == 0) {
        continue;  // of mail that only claims to be Salesforce's
      }
      judge_time(shown, series.route(position));
      route.findings.push_back(shown);
    }
    std::ranges::stable_sort(route.findings, [](const SalesforceFinding& a,
                                                const SalesforceFinding& b) {
      const auto key = [](const SalesforceFinding& f) {
        return std::tuple(f.over, -static_cast<int>(f.finding->severity), ~f.failing, ~f.messages);
      };
      return key(a) < key(b);
    });
    domains[line.domain].routes.push_back(std::move(route));
  }

  // What was there before the window, and what the owner says there should be.
  const auto has = [](const SalesforceDomain& domain, std::string_view route) {
    return std::ranges::any_of(domain.routes,
                               [&](const SalesforceRoute& r) { return r.route == route; });
  };
  if (filter.since && *filter.since > 0) {
    Filter before = filter;
    before.until = *filter.since - 1;
    before.since = *filter.since - look_back;
    for (const SourceRow& row : window.read(before)) {
      const Sender& sender = window.identifier().sender(window.identifier().identify(row));
      const auto domain = domains.find(window.dictionary().domain(row.domain));
      // Of routes that somebody else could use in our name only those count that carried mail of
      // ours.
      if (domain == domains.end() || !is_proven_salesforce(sender) || sender.place != Place::home ||
          has(domain->second, sender.route))
        continue;
      const PolicyEvaluated& evaluation = window.dictionary().evaluation(row.evaluation);
      if (!evaluation.dkim_aligned() && !evaluation.spf_aligned()) continue;
      if (sender.route == salesforce_route::core &&
          has(domain->second, salesforce_route::email_relay))
        continue;  // it goes on, through the relay
      add_silent(domain->second, sender.route, row.last_day, row.messages);
    }
  }
  for (const OwnerEntry& entry : window.identifier().owner().entries) {
    if (entry.service != salesforce_service || entry.route.empty()) continue;
    for (auto& [name, domain] : domains) {
      // An entry with a name of the domain is about that domain; a network may serve any.
      const bool names_domain = entry.kind == OwnerEntry::Kind::spf_domain ||
                                entry.kind == OwnerEntry::Kind::dkim_domain;
      if (names_domain && !entry.value.ends_with(name)) continue;
      if (has(domain, entry.route) || (!names_domain && domain.routes.empty())) continue;
      const auto known = std::ranges::find(domain.silent, entry.route, &SilentRoute::route);
      const std::string words = std::string(to_text(entry.kind)) + " " + entry.value;
      if (known == domain.silent.end())
        domain.silent.push_back({entry.route, std::nullopt, 0, words});
      else
        known->entry = words;
    }
  }
  std::vector<SalesforceDomain> answer;
  for (auto& [name, domain] : domains) {
    std::ranges::sort(domain.silent, {}, &SilentRoute::route);
    answer.push_back(std::move(domain));
  }
  return answer;
}

std::string route_title(const std::string& route) {
  if (route == salesforce_route::core) return "Salesforce Core (Sales, Service, Platform)";
  if (route == salesforce_route::marketing_cloud) return "Marketing Cloud Engagement";
  if (route == salesforce_route::account_engagement) return "Account Engagement (Pardot)";
  if (route == salesforce_route::marketing_cloud_next) return "Marketing Cloud Next";
  if (route == salesforce_route::email_relay) return "Salesforce Email Relay";
  return "Salesforce, route unknown";
}

}  // namespace dmarcq

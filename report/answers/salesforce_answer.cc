// SPDX-License-Identifier: MIT
#include "report/answers/salesforce_answer.h"

#include "report/answers/dns_answer.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <tuple>

#include "ingest/base/text.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/own.h"
#include "report/analysis/sender/salesforce.h"
#include "report/answers/base/present.h"

namespace dmarcq {
namespace {

constexpr Day default_days = 30, look_back = 180;

/// A domain whose reports end so many days before the others' has a window of its own.
constexpr Day stopped_days = 7;

struct CodeCount {
  std::uint64_t messages = 0, failing = 0;
};
using OrgMessages = std::map<std::uint32_t, std::uint64_t>;  // by place in the judgement

/// What is counted for one route line while rows are read.
struct RouteTally {
  SalesforceRoute out;
  std::set<IpAddress> addresses;
  OrgMessages orgs;
  std::array<CodeCount, finding_code_count> codes{};
};
/// And for one domain.
struct DomainTally {
  SalesforceDomain out;
  std::set<std::uint32_t> reporters;
  OrgMessages orgs;
  std::set<IpAddress> claimed;
};
struct Tallies {
  std::map<std::uint32_t, RouteTally> routes;  // by route line
  std::map<std::string, DomainTally> domains;
};

/// Most messages first.
std::vector<OrgMail> by_weight(const OrgMessages& messages, const Judgement& judged) {
  std::vector<OrgMail> list;
  for (const OrgShare& share : org_shares(messages))
    list.push_back({judged.orgs[share.org], share.messages});
  return list;
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
  if (shown.finding.code == FindingCode::core_vanished) return;
  const FaultRecord fault = fault_record(shown.finding, days);
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

/// Counts a row that is Salesforce's.
void add_row(Tallies& tallies, DomainTally& domain, JudgedWindow& window, const SourceRow& row,
             const RowVerdict& verdict) {
  see(domain.out.first_day, domain.out.last_day, row.first_day, row.last_day);
  const PolicyEvaluated& evaluation = window.dictionary().evaluation(row.evaluation);
  domain.out.totals.add(evaluation, row.messages);
  domain.reporters.insert(row.reporters.begin(), row.reporters.end());
  RouteTally& route = tallies.routes[verdict.route_line];
  route.out.totals.add(evaluation, row.messages);
  route.out.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
  route.addresses.insert(row.source_ip);
  see(route.out.first_day, route.out.last_day, row.first_day, row.last_day);
  if (verdict.org >= 0)
    for (OrgMessages* orgs : {&route.orgs, &domain.orgs})
      (*orgs)[static_cast<std::uint32_t>(verdict.org)] += row.messages;
  each_code(verdict.codes, [&](FindingCode code) {
    CodeCount& of_code = route.codes[static_cast<std::size_t>(code)];
    of_code.messages += row.messages;
    if (!verdict.passes()) of_code.failing += row.messages;
  });
}

Tallies tally(JudgedWindow& window) {
  Tallies tallies;
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    const SourceRow& row = window.rows()[i];
    const RowVerdict& verdict = window.judgement().rows[i];
    const Sender& sender = window.judgement().senders[verdict.sender];
    const bool proven = is_proven_salesforce(sender);
    DomainTally& domain = tallies.domains[window.dictionary().domain(row.domain)];
    domain.out.all_messages += row.messages;
    if (indirect(verdict, sender) && !proven) {
      domain.out.indirect += row.messages;
      if (!verdict.passes()) domain.out.indirect_failing += row.messages;
    } else if (sender.service == salesforce_service && !proven && !verdict.passes()) {
      domain.out.claimed += row.messages;
      domain.claimed.insert(row.source_ip);
    }
    if (is_salesforce(verdict, sender)) add_row(tallies, domain, window, row, verdict);
  }
  return tallies;
}

std::vector<SalesforceFinding> findings_of(const RouteLine& line, const RouteTally& tally,
                                           JudgedWindow& window,
                                           const std::map<Day, DaySeries::Cell>& days) {
  std::vector<SalesforceFinding> list;
  for (const std::uint32_t index : line.findings) {
    SalesforceFinding shown;
    shown.finding = window.judgement().findings[index];
    const Finding& finding = shown.finding;
    shown.reporters = names_of(finding.reporters, window.lookup());
    shown.messages = tally.codes[static_cast<std::size_t>(finding.code)].messages;
    shown.failing = tally.codes[static_cast<std::size_t>(finding.code)].failing;
    if (finding.code == FindingCode::core_vanished) {
      shown.first_day = finding.first_day;
      shown.last_day = finding.last_day;
    } else if (shown.messages == 0) {
      continue;  // of mail that only claims to be Salesforce's
    }
    judge_time(shown, days);
    list.push_back(std::move(shown));
  }
  std::ranges::stable_sort(list, [](const SalesforceFinding& a, const SalesforceFinding& b) {
    const auto key = [](const SalesforceFinding& f) {
      return std::tuple(f.over, -static_cast<int>(f.finding.severity), ~f.failing, ~f.messages);
    };
    return key(a) < key(b);
  });
  return list;
}

bool has_route(const SalesforceDomain& domain, std::string_view route) {
  return std::ranges::find(domain.routes, route, &SalesforceRoute::route) != domain.routes.end();
}

/// What was there before the window, and is not any more.
void find_silent(std::map<std::string, DomainTally>& domains, JudgedWindow& window,
                 const Filter& filter) {
  if (!filter.since || *filter.since <= 0) return;
  Filter before = filter;
  before.until = *filter.since - 1;
  before.since = *filter.since - look_back;
  for (const SourceRow& row : window.read(before)) {
    const Sender& sender = window.identifier().sender(window.identifier().identify(row));
    const auto found = domains.find(window.dictionary().domain(row.domain));
    // Of routes that somebody else could use in our name only those count that carried mail of
    // ours.
    if (found == domains.end() || !is_proven_salesforce(sender) || sender.place != Place::home)
      continue;
    SalesforceDomain& domain = found->second.out;
    if (has_route(domain, sender.route)) continue;
    const PolicyEvaluated& evaluation = window.dictionary().evaluation(row.evaluation);
    if (!evaluation.dkim_aligned() && !evaluation.spf_aligned()) continue;
    if (sender.route == salesforce_route::core && has_route(domain, salesforce_route::email_relay))
      continue;  // it goes on, through the relay
    add_silent(domain, sender.route, row.last_day, row.messages);
  }
}

/// What the owner says there should be.
void find_expected(std::map<std::string, DomainTally>& domains, const Owner& owner) {
  for (const OwnerEntry& entry : owner.entries) {
    if (entry.service != salesforce_service || entry.route.empty()) continue;
    for (auto& [name, tally] : domains) {
      SalesforceDomain& domain = tally.out;
      // An entry with a name of the domain is about that domain; a network may serve any.
      const bool names_domain = entry.kind == OwnerEntry::Kind::spf_domain ||
                                entry.kind == OwnerEntry::Kind::dkim_domain;
      if (names_domain && !entry.value.ends_with(name)) continue;
      if (has_route(domain, entry.route) || (!names_domain && domain.routes.empty())) continue;
      const auto known = std::ranges::find(domain.silent, entry.route, &SilentRoute::route);
      const std::string words = std::string(to_text(entry.kind)) + " " + entry.value;
      if (known == domain.silent.end())
        domain.silent.push_back({entry.route, std::nullopt, 0, words});
      else
        known->entry = words;
    }
  }
}

/// A window, and which of the domains in it are answered from it.
struct Part {
  Filter filter;
  std::vector<std::string> domains;  // sorted
  std::optional<Day> reports_end;    // where those of other domains go on
};

/// The window of all domains, without those whose reports stopped, and one for each day on which
/// reports of others ended.
std::vector<Part> parts_of(Snapshot& snapshot, const SalesforceQuestion& question) {
  const Filter& asked = question.filter;
  const std::map<std::string, Day> ends = asked.since || asked.until
                                              ? std::map<std::string, Day>()
                                              : data_ends(snapshot, {}, question.today);
  if (ends.empty()) return {{.filter = asked, .domains = {}, .reports_end = {}}};
  // Whether a domain's reports stopped is told by all domains, whichever is asked about.
  const Day newest = std::ranges::max(ends | std::views::values);
  std::vector<Part> parts{{.filter = asked, .domains = {}, .reports_end = {}}};
  parts.front().filter.since = newest - default_days + 1;
  parts.front().filter.until = newest;
  const auto is_asked = [&](const std::string& domain) {
    return asked.domains.empty() || std::ranges::any_of(asked.domains, [&](const std::string& one) {
             return at_or_below(domain, one) || at_or_below(one, domain);
           });
  };
  std::map<Day, std::vector<std::string>> stopped;
  for (const auto& [domain, end] : ends)
    if (end + stopped_days <= newest) {
      parts.front().domains.push_back(domain);
      if (is_asked(domain)) stopped[end].push_back(domain);
    }
  for (const auto& [end, domains] : stopped)
    parts.push_back({.filter = {.domains = domains,
                                .since = end - default_days + 1,
                                .until = end,
                                .reporters = asked.reporters,
                                .networks = asked.networks},
                     .domains = domains,
                     .reports_end = end});
  return parts;
}

}  // namespace

std::vector<SalesforceDomain> salesforce_domains(JudgedWindow& window, const Filter& filter) {
  const DaySeries& series = window.judge_by_day();
  const Judgement& judged = window.judgement();
  Tallies tallies = tally(window);
  for (auto& [name, domain] : tallies.domains) {
    domain.out.domain = name;
    domain.out.reporters = domain.reporters.size();
    domain.out.claimed_sources = domain.claimed.size();
    domain.out.orgs = by_weight(domain.orgs, judged);
  }
  for (auto& [position, route] : tallies.routes) {
    const RouteLine& line = judged.routes[position];
    route.out.route = line.service == salesforce_service
                          ? line.route
                          : std::string(salesforce_route::email_relay);
    route.out.sources = route.addresses.size();
    route.out.orgs = by_weight(route.orgs, judged);
    route.out.findings = findings_of(line, route, window, series.route(position));
    tallies.domains[line.domain].out.routes.push_back(std::move(route.out));
  }
  find_silent(tallies.domains, window, filter);
  find_expected(tallies.domains, window.identifier().owner());
  std::vector<SalesforceDomain> list;
  for (auto& [name, domain] : tallies.domains) {
    std::ranges::sort(domain.out.silent, {}, &SilentRoute::route);
    list.push_back(std::move(domain.out));
  }
  return list;
}

namespace {

void add_dns(Snapshot& snapshot, const SalesforceQuestion& question, SalesforceAnswer& answer) {
  DnsCheckQuestion check{.today = question.today};
  for (const SalesforceDomain& domain : answer.domains) check.domains.push_back(domain.domain);
  const DnsCheckAnswer checked = dns_check_answer(*question.dns, &snapshot, std::move(check));
  for (std::size_t i = 0; i < answer.domains.size(); ++i)
    for (const DomainFault& fault : checked.domains[i].faults)
      if (severity_of(fault) != Severity::note) answer.domains[i].dns.push_back(fault);
}

}  // namespace

SalesforceAnswer salesforce_answer(Snapshot& snapshot, const SalesforceQuestion& question) {
  SalesforceAnswer answer;
  const std::vector<Part> parts = parts_of(snapshot, question);
  answer.since = parts.front().filter.since;
  answer.until = parts.front().filter.until;
  for (const Part& part : parts) {
    JudgedWindow window(snapshot, part.filter, question.today);
    const MailHistory history(snapshot, part.filter.since, part.filter.until,
                              MailHistory::Told::by_logs, question.today);
    for (SalesforceDomain& domain : salesforce_domains(window, part.filter)) {
      // The first window is of all but those whose reports stopped.
      if (std::ranges::binary_search(part.domains, domain.domain) != part.reports_end.has_value())
        continue;
      if (question.filter.domains.empty() && domain.routes.empty() && domain.silent.empty()) {
        answer.without.push_back(domain.domain);
        continue;
      }
      domain.reports_end = part.reports_end;
      domain.inventory = salesforce_inventory(window, domain.domain);
      domain.refusals = open_salesforce_causes(snapshot, history, domain.domain, part.filter.since,
                                               part.filter.until);
      answer.domains.push_back(std::move(domain));
    }
  }
  std::ranges::sort(answer.domains, {}, &SalesforceDomain::domain);
  std::ranges::sort(answer.without);
  if (question.dns != nullptr) add_dns(snapshot, question, answer);
  return answer;
}

bool SalesforceAnswer::fails() const {
  return std::ranges::any_of(
      domains, [](const SalesforceDomain& domain) { return domain.totals.dmarc_fail() > 0; });
}

}  // namespace dmarcq

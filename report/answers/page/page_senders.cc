// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "report/analysis/own.h"
#include "report/analysis/sender/salesforce.h"
#include "report/analysis/sender/source_lines.h"
#include "report/answers/page/page_parts.h"
#include "store/base/source_key.h"

namespace dmarcq {

/// Routes as Salesforce calls its products.
std::string route_label(std::string_view route) {
  if (route == salesforce_route::core) return "Core";
  if (route == salesforce_route::marketing_cloud) return "Marketing Cloud";
  if (route == salesforce_route::account_engagement) return "Account Engagement";
  if (route == salesforce_route::marketing_cloud_next) return "Marketing Cloud Next";
  if (route == salesforce_route::email_relay) return "Email Relay";
  if (route == salesforce_route::unspecified) return "(route unknown)";
  return std::string(route);
}
std::string sender_label(std::string_view service, std::string_view route) {
  if (service.empty()) return "Unknown sender";
  return route.empty() ? std::string(service) : fmt::format("{} {}", service, route_label(route));
}
std::string sender_label(const Sender& sender) {
  return sender_label(sender.name.empty() ? sender.service : sender.name, sender.route);
}

void fill_salesforce(StakeholderPage& page, PageRows& rows) {
  std::map<std::string, std::uint64_t> of_domain;
  for (const RouteLine& line : rows.judgement().routes)
    of_domain[line.domain] += line.totals.messages;
  // What a name alone says is left out, as `sources --salesforce` and `summary` do.
  struct Proven {
    Totals totals;
    std::set<IpAddress> addresses;
  };
  std::map<std::uint32_t, Proven> lines;
  for (std::size_t i = 0; i < rows.rows().size(); ++i) {
    const RowVerdict& verdict = rows.judgement().rows[i];
    if (!is_salesforce(verdict, rows.judgement().senders[verdict.sender])) continue;
    Proven& proven = lines[verdict.route_line];
    proven.totals.add(rows.dictionary().evaluation(rows.rows()[i].evaluation),
                      rows.rows()[i].messages);
    proven.addresses.insert(rows.rows()[i].source_ip);
  }
  for (const auto& [position, proven] : lines) {
    const RouteLine& line = rows.judgement().routes[position];
    SalesforceRouteLine& out = page.salesforce.emplace_back();
    out.domain = line.domain;
    out.route = route_label(line.service == salesforce_service ? line.route
                                                               : salesforce_route::email_relay);
    out.totals = proven.totals;
    out.of_domain = of_domain[line.domain];
    out.sources = proven.addresses.size();
    for (const OrgShare& share : line.orgs) {
      const OrgVerdict& org = rows.judgement().orgs[share.org];
      out.orgs.push_back(
          {org.org.org_id, org.org.instance, std::string(to_text(org.ownership)), share.messages});
    }
  }
  std::ranges::stable_sort(page.salesforce, [](const auto& a, const auto& b) {
    return std::tie(b.totals.messages, a.domain) < std::tie(a.totals.messages, b.domain);
  });
}

void fill_findings(StakeholderPage& page, const Judgement& judgement) {
  for (const Finding& finding : judgement.findings) {
    const RouteLine& line = judgement.routes[finding.route_line];
    FindingCard& card = page.findings.emplace_back();
    card.code = finding.code;
    card.names = finding.names;
    card.domain = line.domain;
    card.sender = sender_label(line.service, line.route);
    card.salesforce = line.service == salesforce_service || traits_of(finding.code).salesforce;
    card.severity = static_cast<FindingCard::Severity>(finding.severity);
    card.messages = finding.messages;
    card.of_sender = line.totals.messages;
    card.first_day = finding.first_day;
    card.last_day = finding.last_day;
    card.days = finding.days;
    card.confidence = to_text(finding.confidence);
    card.header_from = finding.header_from;
  }
  // Faults first; what strangers send comes after what can be repaired at a sender.
  const auto rank = [](const FindingCard& card) {
    return std::tuple(-static_cast<int>(card.severity), card.code == FindingCode::unauthenticated);
  };
  std::ranges::stable_sort(page.findings, [&](const FindingCard& a, const FindingCard& b) {
    return std::tuple(rank(a), b.messages) < std::tuple(rank(b), a.messages);
  });
}

namespace {

/// The group of each line in which it has most messages. Rows are many times as many as lines.
std::vector<MailGroup> groups_of(const std::vector<SourceLine>& lines, const PageRows& rows) {
  const std::vector<Sender>& senders = rows.judgement().senders;
  std::unordered_map<IpAddress, std::vector<std::size_t>, HashAddress> at;
  for (std::size_t i = 0; i < lines.size(); ++i) at[lines[i].source_ip].push_back(i);
  std::vector<GroupCounts> counts(lines.size());
  for (std::size_t i = 0; i < rows.rows().size(); ++i) {
    const auto found = at.find(rows.rows()[i].source_ip);
    if (found == at.end()) continue;
    const Sender& sender = senders[rows.judgement().rows[i].sender];
    for (const std::size_t line : found->second)
      if (const Sender& of = senders[lines[line].sender];
          of.service == sender.service && of.route == sender.route)
        counts[line][static_cast<std::size_t>(rows.group(i))] += rows.rows()[i].messages;
  }
  std::vector<MailGroup> groups;
  for (const GroupCounts& count : counts)
    groups.push_back(static_cast<MailGroup>(std::ranges::max_element(count) - count.begin()));
  return groups;
}

}  // namespace

void fill_sources(StakeholderPage& page, PageRows& rows, std::size_t most) {
  const SourceLines sources = source_lines(rows.rows(), rows.judgement(), rows.identifier(), most);
  page.sources_total = sources.all;
  const std::vector<MailGroup> groups = groups_of(sources.lines, rows);
  for (const SourceLine& source : sources.lines) {
    const Sender& sender = rows.judgement().senders[source.sender];
    SourceTableLine line;
    line.address = source.source_ip.to_text();
    line.sender = sender_label(sender);
    line.evidence = sender.evidence == Evidence::none ? "" : std::string(to_text(sender.evidence));
    line.group = groups[page.sources.size()];
    line.totals = source.totals;
    line.header_from = source.header_from;
    each_code(source.codes, [&](FindingCode code) {
      if (traits_of(code).severity != Severity::note) line.findings.emplace_back(to_text(code));
    });
    line.last_day = source.last_day;
    page.sources.push_back(std::move(line));
  }
}

}  // namespace dmarcq

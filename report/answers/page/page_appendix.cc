// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "ingest/base/text.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/own.h"
#include "report/analysis/sender/salesforce.h"
#include "report/analysis/sender/source_lines.h"
#include "report/answers/base/listed_reports.h"
#include "report/answers/base/present.h"
#include "report/answers/page/page_parts.h"
#include "report/answers/tls/tls_answer.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_reporters = 14, most_disagreements = 10, most_findings_changed = 16;

PageWindow rows_of(Snapshot& snapshot, const StakeholderPage& page, const PageQuestion& question,
                   const std::set<std::string>& others) {
  PageWindow window;
  window.others = others;
  window.days = page.window;
  window.today = page.as_of;
  window.filter = {
      .domains = question.domains, .since = window.days.first, .until = window.days.last};
  window.policies = policies_in_force(snapshot, window.filter, page.as_of);
  return window;
}

/// Reporters by day. Reports, not rows: a report without records is still a sign of life.
void fill_reports(StakeholderPage& page, Snapshot& snapshot, const PageWindow& window) {
  const auto days = static_cast<std::size_t>(page.window.last - page.window.first) + 1;
  page.any_report.assign(days, false);
  std::map<std::string, ReporterDays> reporters;
  const ReportsQuestion question{.selection = {.filter = window.filter}, .today = page.as_of};
  each_listed_report_as_stored(snapshot, question, [&](const ListedReport& listed) {
    const ReportInfo& report = listed.report;
    if (window.others.contains(report.domain)) return;
    // A report on the domain above concerns the page by the rows that it has of it.
    const std::vector<std::string>& asked = window.filter.domains;
    const bool is_above = !asked.empty() && std::ranges::none_of(asked, [&](const auto& domain) {
      return at_or_below(report.domain, domain);
    });
    if (is_above && listed.totals.messages == 0) return;
    ++page.reports;
    const auto day = static_cast<std::size_t>(report.day - page.window.first);
    ReporterDays& line = reporters[report.org_name];
    if (line.days.empty()) line.days.assign(days, false);
    ++line.reports;
    line.messages += listed.totals.messages;
    line.days[day] = page.any_report[day] = true;
    page.data = page.data ? Period{std::min(page.data->first, report.day),
                                   std::max(page.data->last, report.day)}
                          : Period{report.day, report.day};
    Problems& problems = page.problems;
    problems.unusable_records += report.unusable_records;
    problems.unusable_messages += report.unusable_messages;
    problems.deviating_reports += report.deviations.empty() ? 0 : 1;
    problems.damaged_reports += report.well_formed ? 0 : 1;
    problems.long_windows += report.end - report.begin > 36 * 3600 ? 1 : 0;
  });
  page.reporters = reporters.size();
  for (auto& [name, line] : reporters) {
    line.name = name.empty() ? "(no name)" : name;
    page.coverage.push_back(std::move(line));
  }
  std::ranges::stable_sort(page.coverage, std::ranges::greater{}, &ReporterDays::messages);
  page.coverage_more = page.coverage.size() > most_reporters ? page.coverage.size() - most_reporters
                                                             : 0;
  page.coverage.resize(std::min(page.coverage.size(), most_reporters));
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

void fill_findings(StakeholderPage& page, const PageRows& rows) {
  for (const Finding& finding : rows.judgement().findings) {
    const RouteLine& line = rows.judgement().routes[finding.route_line];
    FindingCard& card = page.findings.emplace_back();
    card.code = finding.code;
    card.names = finding.names;
    card.domain = line.domain;
    card.sender = sender_label(line.service, line.route);
    card.salesforce = line.service == salesforce_service || traits_of(finding.code).salesforce;
    card.severity = static_cast<FindingCard::Severity>(finding.severity);
    card.over = finding.code != FindingCode::core_vanished &&
                is_over(fault_record(finding, rows.days().route(finding.route_line)));
    card.messages = finding.messages;
    card.failing = finding.failing;
    card.of_sender = line.totals.messages;
    card.first_day = finding.first_day;
    card.last_day = finding.last_day;
    card.days = finding.days;
    card.confidence = to_text(finding.confidence);
    card.header_from = finding.header_from;
  }
  // What is cured last, faults first; what strangers send comes after what can be repaired.
  const auto rank = [](const FindingCard& card) {
    return std::tuple(card.over, -static_cast<int>(card.severity),
                      card.code == FindingCode::unauthenticated);
  };
  std::ranges::stable_sort(page.findings, [&](const FindingCard& a, const FindingCard& b) {
    return std::tuple(rank(a), b.messages) < std::tuple(rank(b), a.messages);
  });
}

void fill_sources(StakeholderPage& page, PageRows& rows, const PageQuestion& question) {
  const SourceLines sources =
      source_lines(rows.rows(), rows.judgement(), rows.identifier(), question.top);
  page.sources_total = sources.all;
  for (const SourceLine& source : sources.lines) {
    const Sender& sender = rows.judgement().senders[source.sender];
    SourceTableLine line;
    line.address = source.source_ip.to_text();
    line.sender = sender_label(sender);
    if (!sender.is_known()) line.network = network_words(question.networks, source.source_ip);
    line.evidence = sender.evidence == Evidence::none ? "" : std::string(to_text(sender.evidence));
    line.totals = source.totals;
    line.header_from = source.header_from;
    each_code(source.codes, [&](FindingCode code) {
      if (traits_of(code).severity != Severity::note) line.findings.emplace_back(to_text(code));
    });
    line.last_day = source.last_day;
    page.sources.push_back(std::move(line));
  }
}

using FindingKeys = std::map<std::pair<std::string, std::string>, Changes::OfFinding>;

/// Faults and advice, by (domain and sender, code).
FindingKeys findings_of(const Judgement& judgement) {
  FindingKeys keys;
  for (const Finding& finding : judgement.findings) {
    if (finding.severity == Severity::note) continue;
    const RouteLine& line = judgement.routes[finding.route_line];
    const std::string sender = sender_label(line.service, line.route);
    keys[{line.domain + " " + sender, std::string(to_text(finding.code))}] = {line.domain, sender,
                                                                              finding.code};
  }
  return keys;
}

void fill_finding_changes(StakeholderPage& page, PageRows& rows, Snapshot& snapshot) {
  const Day days = page.window.last - page.window.first + 1;
  const Period before{page.window.first - days, page.window.first - 1};
  const PageRows::Before earlier = rows.before(snapshot, before);
  if (earlier.rows.empty()) return;
  const FindingKeys then = findings_of(earlier.judgement), now = findings_of(rows.judgement());
  Changes& changes = page.changes;
  for (const auto& [key, finding] : then)
    if (!now.contains(key) && changes.findings_gone.size() < most_findings_changed)
      changes.findings_gone.push_back(finding);
  for (const auto& [key, finding] : now)
    if (!then.contains(key) && changes.findings_new.size() < most_findings_changed)
      changes.findings_new.push_back(finding);
}

/// What receivers gave as reasons where they did other than the policy asks.
void fill_overrides(StakeholderPage& page, PageRows& rows) {
  std::map<std::string, std::uint64_t> reasons;
  for (const SourceRow& row : rows.rows()) {
    std::set<std::string> once;
    for (const PolicyOverrideReason& reason : rows.dictionary().evaluation(row.evaluation).reasons)
      once.insert(std::string(reason.type.text()));
    for (const std::string& word : once)
      if (!word.empty()) reasons[word] += row.messages;
  }
  page.overrides.assign(reasons.begin(), reasons.end());
  std::ranges::stable_sort(page.overrides, std::ranges::greater{},
                           &std::pair<std::string, std::uint64_t>::second);
}

/// Of the page's domains and those below: anyone can send TLS reports on any other.
void fill_tls(StakeholderPage& page, Snapshot& snapshot, const PageQuestion& question,
              const std::set<std::string>& others) {
  const TlsAnswer answer = tls_answer(snapshot, {.domains = question.domains,
                                                 .since = page.window.first,
                                                 .until = page.window.last,
                                                 .reporters = {},
                                                 .today = page.as_of,
                                                 .sts_policy = {}});
  if (answer.domains.empty()) return;
  const std::vector<std::string> domains = page_domains(snapshot, question);
  for (const TlsDomainAnswer& domain : answer.domains) {
    const auto is_above = [&](const std::string& name) { return at_or_below(domain.domain, name); };
    if (std::ranges::none_of(domains, is_above) || std::ranges::any_of(others, is_above)) continue;
    TlsPageLine& line = page.tls.emplace_back();
    line.domain = domain.domain;
    line.sessions = TlsSessions{domain.all.ok.value_or(0), domain.all.failed}.all();
    line.failed = domain.all.failed;
    line.reporters = domain.all.reporters.size();
    if (!domain.results.empty()) {
      line.result = domain.results.front().label;
      line.type = domain.results.front().result;
      line.scope = domain.results.front().scope();
    }
    if (domain.readiness.policy) line.mode = to_text(domain.readiness.policy->policy.mode);
    line.verdict = domain.readiness.verdict;
  }
}

void fill_problems(StakeholderPage& page, PageRows& rows, Snapshot& snapshot) {
  std::map<std::string, std::uint64_t> reasons;
  for (const Problem& problem : snapshot.problems(false)) ++reasons[problem.reason];
  page.problems.by_reason.assign(reasons.begin(), reasons.end());
  std::ranges::stable_sort(page.problems.by_reason, std::ranges::greater{},
                           &std::pair<std::string, std::uint64_t>::second);
  std::vector<const Disagreement*> order;
  for (const Disagreement& disagreement : rows.judgement().disagreements)
    order.push_back(&disagreement);
  std::ranges::stable_sort(order, [](const Disagreement* a, const Disagreement* b) {
    return a->messages > b->messages;
  });
  for (const Disagreement* disagreement : order) {
    if (page.problems.disagreements.size() == most_disagreements) break;
    page.problems.disagreements.push_back(
        {*disagreement, rows.dictionary().reporter(disagreement->reporter)});
  }
  page.problems.disagreements_more = order.size() - page.problems.disagreements.size();
}

}  // namespace

void fill_appendix(StakeholderPage& page, Snapshot& snapshot, const PageQuestion& question,
                   const std::set<std::string>& others, Day today) {
  for (const auto& [domain, end] : data_ends(snapshot, {.domains = question.domains}, today))
    if (!others.contains(domain))
      page.last_report_day = std::max(page.last_report_day.value_or(0), end);
  const PageWindow window = rows_of(snapshot, page, question, others);
  fill_reports(page, snapshot, window);
  PageRows rows(snapshot, window);
  fill_salesforce(page, rows);
  fill_findings(page, rows);
  fill_sources(page, rows, question);
  fill_finding_changes(page, rows, snapshot);
  fill_overrides(page, rows);
  fill_tls(page, snapshot, question, others);
  fill_problems(page, rows, snapshot);
}

}  // namespace dmarcq

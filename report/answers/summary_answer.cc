// SPDX-License-Identifier: MIT
#include "report/answers/summary_answer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "report/analysis/own.h"
#include "report/answers/base/judged_window.h"
#include "report/answers/base/present.h"
#include "report/answers/portfolio/portfolio_answer.h"

namespace dmarcq {
namespace {

/// Up to so many records every row is read and judged unasked: it takes less than anybody notices.
constexpr std::uint64_t judged_records = 250'000;

void sort_lines(std::vector<SummaryLine>& lines, const Selection& selection) {
  const auto by = [&](auto key) {
    std::ranges::stable_sort(lines, [&](const SummaryLine& a, const SummaryLine& b) {
      return selection.descending ? key(b.domain) < key(a.domain) : key(a.domain) < key(b.domain);
    });
  };
  if (selection.sort == "domain")
    by([](const DomainSummary& d) { return d.domain; });
  else if (selection.sort == "messages")
    by([](const DomainSummary& d) { return d.totals.messages; });
  else if (selection.sort == "fail")
    by([](const DomainSummary& d) { return d.totals.dmarc_fail(); });
  else if (selection.sort == "reporters")
    by([](const DomainSummary& d) { return d.reporters; });
}

void add_route(std::vector<std::string>& routes, const std::string& route) {
  const auto place = std::ranges::lower_bound(routes, route);
  if (place == routes.end() || *place != route) routes.insert(place, route);
}

std::map<std::string, JudgedDomain> judged_domains(Snapshot& snapshot, const Filter& filter,
                                                   Day today) {
  JudgedWindow window(snapshot, filter, today, JudgedWindow::Depth::rows);
  std::map<std::string, JudgedDomain> domains;
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    const SourceRow& row = window.rows()[i];
    const RowVerdict& verdict = window.judgement().rows[i];
    const Sender& sender = window.judgement().senders[verdict.sender];
    JudgedDomain& domain = domains[window.dictionary().domain(row.domain)];
    domain.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
    if (!is_salesforce(verdict, sender)) continue;
    domain.salesforce.add(window.dictionary().evaluation(row.evaluation), row.messages);
    add_route(domain.routes, std::string(salesforce_route_of(verdict, sender)));
  }
  return domains;
}

/// Each domain's own last week: one that reports late hides no change of another.
void add_weeks(Snapshot& snapshot, const Filter& asked, std::vector<SummaryLine>& lines) {
  constexpr Day week = 7;
  std::map<Day, std::vector<SummaryLine*>> by_end;
  for (SummaryLine& line : lines) by_end[line.domain.last_day].push_back(&line);
  for (const auto& [end, of_day] : by_end) {
    Filter filter = asked;
    const auto totals_of = [&](Day since, Day until, Totals WeekChange::* figure) {
      filter.since = since;
      filter.until = until;
      std::map<std::string, Totals> totals;
      for (const DomainSummary& domain : domain_summaries(snapshot, filter))
        totals[domain.domain] = domain.totals;
      for (SummaryLine* line : of_day) line->week.*figure = totals[line->domain.domain];
    };
    totals_of(end - week + 1, end, &WeekChange::now);
    totals_of(end - 2 * week + 1, end - week, &WeekChange::before);
    for (SummaryLine* line : of_day) {
      line->week.since = end - week + 1;
      line->week.until = end;
    }
  }
}

/// Readiness of each domain, where it takes about a second at most, or was asked for.
void add_verdicts(Snapshot& snapshot, const SummaryQuestion& question,
                  std::vector<SummaryLine>& lines) {
  constexpr std::size_t judged_rows = 400'000;
  const Filter& filter = question.selection.filter;
  PortfolioQuestion portfolio{
      .domains = {},
      .as_of = filter.until ? std::min(*filter.until + 1, question.today) : question.today,
      .target = {},
      .limits = question.limits};
  const Day reach = days_needed({.domain = {}, .target = {}, .limits = question.limits});
  const Filter rows{
      .domains = filter.domains, .since = portfolio.as_of - reach, .until = portfolio.as_of - 1};
  if (!question.flows && rows_within(snapshot, rows) > judged_rows) return;
  for (const SummaryLine& line : lines) portfolio.domains.push_back(line.domain.domain);
  std::vector<DomainVerdict> verdicts = domain_verdicts(snapshot, portfolio);
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i].verdict = std::move(verdicts[i]);
}

std::vector<Note> notes_about(Snapshot& snapshot, const SummaryAnswer& answer) {
  const std::optional<Day>& until = answer.question.selection.filter.until;
  std::vector<Note> changes = snapshot.settings().notes({});
  std::erase_if(changes, [&](const Note& note) {
    const auto is_of = [&](const SummaryLine& line) { return line.domain.domain == note.domain; };
    return !(note.domain.empty() || std::ranges::any_of(answer.lines, is_of)) ||
           note.day < answer.first_day || (until && note.day > *until);
  });
  return changes;
}

}  // namespace

SummaryAnswer summary_answer(Snapshot& snapshot, const SummaryQuestion& question) {
  const Filter& filter = question.selection.filter;
  SummaryAnswer answer;
  answer.question = question;
  const std::map<std::string, SeenPolicy> policies =
      policies_in_force(snapshot, filter, question.today);
  for (DomainSummary& domain : domain_summaries(snapshot, filter)) {
    const bool first = answer.lines.empty();
    answer.first_day = first ? domain.first_day : std::min(answer.first_day, domain.first_day);
    answer.last_day = first ? domain.last_day : std::max(answer.last_day, domain.last_day);
    answer.totals.add(domain.totals);
    answer.reports += domain.reports;
    answer.unusable_records += domain.unusable_records;
    answer.unusable_messages += domain.unusable_messages;
    PolicyPublished policy = policy_of(policies, domain.domain);
    answer.lines.push_back({std::move(domain), std::move(policy), {}, {}, {}});
  }
  add_weeks(snapshot, filter, answer.lines);
  add_verdicts(snapshot, question, answer.lines);
  answer.domains = answer.lines.size();
  // The roll-up answers in milliseconds whatever the size; judging reads every row.
  answer.is_judged = question.flows || rows_within(snapshot, filter) <= judged_records;
  std::map<std::string, JudgedDomain> judged;
  if (answer.is_judged) judged = judged_domains(snapshot, filter, question.today);
  for (const auto& [name, domain] : judged) {
    answer.judged.salesforce.add(domain.salesforce);
    for (const std::string& route : domain.routes) add_route(answer.judged.routes, route);
    for (std::size_t flow = 0; flow < flow_count; ++flow)
      answer.judged.flows[flow] += domain.flows[flow];
  }
  for (SummaryLine& line : answer.lines)
    if (const auto found = judged.find(line.domain.domain); found != judged.end())
      line.judged = found->second;
  if (!answer.lines.empty()) answer.notes = notes_about(snapshot, answer);
  sort_lines(answer.lines, question.selection);
  if (question.selection.limit && *question.selection.limit < answer.lines.size())
    answer.lines.resize(static_cast<std::size_t>(*question.selection.limit));
  return answer;
}

}  // namespace dmarcq

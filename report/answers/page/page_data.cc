// SPDX-License-Identifier: MIT
#include "report/answers/page/page_data.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "ingest/base/parallel_for.h"
#include "ingest/base/text.h"
#include "report/answers/base/timeline_reader.h"
#include "report/answers/page/page_parts.h"
#include "report/answers/portfolio/portfolio_answer.h"

namespace dmarcq {
namespace {

constexpr Day default_days = 30;

/// With `exactly`: policy domains below those of the question that have verdicts, and clients, of
/// their own. What a record of the question's governs is not among them.
std::set<std::string> others_below(Snapshot& snapshot, const PageQuestion& question,
                                   const std::vector<DomainVerdict>& verdicts) {
  std::set<std::string> others;
  for (std::string& known : known_domains(snapshot))
    if (std::ranges::find(question.domains, known) == question.domains.end() &&
        std::ranges::any_of(question.domains,
                            [&](const std::string& asked) { return at_or_below(known, asked); }))
      others.insert(std::move(known));
  for (const DomainVerdict& verdict : verdicts)
    for (const std::string& governed : verdict.governs) others.erase(governed);
  return others;
}

/// The last day that a domain's readiness looks at, so that both speak of the same days.
Day last_judged_day_of(Snapshot& snapshot, const std::vector<std::string>& domains,
                       const ReadinessQuestion& question) {
  Day last = 0;
  for (const std::string& domain : domains) {
    Timeline reports;
    each_report_head(snapshot,
                     {.domains = {organizational_domain(domain)},
                      .since = question.today - days_needed(question),
                      .until = question.today - 1},
                     [&](const ReportHead& head) { reports.add(head); });
    reports.finish();
    last = std::max(last, last_judged_day(reports, domain, question.today));
  }
  return last;
}

/// Days, weeks or four weeks, so that a chart has a number of bars that can be told apart. Counted
/// back from the end: the last one is whole.
VolumeChart empty_chart(const Period& window) {
  const Day days = window.last - window.first + 1;
  const Day size = days <= 45 ? 1 : days <= 7 * 60 ? 7 : 28;
  VolumeChart chart;
  chart.unit = size == 1 ? "day" : size == 7 ? "week" : "28 days";
  for (Day last = window.last; last >= window.first; last -= size)
    chart.periods.push_back({std::max(window.first, last - size + 1), last});
  std::ranges::reverse(chart.periods);
  chart.groups.resize(chart.periods.size());
  chart.first_is_partial = chart.periods.front().last - chart.periods.front().first + 1 < size;
  return chart;
}

/// What the window shows of a domain. Readiness' own streams where they are of these days: then its
/// figures and those of the page are the same.
DomainMail mail_of(Snapshot& snapshot, const DomainVerdict& verdict, const JudgedReadiness& judged,
                   const MailWindow& window, Day as_of) {
  const Streams& own = judged.streams;
  const Day learned = window.before().first - default_days;
  if (judged.readiness.first == window.days.first && judged.readiness.last == window.days.last &&
      own.first <= learned)
    return domain_mail(verdict, own, judged.stored->timeline(), window);
  const auto of = [&](const StoredTimeline& stored, Day first) {
    const Streams streams = find_streams(stored.timeline(), stored.lookup(), stored.owner(),
                                         {.first = first,
                                          .last = window.days.last,
                                          .window_first = window.days.first,
                                          .domain = verdict.domain});
    return domain_mail(verdict, streams, stored.timeline(), window);
  };
  if (own.first <= learned && window.days.last < as_of) return of(*judged.stored, own.first);
  return of(
      StoredTimeline(snapshot,
                     {.domains = {verdict.domain}, .since = learned, .until = window.days.last}),
      learned);
}

void add_mail(StakeholderPage& page, const DomainMail& mail) {
  for (std::size_t group = 0; group < mail_group_count; ++group) {
    page.groups[group] += mail.now[group];
    page.changes.groups_before[group] += mail.before[group];
    page.messages += mail.now[group];
    page.changes.messages_before += mail.before[group];
    for (std::size_t i = 0; i < mail.by_period.size(); ++i)
      page.volume.groups[i][group] += mail.by_period[i][group];
  }
  page.own_now.add(mail.own_now);
  page.own_before.add(mail.own_before);
  page.spoofing_now.add(mail.spoofing_now);
  page.spoofing_before.add(mail.spoofing_before);
  page.changes.reports_before += mail.reports_before;
  page.changes.policies.insert(page.changes.policies.end(), mail.policy_changes.begin(),
                               mail.policy_changes.end());
}

Period page_window(Snapshot& snapshot, const PageQuestion& question,
                   const std::vector<std::string>& domains, Day today) {
  const Day as_of = question.until ? std::min(*question.until + 1, today) : today;
  Period window;
  if (question.until) {
    window.last = *question.until;
  } else if (question.since) {
    window.last = std::max(*question.since, today - 1);
  } else {
    window.last = last_judged_day_of(
        snapshot, domains, {.domain = {}, .target = {}, .today = as_of, .limits = question.limits});
    // Without any report that readiness looks at.
    if (window.last == 0) window.last = today - 1;
  }
  window.first = question.since ? *question.since : window.last - default_days + 1;
  return window;
}

}  // namespace

std::vector<std::string> page_domains(Snapshot& snapshot, const PageQuestion& question) {
  if (question.domains.empty()) return portfolio_domains(snapshot).names;
  if (question.exactly) return question.domains;
  std::vector<std::string> names;
  for (const std::string& known : known_domains(snapshot))
    if (std::ranges::any_of(question.domains,
                            [&](const std::string& asked) { return at_or_below(known, asked); }))
      names.push_back(known);
  for (const std::string& asked : question.domains)
    if (std::ranges::find(names, asked) == names.end()) names.push_back(asked);
  std::ranges::sort(names);
  return names;
}

StakeholderPage page_data(Snapshot& snapshot, const PageQuestion& question, Day today) {
  StakeholderPage page;
  page.title = question.title;
  page.generated = question.generated;
  // Without an end that was asked for, the clock decides: a policy must not look ready on reports
  // that stopped weeks ago.
  page.as_of = question.until ? std::min(*question.until + 1, today) : today;
  const std::vector<std::string> domains = page_domains(snapshot, question);
  std::set<std::string> others;
  if (question.domains.empty())
    for (std::string& known : known_domains(snapshot))
      if (!std::ranges::binary_search(domains, known)) others.insert(std::move(known));
  page.left_out = others.size();
  page.window = page_window(snapshot, question, domains, today);
  page.volume = empty_chart(page.window);
  const MailWindow window{page.window, page.volume.periods};
  const PortfolioQuestion portfolio{.domains = domains,
                                    .as_of = page.as_of,
                                    .target = {},
                                    .limits = question.limits,
                                    .history = question.history,
                                    .dns = question.dns};
  std::vector<DomainMail> mail(domains.size());
  const auto judge = [&] {
    page.verdicts =
        domain_verdicts(snapshot, portfolio,
                        [&](std::size_t place, Snapshot& own, const DomainVerdict& verdict,
                            const JudgedReadiness& judged) {
                          mail[place] = mail_of(own, verdict, judged, window, page.as_of);
                        });
  };
  if (question.exactly) {
    // Who asks so makes many pages, by several threads.
    judge();
    fill_appendix(page, snapshot, question, others_below(snapshot, question, page.verdicts), today);
  } else {
    // Findings and addresses are read from other rows, and are half of the work: a thread and a
    // fork of their own.
    const std::unique_ptr<Snapshot> fork = snapshot.fork();
    parallel_for(2, fork ? 2 : 1, [&](std::size_t part, std::size_t) {
      if (part == 0)
        judge();
      else
        fill_appendix(page, fork ? *fork : snapshot, question, others, today);
    });
  }
  drop_governed(page.verdicts);
  sort_by_need(page.verdicts);
  for (const DomainVerdict& verdict : page.verdicts) {
    page.domains.push_back(verdict.domain);
    page.mail.push_back(std::move(*std::ranges::find(mail, verdict.domain, &DomainMail::domain)));
    add_mail(page, page.mail.back());
  }
  std::ranges::sort(page.domains);
  fill_senders(page, question);
  fill_changes(page, snapshot, question);
  fill_actions(page);
  return page;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/answers/page/page_data.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "ingest/base/parallel_for.h"
#include "report/answers/page/page_parts.h"
#include "report/answers/page/page_verdict.h"

namespace dmarcq {
namespace {

/// Two connections that see one moment: a run that ends between the openings is seen by both or by
/// neither.
std::pair<Store, Store> two_of_one_moment(const std::function<Store()>& open) {
  while (true) {
    Store first = open(), second = open();
    if (same_snapshot(first, second)) return {std::move(first), std::move(second)};
  }
}

/// All but the verdicts.
StakeholderPage page_without_verdicts(Store& store, const PageQuestion& question,
                                      const PageWindow& window) {
  StakeholderPage page;
  page.title = question.title;
  page.window = window.days;
  page.last_report_day = window.last_report_day;
  for (const DomainSummary& summary : window.summaries) page.domains.push_back(summary.domain);
  if (page.domains.empty())
    page.domains = question.domains.empty() ? known_domains(store) : question.domains;
  fill_reports(page, store, window);
  PageRows rows(store, window);
  fill_volume(page, rows);
  fill_trends(page, rows);
  fill_salesforce(page, rows);
  fill_findings(page, rows.judgement());
  fill_sources(page, rows, question.top);
  fill_changes(page, rows, store, question);
  fill_dispositions(page, rows);
  fill_problems(page, rows, store);
  return page;
}

}  // namespace

StakeholderPage page_data(const std::function<Store()>& open, const PageQuestion& question,
                          Day today) {
  auto [store, other] = two_of_one_moment(open);
  // Without an end that was asked for, the clock decides: a policy must not look ready on reports
  // that stopped weeks ago.
  const Day as_of = question.until ? std::min(*question.until + 1, today) : today;
  const PageWindow window = page_window(store, question, today);
  StakeholderPage page;
  std::vector<DomainVerdict> verdicts;
  // The verdicts look at other days and are half of the work: a thread and a connection of their
  // own.
  parallel_for(2, 2, [&, &first = store, &second = other](std::size_t part, std::size_t) {
    if (part == 0)
      page = page_without_verdicts(first, question, window);
    else
      verdicts = page_verdicts(second, {window.summaries, window.policies, question.limits, as_of});
  });
  for (DomainVerdict& verdict : verdicts) verdict.groups = page.groups_of_domains[verdict.domain];
  page.verdicts = std::move(verdicts);
  page.verdict_days = verdict_days;
  page.as_of = as_of;
  return page;
}

}  // namespace dmarcq

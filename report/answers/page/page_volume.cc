// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>

#include "report/answers/page/page_parts.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_trends = 9, most_reporters = 14;

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
  return chart;
}
std::size_t period_of(const VolumeChart& chart, Day day) {
  const auto after = std::ranges::upper_bound(chart.periods, day, {}, &Period::first);
  return static_cast<std::size_t>(after - chart.periods.begin()) - 1;
}

}  // namespace

void fill_reports(StakeholderPage& page, Snapshot& snapshot, const PageWindow& window) {
  const auto days = static_cast<std::size_t>(page.window.last - page.window.first) + 1;
  page.any_report.assign(days, false);
  std::map<std::string, ReporterDays> reporters;
  const std::set<std::string> whole(page.domains.begin(), page.domains.end());
  each_report(snapshot, window.filter, [&](const ReportInfo& report) {
    ++page.reports;
    const auto day = static_cast<std::size_t>(report.day - page.window.first);
    ReporterDays& line = reporters[report.org_name];
    if (line.days.empty()) line.days.assign(days, false);
    ++line.reports;
    line.messages += report.messages;
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

void fill_volume(StakeholderPage& page, PageRows& rows) {
  page.volume = empty_chart(page.window);
  for (const PageRows::Cell& cell : rows.cells())
    page.volume.groups[period_of(page.volume, cell.day)]
                      [static_cast<std::size_t>(rows.group(cell.row))] += cell.messages;
  for (std::size_t i = 0; i < rows.rows().size(); ++i) {
    const auto group = static_cast<std::size_t>(rows.group(i));
    page.groups[group] += rows.rows()[i].messages;
    page.groups_of_domains[rows.dictionary().domain(rows.rows()[i].domain)][group] +=
        rows.rows()[i].messages;
    page.totals.add(rows.dictionary().evaluation(rows.rows()[i].evaluation),
                    rows.rows()[i].messages);
  }
}

/// By sender over all domains: who reads this asks "how is Salesforce doing", not in which zone.
void fill_trends(StakeholderPage& page, const PageRows& rows) {
  std::map<std::string, RouteTrend> trends;
  for (std::size_t i = 0; i < rows.judgement().routes.size(); ++i) {
    const RouteLine& line = rows.judgement().routes[i];
    RouteTrend& trend = trends[sender_label(line.service, line.route)];
    trend.cells.resize(page.volume.periods.size());
    for (const auto& [day, cell] : rows.days().route(static_cast<std::uint32_t>(i)))
      for (RouteTrend::Cell* sum : {&trend.cells[period_of(page.volume, day)], &trend.total}) {
        sum->dkim += cell.totals.dkim_aligned();
        sum->spf_only += cell.totals.spf_only;
        sum->fail += cell.totals.neither;
      }
  }
  for (auto& [label, trend] : trends) {
    trend.label = label;
    page.trends.push_back(std::move(trend));
  }
  const auto messages = [](const RouteTrend& t) {
    return t.total.dkim + t.total.spf_only + t.total.fail;
  };
  std::ranges::stable_sort(page.trends, std::ranges::greater{}, messages);
  page.trends_more = page.trends.size() > most_trends ? page.trends.size() - most_trends : 0;
  page.trends.resize(std::min(page.trends.size(), most_trends));
}

void fill_dispositions(StakeholderPage& page, PageRows& rows) {
  std::map<std::string, std::uint64_t> reasons;
  for (std::size_t i = 0; i < rows.rows().size(); ++i) {
    const PolicyEvaluated& evaluated = rows.dictionary().evaluation(rows.rows()[i].evaluation);
    page.dispositions[static_cast<std::size_t>(rows.group(i))].add(evaluated,
                                                                   rows.rows()[i].messages);
    std::set<std::string> once;
    for (const PolicyOverrideReason& reason : evaluated.reasons)
      once.insert(std::string(reason.type.text()));
    for (const std::string& word : once)
      if (!word.empty()) reasons[word] += rows.rows()[i].messages;
  }
  page.overrides.assign(reasons.begin(), reasons.end());
  std::ranges::stable_sort(page.overrides, std::ranges::greater{},
                           &std::pair<std::string, std::uint64_t>::second);
}

}  // namespace dmarcq

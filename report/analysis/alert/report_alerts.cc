// SPDX-License-Identifier: MIT
#include "report/analysis/alert/report_alerts.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "report/analysis/alert/day_facts.h"

namespace dmarcq {
namespace {

constexpr Day silent_days = 3;            ///< of a reporter; and of all
constexpr Day irregular_silent_days = 7;  ///< of a domain that is not reported on nearly every day
constexpr std::size_t few_domains = 3;    ///< more that say the same are told as one

struct ReportDays {
  std::set<Day> all;
  std::map<std::uint32_t, std::set<Day>> by_reporter;
};
using LastReports = std::vector<std::pair<std::string, Day>>;  // domain, last day

std::map<std::string, ReportDays> days_with_reports(const Timeline& timeline,
                                                    const AlertQuestion& question) {
  std::map<std::string, ReportDays> domains;
  for (const ReportSeen& report :
       timeline.reports(question.today - alert_days, question.today - 1)) {
    if (!question.domains.empty() &&
        std::ranges::find(question.domains, report.domain) == question.domains.end())
      continue;
    ReportDays& days = domains[report.domain];
    days.all.insert(report.day);
    days.by_reporter[report.reporter].insert(report.day);
  }
  return domains;
}

Day newest_of(const LastReports& reports) {
  return std::ranges::max_element(reports, {}, &LastReports::value_type::second)->second;
}

Alert silent_since(Day last, std::string domain, std::string reporter) {
  return {.code = AlertCode::reports_stopped,
          .domain = std::move(domain),
          .source = std::move(reporter),
          .since = last + 1,
          .facts = SilentReportsFacts{.last_report = last}};
}

}  // namespace

ReportRhythm report_rhythm(const std::set<Day>& seen, Day oldest, Day now) {
  ReportRhythm r;
  r.last = *seen.rbegin();
  const Day begin = std::max(oldest, r.last - baseline_days + 1), span = r.last - begin + 1,
            silent = now - r.last;
  Day present = 0, longest = 0, before = r.last;
  for (auto day = seen.rbegin(); day != seen.rend() && *day >= begin; ++day) {
    ++present;
    longest = std::max(longest, before - *day);
    before = *day;
  }
  r.regular = span >= settled_days && 5 * present >= 3 * span;
  r.silent = silent >= silent_days && silent >= 2 * longest;
  return r;
}

std::vector<Alert> stopped_reports(const Timeline& timeline, const RowLookup& lookup,
                                   const AlertQuestion& question) {
  const auto domains = days_with_reports(timeline, question);
  const Day yesterday = question.today - 1;
  LastReports stopped;
  std::map<std::uint32_t, LastReports> silent;    // by reporter
  std::map<std::uint32_t, std::size_t> reported;  // on how many domains it was regular
  for (const auto& [domain, days] : domains) {
    const Day oldest = *days.all.begin(), newest = *days.all.rbegin();
    const ReportRhythm whole = report_rhythm(days.all, oldest, yesterday);
    if (whole.silent && (whole.regular || yesterday - newest >= irregular_silent_days)) {
      stopped.emplace_back(domain, newest);
      continue;
    }
    for (const auto& [reporter, seen] : days.by_reporter) {
      const ReportRhythm r = report_rhythm(seen, oldest, newest);
      if (!r.regular) continue;
      ++reported[reporter];
      if (r.silent) silent[reporter].emplace_back(domain, r.last);
    }
  }
  if (stopped.size() > few_domains && stopped.size() == domains.size())
    return {silent_since(newest_of(stopped), "", "")};
  std::vector<Alert> alerts;
  for (const auto& [domain, last] : stopped) alerts.push_back(silent_since(last, domain, ""));
  for (const auto& [reporter, of] : silent) {
    const std::string& name = lookup.reporter(reporter);
    if (of.size() > few_domains && of.size() == reported[reporter]) {
      alerts.push_back(silent_since(newest_of(of), "", name));
      continue;
    }
    for (const auto& [domain, last] : of) alerts.push_back(silent_since(last, domain, name));
  }
  return alerts;
}

std::vector<Alert> new_problems(const AlertQuestion& question) {
  if (question.problems.empty()) return {};
  std::int64_t newest = 0;
  NewProblemsFacts facts{.problems = question.problems.size()};
  for (const auto& problem : question.problems) {
    newest = std::max(newest, problem.id);
    ++facts.reasons[problem.reason];
  }
  return {Alert{.code = AlertCode::problems_new,
                .source = "up to " + std::to_string(newest),
                .since = question.today,
                .facts = std::move(facts)}};
}

}  // namespace dmarcq

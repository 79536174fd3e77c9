// SPDX-License-Identifier: MIT
#include "report/analysis/alert/report_alerts.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "report/analysis/alert/day_facts.h"

namespace dmarcq {
namespace {

constexpr Day silent_days = 3;            ///< of a reporter or domain that is regular; and of all
constexpr Day irregular_silent_days = 7;  ///< of a domain that is not reported on nearly every day
constexpr std::size_t rhythm_days = 5;    ///< fewer days show no rhythm
constexpr Day missed_days = 56;           ///< tell how often who is regular misses a day
constexpr double chance = 1.2e-3;         ///< of a silence of who is regular
constexpr double most_missed = 0.2;       ///< by a reporter that reports nearly every day
constexpr double mean_silences = 6;     ///< who comes by chance is silent so long once in 400 times
constexpr std::size_t few_domains = 3;  ///< more that say the same are told as one
/// To be heard of, a quarter of a domain's usual reporters is enough, and of the mailbox a tenth of
/// its usual domains.
constexpr std::size_t reporter_quorum = 4, domain_quorum = 10;

using LastReports = std::vector<std::pair<std::string, Day>>;  // domain, last day
using Heard = std::map<std::string, std::set<Day>>;            // by domain

/// Days on which at least one part in `quorum` of the usual number is there. `present`: how many,
/// by day.
std::set<Day> days_with_quorum(const std::map<Day, std::size_t>& present, std::size_t quorum) {
  std::vector<std::size_t> numbers;
  for (const auto& [day, number] : present) numbers.push_back(number);
  std::ranges::sort(numbers);
  std::set<Day> days;
  for (const auto& [day, number] : present)
    if (quorum * number >= numbers[numbers.size() / 2]) days.insert(day);
  return days;
}

Day longest_silence(const std::set<Day>& seen, Day begin) {
  Day longest = 0, before = *seen.rbegin();
  for (auto day = seen.rbegin(); day != seen.rend() && *day >= begin; ++day) {
    longest = std::max(longest, before - *day);
    before = *day;
  }
  return longest;
}

/// No distance between the days is less than half of their median, or more than twice as much.
bool is_even(const std::set<Day>& seen) {
  std::vector<Day> distances;
  for (auto day = std::next(seen.begin()); day != seen.end(); ++day)
    distances.push_back(*day - *std::prev(day));
  std::ranges::sort(distances);
  const Day median = distances[distances.size() / 2];
  return 2 * distances.front() >= median && distances.back() <= 2 * median;
}

Alert silent_since(Day last, std::string domain, std::string reporter,
                   std::pair<std::size_t, std::size_t> domains_of = {}) {
  return {.code = AlertCode::reports_stopped,
          .domain = std::move(domain),
          .source = std::move(reporter),
          .since = last + 1,
          .facts = SilentReportsFacts{
              .last_report = last, .domains = domains_of.first, .of = domains_of.second}};
}

/// When the mailbox as a whole was heard of.
ReportRhythm mailbox_rhythm(const Heard& heard, Day yesterday) {
  std::map<Day, std::size_t> domains;
  for (const auto& [domain, days] : heard)
    for (const Day day : days) ++domains[day];
  const std::set<Day> days = days_with_quorum(domains, domain_quorum);
  return report_rhythm(days, *days.begin(), yesterday);
}

/// Where each reporter that is regular on some domain is silent there, and on how many it is
/// regular.
struct Reporters {
  std::map<std::uint32_t, LastReports> silent;
  std::map<std::uint32_t, std::size_t> regular;

  void add(const std::string& domain, const DaysByReporter& days, Day oldest, Day newest) {
    for (const auto& [reporter, seen] : days) {
      const ReportRhythm r = report_rhythm(seen, oldest, newest);
      if (!r.regular || r.missed > most_missed) continue;
      ++regular[reporter];
      if (r.silent) silent[reporter].emplace_back(domain, r.last);
    }
  }
};

std::vector<Alert> silent_reporters(
    const Reporters& reporters, const std::function<const std::string&(std::uint32_t)>& name_of) {
  std::vector<Alert> alerts;
  for (const auto& [reporter, domains] : reporters.silent) {
    const std::string& name = name_of(reporter);
    if (domains.size() > few_domains) {
      const Day last =
          std::ranges::max_element(domains, {}, &LastReports::value_type::second)->second;
      alerts.push_back(
          silent_since(last, "", name, {domains.size(), reporters.regular.at(reporter)}));
      continue;
    }
    for (const auto& [domain, last] : domains) alerts.push_back(silent_since(last, domain, name));
  }
  return alerts;
}

}  // namespace

ReportRhythm report_rhythm(const std::set<Day>& seen, Day oldest, Day now) {
  ReportRhythm r;
  r.last = *seen.rbegin();
  const Day begin = std::max(oldest, r.last - baseline_days + 1), span = r.last - begin + 1,
            silent = now - r.last;
  const auto present = std::distance(seen.lower_bound(begin), seen.end());
  r.regular = span >= settled_days && 5 * present >= 3 * std::ptrdiff_t{span};
  if (r.regular) {
    const Day since = std::max(oldest, r.last - missed_days + 1), days = r.last - since + 1;
    const auto reported = static_cast<Day>(std::distance(seen.lower_bound(since), seen.end()));
    // One more of each is how often it is missed at least (Laplace).
    r.missed = (static_cast<double>(days - reported) + 1) / (static_cast<double>(days) + 2);
    // The report of the last day may be on its way.
    r.silent = silent >= silent_days && silent >= 2 * longest_silence(seen, begin) &&
               std::pow(r.missed, silent - 1) < chance;
  } else if (seen.size() >= rhythm_days) {
    const Day longest = longest_silence(seen, *seen.begin());
    const double mean = static_cast<double>(r.last - *seen.begin()) /
                        static_cast<double>(seen.size() - 1);
    r.silent = silent >= irregular_silent_days &&
               (is_even(seen) ? silent >= 2 * longest
                              : silent >= 3 * longest && silent >= mean_silences * mean);
  }
  return r;
}

std::set<Day> heard_days(const DaysByReporter& reporters) {
  std::map<Day, std::size_t> present;
  for (const auto& [reporter, days] : reporters)
    if (days.size() >= known_days)
      for (const Day day : days) ++present[day];
  return days_with_quorum(present, reporter_quorum);
}

std::vector<Alert> stopped_reports(const ReportingDays& days,
                                   const std::function<const std::string&(std::uint32_t)>& reporter,
                                   Day today) {
  const Day yesterday = today - 1;
  Heard heard;
  for (const auto& [domain, reporters] : days)
    if (auto of_domain = heard_days(reporters); !of_domain.empty())
      heard.emplace(domain, std::move(of_domain));
  ReportRhythm mailbox{.last = yesterday};
  if (heard.size() > few_domains) mailbox = mailbox_rhythm(heard, yesterday);
  std::vector<Alert> alerts;
  Reporters reporters;
  std::size_t waiting = 0;  // domains that were heard of as long as the mailbox was
  for (const auto& [domain, of_domain] : heard) {
    const Day oldest = *of_domain.begin(), newest = *of_domain.rbegin();
    const bool after_mailbox = newest > mailbox.last;
    if (report_rhythm(of_domain, oldest, after_mailbox ? yesterday : mailbox.last).silent) {
      alerts.push_back(silent_since(newest, domain, ""));
      continue;
    }
    if (!after_mailbox) ++waiting;
    // What still trickles in says nothing of those who are missing.
    if (after_mailbox && mailbox.silent) continue;
    reporters.add(domain, days.at(domain), oldest, newest);
  }
  // So few domains show no rhythm of the mailbox: it is silent when all of them are.
  if (heard.size() <= few_domains && !heard.empty() && alerts.size() == heard.size()) {
    const Day last =
        std::ranges::max(alerts, {}, [](const Alert& alert) { return alert.since; }).since - 1;
    alerts.clear();
    alerts.push_back(silent_since(last, "", "", {heard.size(), heard.size()}));
  }
  if (mailbox.silent) alerts.push_back(silent_since(mailbox.last, "", "", {waiting, heard.size()}));
  std::ranges::move(silent_reporters(reporters, reporter), std::back_inserter(alerts));
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

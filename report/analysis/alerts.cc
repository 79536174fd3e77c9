// SPDX-License-Identifier: MIT
#include "report/analysis/alerts.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "report/analysis/alert/domain_alerts.h"
#include "report/analysis/alert/enforcement_alerts.h"
#include "report/analysis/alert/report_alerts.h"
#include "report/analysis/alert/sender_alerts.h"

namespace dmarcq {
namespace {

std::set<std::string> domains_of(const Timeline& timeline, const AlertQuestion& question) {
  std::set<std::string> domains(question.domains.begin(), question.domains.end());
  if (domains.empty())
    for (const ReportSeen& report :
         timeline.reports(question.today - alert_days, question.today - 1))
      domains.insert(report.domain);
  return domains;
}

/// Two streams may share a label (one mail server's mail, part proven and part not): one alert
/// speaks of both.
std::vector<Alert> merged(std::vector<Alert> alerts) {
  std::vector<Alert> merged;
  for (Alert& alert : alerts) {
    if (!merged.empty() && merged.back().key() == alert.key())
      merged.back().messages += alert.messages;
    else
      merged.push_back(std::move(alert));
  }
  return merged;
}

}  // namespace

std::string Alert::key() const {
  return std::string(to_text(code)) + "\t" + domain + "\t" + source;
}

std::vector<Alert> domain_alerts(const Timeline& timeline, const RowLookup& lookup,
                                 const Owner& owner, const AlertQuestion& question) {
  std::vector<Alert> alerts;
  for (const std::string& domain : domains_of(timeline, question)) {
    const auto facts = day_facts(timeline, lookup, owner, question, domain);
    if (!facts) continue;
    for (const auto rule : {new_senders, failing_senders, vanished_senders, enforcement_hits,
                            unproven_hits, spoofing_bursts, policy_changes})
      std::ranges::move(rule(*facts), std::back_inserter(alerts));
  }
  return alerts;
}

std::vector<Alert> in_order(std::vector<Alert> alerts) {
  std::ranges::stable_sort(alerts, [](const Alert& a, const Alert& b) {
    return std::tie(a.domain, a.code, a.source, a.since) <
           std::tie(b.domain, b.code, b.source, b.since);
  });
  return merged(std::move(alerts));
}

std::vector<Alert> find_alerts(const Timeline& timeline, const RowLookup& lookup,
                               const Owner& owner, const AlertQuestion& question) {
  std::vector<Alert> alerts = domain_alerts(timeline, lookup, owner, question);
  ReportingDays days;
  for (const ReportSeen& report : timeline.reports(question.today - alert_days, question.today - 1))
    days[report.domain][report.reporter].insert(report.day);
  std::ranges::move(stopped_reports(days, lookup.reporter, question.today),
                    std::back_inserter(alerts));
  std::ranges::move(new_problems(question), std::back_inserter(alerts));
  return in_order(std::move(alerts));
}

}  // namespace dmarcq

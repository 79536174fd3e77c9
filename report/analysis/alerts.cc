// SPDX-License-Identifier: MIT
#include "report/analysis/alerts.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "report/analysis/alert/domain_alerts.h"
#include "report/analysis/alert/report_alerts.h"
#include "report/analysis/alert/sender_alerts.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, alert_code_count> code_words{"new-source",
                                                                    "new-route",
                                                                    "sender-started-failing",
                                                                    "sender-vanished",
                                                                    "spoofing-burst",
                                                                    "policy-changed",
                                                                    "enforcement-hit-own-mail",
                                                                    "reports-stopped",
                                                                    "problems-new",
                                                                    "record-changed",
                                                                    "record-broken"};

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

std::string_view to_text(AlertCode code) noexcept {
  return code_words[static_cast<std::size_t>(code)];
}

std::string Alert::key() const {
  return std::string(to_text(code)) + "\t" + domain + "\t" + source;
}

std::vector<Alert> find_alerts(const Timeline& timeline, const RowLookup& lookup,
                               const Owner& owner, const AlertQuestion& question) {
  std::vector<Alert> alerts;
  const auto add = [&](std::vector<Alert> found) {
    std::ranges::move(found, std::back_inserter(alerts));
  };
  for (const std::string& domain : domains_of(timeline, question)) {
    const auto facts = day_facts(timeline, lookup, owner, question, domain);
    if (!facts) continue;
    for (const auto rule : {new_senders, failing_senders, vanished_senders, enforcement_hits,
                            spoofing_bursts, policy_changes})
      add(rule(*facts));
  }
  add(stopped_reports(timeline, lookup, question));
  add(new_problems(question));
  std::ranges::stable_sort(alerts, [](const Alert& a, const Alert& b) {
    return std::tie(a.domain, a.code, a.source, a.since) <
           std::tie(b.domain, b.code, b.source, b.since);
  });
  return merged(std::move(alerts));
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/answers/check_answer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/alert/day_facts.h"
#include "report/analysis/alert/report_alerts.h"
#include "report/analysis/alert/tls_alerts.h"
#include "report/analysis/dns/dmarc_discovery.h"
#include "report/answers/base/dictionary_lookup.h"
#include "report/answers/base/each_part.h"
#include "report/answers/base/present.h"
#include "report/answers/base/timeline_reader.h"

namespace dmarcq {
namespace {

bool concerns(const std::string& domain, const std::vector<std::string>& domains) {
  return domains.empty() || domain.empty() || std::ranges::find(domains, domain) != domains.end();
}

/// Alerts that only DNS can raise or clear.
bool is_of_dns(const std::string& key) {
  const std::string_view code = std::string_view(key).substr(0, key.find('\t'));
  return code == to_text(AlertCode::record_changed) || code == to_text(AlertCode::record_broken);
}

/// The domain in Alert::key().
std::string domain_of_key(const std::string& key) {
  const auto first = key.find('\t');
  if (first == std::string::npos) return {};
  return key.substr(first + 1, key.find('\t', first + 1) - first - 1);
}

/// Which domains the question concerns, of those with reports, by organizational domain: these are
/// judged alone.
using DomainGroups = std::map<std::string, std::vector<std::string>>;

bool is_asked(const CheckQuestion& question, const std::string& domain) {
  if (!question.client.empty())
    return !domain.empty() && client_of(question.clients, domain) == question.client;
  return concerns(domain, question.domains);
}

DomainGroups asked_domains(const ReportingDays& days, const CheckQuestion& question) {
  DomainGroups groups;
  for (const auto& [domain, reporters] : days)
    if (is_asked(question, domain)) groups[organizational_domain(domain)].push_back(domain);
  return groups;
}

/// Judged on all processors: each organizational domain is a part.
std::vector<Alert> alerts_of_domains(Snapshot& snapshot, const DomainGroups& groups,
                                     const AlertQuestion& question) {
  std::vector<const DomainGroups::value_type*> parts;
  for (const auto& group : groups) parts.push_back(&group);
  std::vector<std::vector<Alert>> found(parts.size());
  for_each_part(snapshot, parts.size(), [&](std::size_t part, Snapshot& own) {
    const auto& [organizational, domains] = *parts[part];
    AlertQuestion asked = question;
    asked.domains = domains;
    const StoredTimeline stored(own, {.domains = {organizational},
                                      .since = question.today - alert_days,
                                      .until = question.today - 1});
    found[part] = domain_alerts(stored.timeline(), stored.lookup(), stored.owner(), asked);
  });
  std::vector<Alert> alerts;
  for (std::vector<Alert>& of_part : found) std::ranges::move(of_part, std::back_inserter(alerts));
  return alerts;
}

/// Anyone can send TLS reports on any domain: only those on known domains, and below, are judged.
std::vector<Alert> alerts_of_tls(Snapshot& snapshot, const AlertQuestion& question) {
  std::vector<TlsObservation> seen;
  snapshot.tls_reports(question.today - tls_alert_days, question.today - 1,
                       [&](const StoredTlsReport& report) { observe(report, seen); });
  if (seen.empty()) return {};
  const std::vector<std::string> own = vouched_domains(snapshot);
  return tls_alerts(
      seen,
      [&](const std::string& domain) {
        return std::ranges::any_of(
            own, [&](const std::string& name) { return at_or_below(domain, name); });
      },
      question);
}

std::vector<Alert> alerts_of(Snapshot& snapshot, const CheckQuestion& question,
                             const std::vector<OpenAlert>& told) {
  AlertQuestion asked;
  asked.today = question.today;
  for (const OpenAlert& alert : told) asked.told.push_back({alert.key, alert.since});
  for (const Problem& problem : snapshot.problems(false))
    asked.problems.push_back({problem.id, problem.reason});
  ReportingDays days;
  each_reporting_day(snapshot, {.since = question.today - alert_days, .until = question.today - 1},
                     [&](const std::string& domain, Day day, std::uint32_t reporter) {
                       days[domain][reporter].insert(day);
                     });
  std::vector<Alert> alerts = alerts_of_domains(snapshot, asked_domains(days, question), asked);
  const RowLookup lookup = lookup_of(snapshot.dictionary());
  for (auto& found : {stopped_reports(days, lookup.reporter, question.today), new_problems(asked),
                      alerts_of_tls(snapshot, asked)})
    std::ranges::copy_if(found, std::back_inserter(alerts),
                         [&](const Alert& alert) { return is_asked(question, alert.domain); });
  return alerts;
}

struct RecordAlerts {
  std::vector<Alert> alerts;
  std::set<std::string> unknown;  ///< domains for which DNS did not answer
};

/// Why receivers find no record of use; nothing when they find one.
std::optional<RecordFacts> broken_record(const DmarcDiscovery& found) {
  using Broken = RecordFacts::Broken;
  const std::optional<PolicyRecord>& record = found.by_9989.record;
  if (record && record->disarmed_by().empty()) return std::nullopt;
  RecordFacts facts;
  const std::size_t records = found.walk.front().records.size();
  if (records > 1) {
    facts.broken = Broken::several;
    facts.records = records;
  } else if (record) {
    facts.broken = Broken::disarmed;
    facts.disarmed_by = record->disarmed_by();
  } else {
    facts.broken = records == 0 ? Broken::missing : Broken::unreadable;
  }
  return facts;
}

/// The record of each policy domain in DNS against what reporters saw last. Reports tell defaults
/// as well as what is published (RFC 9990), so only the policy itself is compared. Some reporters
/// name the From domain as the policy domain where the record stands above it: then the policy that
/// it gives to the domain is as good as its own. Domains that single reports alone tell of are not
/// asked about: anybody can write one.
RecordAlerts record_alerts(Snapshot& snapshot, const CheckQuestion& question) {
  RecordAlerts out;
  const std::map<std::string, SeenPolicy> seen = policies_in_force(
      snapshot,
      {.domains = question.domains, .since = question.today - alert_days, .until = question.today},
      question.today);
  const std::vector<std::string> vouched = vouched_domains(snapshot);
  for (const auto& [domain, policy] : seen) {
    if (policy.p.empty() || !is_asked(question, domain) ||
        std::ranges::find(vouched, domain) == vouched.end())
      continue;
    const DmarcDiscovery found = discover_dmarc(domain, *question.dns);
    if (!found.known) {
      out.unknown.insert(domain);
      continue;
    }
    Alert alert{.code = AlertCode::record_changed, .domain = domain, .since = question.today};
    const std::string reported = "p=" + policy.p;
    if (auto broken = broken_record(found)) {
      broken->reported = reported;
      alert.code = AlertCode::record_broken;
      alert.facts = std::move(*broken);
    } else {
      const DmarcReading& reading = found.by_9989;
      const bool inherits = reading.record_at != domain;
      const std::string of_record = reading.record->p(),
                        in_force = inherits ? reading.policy : of_record;
      if (of_record == policy.p || in_force == policy.p) continue;
      alert.facts = RecordFacts{.in_dns = "p=" + in_force,
                                .reported = reported,
                                .move = move_of(policy.p, in_force),
                                .disarmed_by = {}};
    }
    out.alerts.push_back(std::move(alert));
  }
  return out;
}

/// The most severe first, of clients, domains and alerts.
void sort_by_severity(std::vector<CheckAnswer::One>& alerts) {
  std::map<std::string, AlertSeverity> of_client;
  std::map<std::pair<std::string, std::string>, AlertSeverity> of_domain;
  const auto worst = [](auto& severities, const auto& key, AlertSeverity severity) {
    const auto [entry, added] = severities.try_emplace(key, severity);
    if (!added) entry->second = std::min(entry->second, severity);
  };
  for (const CheckAnswer::One& one : alerts) {
    worst(of_client, one.client, one.severity);
    worst(of_domain, std::pair(one.client, one.alert.domain), one.severity);
  }
  std::ranges::stable_sort(alerts, {}, [&](const CheckAnswer::One& one) {
    const Alert& alert = one.alert;
    return std::tuple(of_client.at(one.client), one.client,
                      of_domain.at({one.client, alert.domain}), alert.domain, one.severity,
                      alert.code, alert.source);
  });
}

}  // namespace

bool CheckAnswer::has_news() const {
  return std::ranges::any_of(alerts, [](const One& one) { return !one.told; });
}

CheckAnswer CheckAnswer::of_client(const std::string& client) const {
  CheckAnswer part;
  part.today = today;
  std::ranges::copy_if(alerts, std::back_inserter(part.alerts),
                       [&](const One& one) { return one.client == client; });
  return part;
}

CheckAnswer check_answer(Snapshot& snapshot, const CheckQuestion& question) {
  CheckAnswer answer;
  answer.today = question.today;
  const std::vector<OpenAlert> told = snapshot.settings().open_alerts();
  std::vector<Alert> alerts = alerts_of(snapshot, question, told);
  std::set<std::string> unknown;
  if (question.dns != nullptr) {
    RecordAlerts of_dns = record_alerts(snapshot, question);
    unknown = std::move(of_dns.unknown);
    std::ranges::move(of_dns.alerts, std::back_inserter(alerts));
  }
  alerts = in_order(std::move(alerts));
  for (Alert& alert : alerts) {
    const auto known = std::ranges::find(told, alert.key(), &OpenAlert::key);
    const bool is_news = known == told.end();
    answer.open.push_back(is_news ? OpenAlert{alert.key(), alert.since, question.today} : *known);
    const AlertSeverity severity = severity_of(alert);
    const std::string_view client =
        alert.domain.empty() ? "" : client_of(question.clients, alert.domain);
    answer.alerts.push_back({.alert = std::move(alert),
                             .told = is_news ? std::nullopt : std::optional<Day>(known->told),
                             .severity = severity,
                             .client = std::string(client)});
  }
  sort_by_severity(answer.alerts);
  // Asked about some domains, only what is remembered of these is renewed; and of DNS only where it
  // answered.
  for (const OpenAlert& alert : told) {
    const std::string domain = domain_of_key(alert.key);
    if (!is_asked(question, domain) ||
        (is_of_dns(alert.key) && (question.dns == nullptr || unknown.contains(domain))))
      answer.open.push_back(alert);
  }
  std::ranges::sort(answer.open, {}, &OpenAlert::key);
  answer.is_remembered =
      std::ranges::equal(answer.open, told, [](const OpenAlert& a, const OpenAlert& b) {
        return a.key == b.key && a.since == b.since && a.told == b.told;
      });
  return answer;
}

void remember_told(Store& store, const CheckAnswer& answer, const std::set<std::string>& untold) {
  if (untold.empty() && answer.is_remembered) return;
  std::vector<OpenAlert> open = answer.open;
  std::erase_if(open, [&](const OpenAlert& alert) { return untold.contains(alert.key); });
  store.settings().set_open_alerts(open);
}

}  // namespace dmarcq

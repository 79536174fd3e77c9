// SPDX-License-Identifier: MIT
#include "report/answers/check_answer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "ingest/base/text.h"
#include "report/analysis/dns/dmarc_discovery.h"
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

std::vector<Alert> alerts_of(Snapshot& snapshot, const CheckQuestion& question,
                             const std::vector<OpenAlert>& told) {
  AlertQuestion asked;
  asked.today = question.today;
  asked.domains = question.domains;
  for (const OpenAlert& alert : told) asked.told.push_back({alert.key, alert.since});
  for (const Problem& problem : snapshot.problems(false))
    asked.problems.push_back({problem.id, problem.reason});
  Filter filter;
  filter.domains = question.domains;
  filter.since = question.today - alert_days;
  filter.until = question.today - 1;
  const StoredTimeline stored(snapshot, filter);
  return find_alerts(stored.timeline(), stored.lookup(), stored.owner(), asked);
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
/// it gives to the domain is as good as its own.
RecordAlerts record_alerts(Snapshot& snapshot, const CheckQuestion& question) {
  RecordAlerts out;
  const std::map<std::string, SeenPolicy> seen = policies_in_force(
      snapshot,
      {.domains = question.domains, .since = question.today - alert_days, .until = question.today},
      question.today);
  for (const auto& [domain, policy] : seen) {
    if (policy.p.empty()) continue;
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
      const std::string of_record = "p=" + reading.record->p(), in_force = "p=" + reading.policy;
      if (of_record == reported || (inherits && in_force == reported)) continue;
      alert.facts = RecordFacts{
          .in_dns = inherits ? in_force : of_record, .reported = reported, .disarmed_by = {}};
    }
    out.alerts.push_back(std::move(alert));
  }
  return out;
}

}  // namespace

bool CheckAnswer::has_news() const {
  return std::ranges::any_of(alerts, [](const One& one) { return !one.told; });
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
    std::ranges::stable_sort(alerts, {},
                             [](const Alert& alert) { return std::tie(alert.domain, alert.code); });
  }
  for (Alert& alert : alerts) {
    const auto known = std::ranges::find(told, alert.key(), &OpenAlert::key);
    const bool is_news = known == told.end();
    answer.open.push_back(is_news ? OpenAlert{alert.key(), alert.since, question.today} : *known);
    answer.alerts.push_back(
        {std::move(alert), is_news ? std::nullopt : std::optional<Day>(known->told)});
  }
  // Asked about some domains, only what is remembered of these is renewed; and of DNS only where it
  // answered.
  for (const OpenAlert& alert : told) {
    const std::string domain = domain_of_key(alert.key);
    if (!concerns(domain, question.domains) ||
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

void remember_told(Store& store, const CheckAnswer& answer) {
  if (!answer.is_remembered) store.settings().set_open_alerts(answer.open);
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/analysis/alert/tls_alerts.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "report/analysis/alert/day_facts.h"
#include "store/document/packed_report.h"

namespace dmarcq {
namespace {

constexpr std::uint64_t failing_share = 1, alone_share = 10;  ///< hundredths of a reporter's
constexpr std::uint64_t alone_sessions = 50;
constexpr std::uint64_t rise = 2;

/// What the voices with a say tell of one domain.
struct Week {
  std::map<std::string, TlsSessions> now;  ///< by voice
  TlsSessions all_now, all_before;
  std::map<std::string, std::uint64_t> results, hosts;  ///< of the last week
  std::map<std::string, TlsResultType> types;
  Day first_failure = 0;
};

Week week_of(TlsObservations list, const std::string& domain, const TlsVoices& voices, Day today) {
  Week week;
  for (const TlsObservation& one : list) {
    if (one.domain != domain || !voices.contains(one.voice.key)) continue;
    if (one.day < today - news_days) {
      week.all_before.add(one.sessions);
      continue;
    }
    week.now[one.voice.key].add(one.sessions);
    week.all_now.add(one.sessions);
    if (one.sessions.failed == 0) continue;
    week.first_failure = week.first_failure == 0 ? one.day : std::min(week.first_failure, one.day);
    for (const TlsFailureCount& failure : one.failures) {
      std::uint64_t& sum = week.results[failure.word];
      sum = capped_sum(sum, failure.sessions);
      week.types[failure.word] = failure.result;
      if (failure.host.empty()) continue;
      std::uint64_t& of_host = week.hosts[failure.host];
      of_host = capped_sum(of_host, failure.sessions);
    }
  }
  return week;
}

std::vector<std::string> failing_voices(const Week& week) {
  std::vector<std::string> failing;
  for (const auto& [voice, sessions] : week.now)
    if (sessions.failed > 0 && is_share(sessions.failed, sessions.all(), failing_share))
      failing.push_back(voice);
  if (failing.size() != 1) return failing;
  const TlsSessions& alone = week.now.at(failing.front());
  if (alone.failed < alone_sessions || !is_share(alone.failed, alone.all(), alone_share)) return {};
  return failing;
}

/// Without sessions before, there is nothing that it could have risen against.
bool has_risen(const Week& week) {
  if (week.all_before.all() == 0) return false;
  const auto share = [](const TlsSessions& sessions) {
    return static_cast<double>(sessions.failed) / static_cast<double>(sessions.all());
  };
  return share(week.all_now) > static_cast<double>(rise) * share(week.all_before);
}

std::string most_of(const std::map<std::string, std::uint64_t>& sums) {
  const auto most = std::ranges::max_element(sums, {}, [](const auto& sum) { return sum.second; });
  return most == sums.end() ? "" : most->first;
}

}  // namespace

std::vector<Alert> tls_alerts(TlsObservations all,
                              const std::function<bool(const std::string&)>& is_own,
                              const AlertQuestion& question) {
  std::vector<TlsObservation> list;
  std::set<std::string> domains;
  for (const TlsObservation& one : all) {
    if (one.day < question.today - tls_alert_days || one.day >= question.today) continue;
    if (one.domain.empty() || !is_own(one.domain)) continue;
    domains.insert(one.domain);
    list.push_back(one);
  }
  std::vector<Alert> alerts;
  for (const std::string& domain : domains) {
    const TlsVoices voices = tls_voices_with_say(list, domain);
    const Week week = week_of(list, domain, voices, question.today);
    const std::vector<std::string> failing = failing_voices(week);
    if (failing.empty()) continue;
    Alert alert{.code = AlertCode::tls_failures, .domain = domain, .since = week.first_failure};
    const auto told = std::ranges::find(question.told, alert.key(), &ToldAlert::key);
    if (told == question.told.end() && !has_risen(week)) continue;
    if (told != question.told.end()) alert.since = told->since;
    const auto seen = tls_policy_seen(list, domain, voices);
    TlsFailureFacts facts{.failed = week.all_now.failed,
                          .sessions = week.all_now.all(),
                          .failing = failing.size(),
                          .reporters = week.now.size(),
                          .word = most_of(week.results),
                          .host = most_of(week.hosts),
                          .enforced = seen && seen->policy.mode == MtaStsPolicy::Mode::enforce};
    if (failing.size() == 1) facts.reporter = voices.at(failing.front()).name;
    if (const auto type = week.types.find(facts.word); type != week.types.end())
      facts.result = type->second;
    alert.facts = std::move(facts);
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

}  // namespace dmarcq

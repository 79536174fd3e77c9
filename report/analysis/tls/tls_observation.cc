// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_observation.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/alert/day_facts.h"
#include "store/document/packed_report.h"
#include "store/document/report_sender.h"

namespace dmarcq {
namespace {

std::vector<TlsFailureCount> failures_of(const TlsPolicy& policy) {
  std::map<std::pair<std::string, std::string>, TlsFailureCount> counts;
  const std::uint64_t untold = policy.failures.size() == 1 ? policy.failed_sessions.value_or(1) : 1;
  for (const TlsFailure& failure : policy.failures) {
    const std::uint64_t sessions = failure.failed_sessions.value_or(untold);
    if (sessions == 0) continue;
    std::string word = lower(failure.result_type);
    TlsFailureCount& count = counts[{word, failure.receiving_mx_hostname}];
    count.result = failure.result();
    count.word = std::move(word);
    count.host = failure.receiving_mx_hostname;
    if (count.reason.empty()) count.reason = failure.reason_code;
    count.sessions = capped_sum(count.sessions, sessions);
  }
  std::vector<TlsFailureCount> list;
  for (auto& [key, count] : counts) list.push_back(std::move(count));
  if (list.empty() && policy.failed_sessions.value_or(0) > 0)
    list.push_back({.sessions = *policy.failed_sessions});
  return list;
}

/// Two policies that ask the same, whatever the order of their hosts.
using PolicyKey = std::tuple<MtaStsPolicy::Mode, std::set<std::string>, std::uint32_t>;

PolicyKey key_of(const MtaStsPolicy& policy) {
  return {policy.mode, {policy.mx.begin(), policy.mx.end()}, policy.max_age};
}

}  // namespace

std::uint64_t TlsSessions::all() const { return capped_sum(ok, failed); }

void TlsSessions::add(const TlsSessions& other) {
  ok = capped_sum(ok, other.ok);
  failed = capped_sum(failed, other.failed);
}

bool is_share(std::uint64_t part, std::uint64_t whole, std::uint64_t hundredths) {
  return part * 100 >= whole * hundredths;
}

TlsVoice tls_voice(const StoredTlsReport& stored) {
  const std::string& organization = stored.report.organization_name;
  TlsVoice voice{.key = {}, .name = organization.empty() ? "(no name)" : organization};
  voice.trusted = stored.trust >= trusted && !stored.from_domain.empty();
  if (voice.trusted) {
    voice.key = organizational_domain(folded_domain(stored.from_domain));
    // Names of reporters are compared as domains are, without a final dot: "Google Inc." has one of
    // its own.
    voice.known = is_known_reporter(organization) || is_known_reporter(organization + ".");
    return voice;
  }
  voice.name += stored.from_domain.empty() ? ", unverified"
                                           : ", sent by " + folded_domain(stored.from_domain);
  voice.key = "\t" + lower(voice.name);
  return voice;
}

void observe(const StoredTlsReport& stored, std::vector<TlsObservation>& list) {
  const TlsVoice voice = tls_voice(stored);
  for (const TlsPolicy& policy : stored.report.policies) {
    TlsObservation one{.domain = policy.domain,
                       .day = stored.day,
                       .voice = voice,
                       .report = stored.id,
                       .type = policy.kind(),
                       .sts = policy.sts};
    one.failures = failures_of(policy);
    std::uint64_t failed = 0;
    for (const TlsFailureCount& failure : one.failures)
      failed = capped_sum(failed, failure.sessions);
    one.sessions.add({.ok = policy.successful_sessions.value_or(0),
                      .failed = policy.failed_sessions.value_or(failed)});
    list.push_back(std::move(one));
  }
}

TlsVoices tls_voices_with_say(TlsObservations list, const std::string& domain) {
  std::map<std::string, std::set<Day>> days;
  TlsVoices voices;
  for (const TlsObservation& one : list) {
    if (one.domain != domain || !one.voice.trusted) continue;
    days[one.voice.key].insert(one.day);
    voices.try_emplace(one.voice.key, one.voice);
  }
  std::erase_if(voices,
                [&](const auto& voice) { return days.at(voice.first).size() < known_days; });
  return voices;
}

std::optional<TlsPolicySeen> tls_policy_seen(TlsObservations list, const std::string& domain,
                                             const TlsVoices& voices) {
  std::map<std::string, const TlsObservation*> last;  // by voice
  for (const TlsObservation& one : list) {
    if (one.domain != domain || !voices.contains(one.voice.key)) continue;
    const TlsObservation*& of_voice = last[one.voice.key];
    // A domain may have a policy of DANE beside that of MTA-STS, of the same day.
    if (of_voice == nullptr || one.day > of_voice->day ||
        (one.day == of_voice->day && one.sts && !of_voice->sts))
      of_voice = &one;
  }
  std::map<PolicyKey, TlsPolicySeen> policies;
  for (const auto& [key, one] : last) {
    if (!one->sts) continue;
    TlsPolicySeen& seen = policies[key_of(*one->sts)];
    seen.policy = *one->sts;
    seen.seen_by.push_back(voices.at(key).name);
    seen.last_day = std::max(seen.last_day, one->day);
    seen.of = last.size();
  }
  if (policies.empty()) return std::nullopt;
  return std::ranges::max_element(policies, {},
                                  [](const auto& policy) {
                                    return std::tuple(policy.second.seen_by.size(),
                                                      policy.second.last_day);
                                  })
      ->second;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_groups.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "store/document/packed_report.h"

namespace dmarcq {
namespace {

void add_to(std::map<std::string, std::uint64_t>& sums, const std::string& key,
            std::uint64_t sessions) {
  std::uint64_t& sum = sums[key];
  sum = capped_sum(sum, sessions);
}

void add_day(TlsGroup& group, Day day) {
  group.first_day = group.last_day == 0 ? day : std::min(group.first_day, day);
  group.last_day = std::max(group.last_day, day);
}

void add_failing(TlsGroup& group, const TlsVoice& voice) {
  (voice.trusted ? group.failing : group.failing_doubt).insert(voice.name);
}

void add_reporter(TlsGroup& group, const TlsVoice& voice) {
  (voice.trusted ? group.reporters : group.doubtful).insert(voice.name);
}

std::string label_of(const TlsObservation& one, TlsBy by) {
  switch (by) {
    case TlsBy::reporter: return one.voice.name;
    case TlsBy::day: return iso_date(one.day);
    case TlsBy::domain:
    case TlsBy::result:
    case TlsBy::mx: break;
  }
  return one.domain;
}

/// A domain with all that was said of it, or a part of that.
void add_whole(TlsGroup& group, const TlsObservation& one) {
  group.ok = capped_sum(group.ok.value_or(0), one.sessions.ok);
  group.failed = capped_sum(group.failed, one.sessions.failed);
  for (const TlsFailureCount& failure : one.failures) {
    add_to(group.results, failure.word, failure.sessions);
    add_to(group.hosts, failure.host, failure.sessions);
    if (group.reason.empty()) group.reason = failure.reason;
  }
  if (one.sessions.failed > 0 || !one.failures.empty()) add_failing(group, one.voice);
  add_reporter(group, one.voice);
  add_day(group, one.day);
}

void add_failure(TlsGroup& group, const TlsObservation& one, const TlsFailureCount& failure) {
  group.result = failure.result;
  group.failed = capped_sum(group.failed, failure.sessions);
  add_to(group.results, failure.word, failure.sessions);
  add_to(group.hosts, failure.host, failure.sessions);
  if (group.reason.empty()) group.reason = failure.reason;
  add_failing(group, one.voice);
  add_day(group, one.day);
}

/// A voice under several names is one reporter: under that which comes first in the alphabet.
std::vector<TlsObservation> with_one_name(TlsObservations seen) {
  std::map<std::string, std::string> names;
  for (const TlsObservation& one : seen) {
    std::string& name = names.try_emplace(one.voice.key, one.voice.name).first->second;
    name = std::min(name, one.voice.name);
  }
  std::vector<TlsObservation> list(seen.begin(), seen.end());
  for (TlsObservation& one : list) one.voice.name = names.at(one.voice.key);
  return list;
}

}  // namespace

std::string_view to_text(TlsScope scope) noexcept {
  switch (scope) {
    case TlsScope::nobody: return "no-reporter";
    case TlsScope::unknown: return "unverified-only";
    case TlsScope::lone: return "only-reporter";
    case TlsScope::one: return "one-reporter";
    case TlsScope::some: return "some-reporters";
    case TlsScope::all: return "all-reporters";
  }
  return {};
}

TlsScope TlsGroup::scope() const {
  if (failing.empty()) return failing_doubt.empty() ? TlsScope::nobody : TlsScope::unknown;
  if (reporters.size() == 1) return TlsScope::lone;
  if (failing.size() == 1) return TlsScope::one;
  return failing.size() < reporters.size() ? TlsScope::some : TlsScope::all;
}

std::vector<TlsGroup> tls_groups(TlsObservations seen, TlsBy by) {
  const std::vector<TlsObservation> list = with_one_name(seen);
  std::map<std::string, TlsGroup> domains;
  std::map<std::pair<std::string, std::string>, TlsGroup> groups;
  for (const TlsObservation& one : list) {
    add_whole(domains[one.domain], one);
    if (by != TlsBy::result && by != TlsBy::mx) {
      add_whole(groups[{one.domain, label_of(one, by)}], one);
      continue;
    }
    for (const TlsFailureCount& failure : one.failures)
      add_failure(groups[{one.domain, by == TlsBy::mx ? failure.host : failure.word}], one,
                  failure);
  }
  std::vector<TlsGroup> sorted;
  for (auto& [key, group] : groups) {
    const TlsGroup& domain = domains.at(key.first);
    std::tie(group.domain, group.label) = key;
    group.of_domain = capped_sum(domain.ok.value_or(0), domain.failed);
    if (!group.ok) {
      group.reporters = domain.reporters;
      group.doubtful = domain.doubtful;
    }
    sorted.push_back(std::move(group));
  }
  if (by != TlsBy::day)
    std::ranges::stable_sort(sorted, [](const TlsGroup& a, const TlsGroup& b) {
      return std::tie(a.domain, b.failed) < std::tie(b.domain, a.failed);
    });
  return sorted;
}

}  // namespace dmarcq

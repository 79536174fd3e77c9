// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_policy_now.h"

#include <algorithm>
#include <map>
#include <set>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

using Kind = TlsPolicyNow::Difference::Kind;

std::string list_of(const MtaStsPolicy& policy) {
  const std::set<std::string> sorted(policy.mx.begin(), policy.mx.end());
  std::string words;
  for (const std::string& host : sorted) words += (words.empty() ? "" : ", ") + host;
  return words;
}

/// Voices whose last word on the domain is that there is no policy.
std::vector<std::string> who_found_none(TlsObservations list, const std::string& domain,
                                        const TlsVoices& voices) {
  std::map<std::string, std::pair<Day, bool>> last;  // by voice: day, none found
  for (const TlsObservation& one : list) {
    if (one.domain != domain || !voices.contains(one.voice.key)) continue;
    auto& [day, none] = last.try_emplace(one.voice.key, one.day, true).first->second;
    if (one.day > day) none = true;
    if (one.day >= day && one.type != TlsPolicyType::no_policy_found) none = false;
    day = std::max(day, one.day);
  }
  std::vector<std::string> names;
  for (const auto& [voice, word] : last)
    if (word.second) names.push_back(voices.at(voice).name);
  return names;
}

bool is_unanswered(const std::vector<DomainFault>& faults) {
  return std::ranges::any_of(
      faults, [](const DomainFault& fault) { return fault.kind == DomainFault::Kind::unanswered; });
}

void compare_hosts(TlsPolicyNow& now, const std::optional<TlsPolicySeen>& seen) {
  const MtaStsPolicy* policy = now.policy ? &*now.policy : seen ? &seen->policy : nullptr;
  if (policy == nullptr || policy->mode == MtaStsPolicy::Mode::none) return;
  for (const std::string& host : now.mx)
    if (!policy->covers(host))
      now.differences.push_back(
          {.kind = Kind::mx_uncovered, .seen = list_of(*policy), .now = host});
}

}  // namespace

std::string_view to_text(Kind kind) noexcept {
  switch (kind) {
    case Kind::no_record: return "no-record";
    case Kind::not_found: return "not-found";
    case Kind::mode: return "mode";
    case Kind::hosts: return "hosts";
    case Kind::mx_uncovered: return "mx-uncovered";
  }
  return {};
}

TlsPolicyNow tls_policy_now(TlsObservations list, const std::string& domain,
                            const TlsVoices& voices, const MtaStsHealth& sts, const MxHealth& mx) {
  TlsPolicyNow now{.known = !is_unanswered(sts.faults),
                   .id = sts.id,
                   .policy = sts.policy,
                   .mx = mx.hosts,
                   .faults = sts.faults};
  const std::optional<TlsPolicySeen> seen = tls_policy_seen(list, domain, voices);
  if (now.known && now.id.empty() && seen && seen->policy.mode != MtaStsPolicy::Mode::none)
    now.differences.push_back(
        {.kind = Kind::no_record, .seen = std::string(to_text(seen->policy.mode))});
  if (!now.id.empty())
    if (auto names = who_found_none(list, domain, voices); !names.empty())
      now.differences.push_back({.kind = Kind::not_found, .names = std::move(names)});
  if (now.policy && seen) {
    const MtaStsPolicy &before = seen->policy, &after = *now.policy;
    if (before.mode != after.mode)
      now.differences.push_back({.kind = Kind::mode,
                                 .seen = std::string(to_text(before.mode)),
                                 .now = std::string(to_text(after.mode)),
                                 .names = seen->seen_by});
    if (list_of(before) != list_of(after))
      now.differences.push_back({.kind = Kind::hosts,
                                 .seen = list_of(before),
                                 .now = list_of(after),
                                 .names = seen->seen_by});
  }
  compare_hosts(now, seen);
  return now;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/analysis/tls/tls_readiness.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "store/document/packed_report.h"

namespace dmarcq {
namespace {

using Kind = TlsBlocker::Kind;
using Verdict = TlsReadiness::Verdict;

/// What the voices with a say told of the quiet days.
struct Quiet {
  struct Failure {
    std::map<std::string, std::uint64_t> sessions;  ///< by voice
    bool known = false;                             ///< one of the voices is a large reporter
    Day last_day = 0;
  };
  std::map<std::pair<std::string, std::string>, Failure> failures;  ///< by result and host
  std::map<std::string, TlsSessions> voices;
  std::map<std::string, Day> last_ok;  ///< by voice: the last day with sessions that succeeded
};

std::uint64_t sum_of(const Quiet::Failure& failure) {
  std::uint64_t sum = 0;
  for (const auto& [voice, sessions] : failure.sessions) sum = capped_sum(sum, sessions);
  return sum;
}

bool counts_much(const Quiet::Failure& failure) {
  return failure.sessions.size() > 1 || failure.known;
}

class Judge {
 public:
  Judge(TlsObservations list, const std::string& domain, TlsReadiness& out)
      : domain_(domain), out_(out) {
    for (const TlsObservation& one : list)
      if (one.domain == domain && one.day >= out.since && one.day <= out.until)
        list_.push_back(one);
    voices_ = tls_voices_with_say(list_, domain);
    gather();
  }

  void judge() {
    for (const auto& [key, voice] : voices_) out_.reporters.push_back(voice.name);
    out_.policy = tls_policy_seen(list_, domain_, voices_);
    judge_data();
    judge_policy();
    judge_failures();
    judge_hosts();
    out_.decide();
  }

 private:
  void gather() {
    std::set<std::string> without_say;
    for (const TlsObservation& one : list_) {
      const bool is_quiet_day = one.day >= out_.quiet_since;
      if (!voices_.contains(one.voice.key)) {
        without_say.insert(one.voice.name);
        if (is_quiet_day)
          out_.failed_without_say = capped_sum(out_.failed_without_say, one.sessions.failed);
        continue;
      }
      days_.insert(one.day);
      out_.sessions.add(one.sessions);
      if (one.sessions.ok > 0) last_ok_ = std::max(last_ok_, one.day);
      if (!is_quiet_day) continue;
      quiet_.voices[one.voice.key].add(one.sessions);
      for (const TlsFailureCount& failure : one.failures) {
        Quiet::Failure& of_host = quiet_.failures[{failure.word, failure.host}];
        std::uint64_t& sum = of_host.sessions[one.voice.key];
        sum = capped_sum(sum, failure.sessions);
        of_host.known |= one.voice.known;
        of_host.last_day = std::max(of_host.last_day, one.day);
      }
    }
    out_.days = days_.size();
    out_.without_say.assign(without_say.begin(), without_say.end());
  }

  void block(TlsBlocker blocker) { out_.blockers.push_back(std::move(blocker)); }

  void judge_data() {
    if (days_.empty()) {
      block({.kind = Kind::no_reports});
      return;
    }
    if (*days_.rbegin() + tls_silent_days < out_.until)
      block({.kind = Kind::silent, .day = *days_.rbegin()});
    if (days_.size() < static_cast<std::size_t>(tls_quiet_days))
      block({.kind = Kind::few_days,
             .number = days_.size(),
             .of = static_cast<std::uint64_t>(tls_quiet_days)});
    if (voices_.size() < tls_reporters_needed)
      block({.kind = Kind::few_reporters,
             .names = out_.reporters,
             .number = voices_.size(),
             .of = tls_reporters_needed});
    if (out_.sessions.all() < tls_sessions_needed)
      block({.kind = Kind::few_sessions, .number = out_.sessions.all(), .of = tls_sessions_needed});
  }

  void judge_policy() {
    if (days_.empty()) return;
    const bool several = voices_.size() >= tls_reporters_needed;
    if (!out_.policy)
      block({.kind = Kind::no_policy, .certain = several, .names = out_.reporters});
    else if (out_.policy->policy.mode == MtaStsPolicy::Mode::none)
      block({.kind = Kind::policy_none,
             .certain = out_.policy->seen_by.size() >= tls_reporters_needed,
             .names = out_.policy->seen_by});
  }

  /// What two saw is the domain's. What one saw may be its own trouble, if it is little.
  void judge_failures() {
    std::map<std::string, std::uint64_t> alone;
    for (const auto& [of, failure] : quiet_.failures) {
      if (failure.sessions.size() == 1) {
        const auto& [voice, sessions] = *failure.sessions.begin();
        alone[voice] = capped_sum(alone[voice], sessions);
        continue;
      }
      TlsBlocker blocker{.kind = Kind::failures, .certain = true};
      blocker.name = of.first;
      blocker.host = of.second;
      for (const auto& [voice, sessions] : failure.sessions)
        blocker.names.push_back(voices_.at(voice).name);
      blocker.number = sum_of(failure);
      blocker.day = failure.last_day;
      block(std::move(blocker));
    }
    for (const auto& [key, failed] : alone) {
      const TlsVoice& voice = voices_.at(key);
      const std::uint64_t sessions = std::max(quiet_.voices.at(key).all(), failed);
      if (is_share(failed, sessions, tls_small_share))
        block({.kind = Kind::one_voice,
               .certain = voice.known,
               .names = {voice.name},
               .number = failed,
               .of = sessions});
      else
        out_.excused.push_back({voice.name, failed, sessions});
    }
  }

  /// Every host that a failure names must be one of the policy's, and be over it.
  void judge_hosts() {
    std::map<std::string, Quiet::Failure> hosts;
    for (const auto& [of, failure] : quiet_.failures) {
      if (of.second.empty()) continue;
      Quiet::Failure& host = hosts[of.second];
      host.sessions.insert(failure.sessions.begin(), failure.sessions.end());
      host.known |= failure.known;
      host.last_day = std::max(host.last_day, failure.last_day);
    }
    for (const auto& [name, host] : hosts) {
      const bool has_policy = out_.policy && out_.policy->policy.mode != MtaStsPolicy::Mode::none;
      if (has_policy && !out_.policy->policy.covers(name))
        block({.kind = Kind::mx_uncovered, .certain = counts_much(host), .host = name});
      else if (last_ok_ <= host.last_day)
        block({.kind = Kind::mx_unproven,
               .certain = counts_much(host),
               .host = name,
               .day = host.last_day});
    }
  }

  const std::string& domain_;
  TlsReadiness& out_;
  std::vector<TlsObservation> list_;
  TlsVoices voices_;
  Quiet quiet_;
  std::set<Day> days_;
  Day last_ok_ = 0;
};

}  // namespace

std::string_view to_text(TlsBlocker::Kind kind) noexcept {
  switch (kind) {
    case Kind::no_reports: return "no-reports";
    case Kind::silent: return "silent";
    case Kind::few_days: return "few-days";
    case Kind::few_reporters: return "few-reporters";
    case Kind::few_sessions: return "few-sessions";
    case Kind::no_policy: return "no-policy";
    case Kind::policy_none: return "policy-none";
    case Kind::failures: return "failures";
    case Kind::one_voice: return "one-voice";
    case Kind::mx_uncovered: return "mx-uncovered";
    case Kind::mx_unproven: return "mx-unproven";
  }
  return {};
}

std::string_view to_text(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ready: return "ready";
    case Verdict::not_ready: return "not ready";
    case Verdict::too_little_data: break;
  }
  return "too little data";
}

void TlsReadiness::decide() {
  verdict = blockers.empty()                                      ? Verdict::ready
            : std::ranges::any_of(blockers, &TlsBlocker::certain) ? Verdict::not_ready
                                                                  : Verdict::too_little_data;
}

void TlsReadiness::add(TlsBlocker blocker) {
  blockers.push_back(std::move(blocker));
  decide();
}

TlsReadiness tls_readiness(TlsObservations list, const std::string& domain, Day until) {
  TlsReadiness readiness{.since = until - tls_window_days + 1,
                         .until = until,
                         .quiet_since = until - tls_quiet_days + 1};
  Judge(list, domain, readiness).judge();
  return readiness;
}

}  // namespace dmarcq

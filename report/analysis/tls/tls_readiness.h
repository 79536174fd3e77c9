// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/tls/tls_observation.h"

namespace dmarcq {

/// What must be known before MTA-STS can be enforced. Opinions, but for the first (RFC 8460 section
/// 1: a policy in testing mode is watched by reports before it is enforced).
inline constexpr Day tls_window_days = 28;  ///< that are looked at
inline constexpr Day tls_quiet_days = 14;   ///< without failures; and so many days with reports
inline constexpr Day tls_silent_days = 7;   ///< older reports say nothing of today
inline constexpr std::size_t tls_reporters_needed = 2;
inline constexpr std::uint64_t tls_sessions_needed = 100;
inline constexpr std::uint64_t tls_small_share = 1;  ///< hundredths of one reporter's sessions

/// Why not, or why it cannot be said.
struct TlsBlocker {
  enum class Kind : std::uint8_t {
    no_reports,     ///< of reporters with a say
    silent,         ///< none for a week; day: the last
    few_days,       ///< number of 14
    few_reporters,  ///< number of 2; names: who
    few_sessions,   ///< number of 100
    no_policy,      ///< no MTA-STS policy was seen
    policy_none,    ///< its mode is none
    failures,       ///< several reporters saw the same; name: result, host; number: sessions
    one_voice,      ///< one reporter alone; names: who; number, of: its sessions
    mx_uncovered,   ///< host: an MX that the policy does not name
    mx_unproven,    ///< host: no session that succeeded since it failed; day: then
  };
  Kind kind{};
  /// More than one reporter's word, or that of one of the large ones. Else the blocker may be
  /// somebody's invention: there is no "not ready" on it alone.
  bool certain = false;
  std::string name = {}, host = {};
  std::vector<std::string> names = {};
  std::uint64_t number = 0, of = 0;
  Day day = 0;
};
inline constexpr std::size_t tls_blocker_count = 11;
std::string_view to_text(TlsBlocker::Kind) noexcept;  ///< "few-days"

struct TlsReadiness {
  enum class Verdict : std::uint8_t { ready, not_ready, too_little_data };
  Verdict verdict = Verdict::too_little_data;
  std::vector<TlsBlocker> blockers;
  Day since = 0, until = 0;              ///< the days that were looked at
  Day quiet_since = 0;                   ///< from here on there must be no failure
  std::uint64_t days = 0;                ///< with reports
  TlsSessions sessions;                  ///< by reporters with a say
  std::vector<std::string> reporters;    ///< whose word it rests on
  std::vector<std::string> without_say;  ///< reporters that were heard and do not count
  std::optional<TlsPolicySeen> policy;
  /// Of one reporter and so few that they are taken for its own trouble.
  struct Excused {
    std::string reporter;
    std::uint64_t failed = 0, sessions = 0;
  };
  std::vector<Excused> excused;
  std::uint64_t failed_without_say = 0;  ///< sessions since quiet_since that count for nothing

  /// One blocker more, of what DNS says; decides anew.
  void add(TlsBlocker);
  void decide();
};
std::string_view to_text(TlsReadiness::Verdict) noexcept;  ///< "not ready"

/// Can the domain's policy be enforced? Pure. `until`: the last day looked at.
TlsReadiness tls_readiness(TlsObservations, const std::string& domain, Day until);

}  // namespace dmarcq

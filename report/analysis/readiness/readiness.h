// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ingest/dns/zone.h"
#include "report/analysis/readiness/policy_record.h"
#include "report/analysis/stream/streams.h"

namespace dmarcq {

/// The numbers that gates ask for. All are opinions (no standard gives one but the month of RFC
/// 9989 section 7.4), so the owner may change each: section [readiness] of the configuration.
struct ReadinessLimits {
  unsigned observe_days = 30;
  unsigned business_cycle_days = 0;
  unsigned quarantine_days = 30;
  unsigned fresh_days = 3;
  unsigned reporters = 3;
  unsigned messages = 1000;
  double own_rate_quarantine = 0.98, own_rate_reject = 0.995;
  double sender_rate_quarantine = 0.95, sender_rate_reject = 0.99;
  double spf_only_share = 0.05;
  double unknown_share_quarantine = 0.01, unknown_share_reject = 0.002;
  unsigned steady_days = 5;
  unsigned new_days_quarantine = 14, new_days_reject = 30;
  double stability_drop = 0.02;
  double indirect_share = 0.02;
  unsigned silence_days = 7;
  unsigned spf_lookups = 10;
  std::vector<std::string> expected;  ///< senders that must be seen, by any part of their name
};

/// One of them, for the configuration and `--explain`.
struct ReadinessKey {
  std::string_view name, gate, meaning;
  std::variant<unsigned ReadinessLimits::*, double ReadinessLimits::*,
               std::vector<std::string> ReadinessLimits::*>
      member;
};
std::span<const ReadinessKey> readiness_keys();

enum class Verdict { ready, not_ready, too_little_data };
std::string_view to_text(Verdict) noexcept;  ///< "too_little_data"

struct Gate {
  enum class Status { passed, failed, shown, not_checked };
  std::string id;    ///< "G4"
  std::string name;  ///< "pass rate of your own mail"
  Status status = Status::passed;
  bool about_data = false;  ///< failing means that too little is known, not that something is wrong
  std::string measured, required, why;  ///< `why` is one sentence
};
std::string_view to_text(Gate::Status) noexcept;

/// Something that stands in the way, with what cures it.
struct Blocker {
  std::string gate, sender, from;
  Standing standing = Standing::own;
  std::uint64_t messages = 0, failing = 0;  ///< of this sender in the window
  Day first_day = 0, last_day = 0;          ///< on which it failed
  std::optional<FindingCode> code;
  std::string text;  ///< what is the matter, one sentence
  std::vector<std::string> fix;
  std::string verify;
};

/// A sender of the window with its figures, for the picture beside the gates.
struct SenderLine {
  std::uint32_t stream = 0;  ///< into Streams::list
  StreamCount total;
  unsigned days = 0;
};

/// What would be said without one reporter's word, where that differs (RFC 9990 section 8: reports
/// can be forged).
struct WithoutReporter {
  std::uint32_t reporter = 0;
  Verdict verdict{};
  std::vector<std::string> gates;  ///< that come out differently
};

struct Readiness {
  std::string domain;
  std::string target;  ///< "quarantine", "reject"
  Verdict verdict = Verdict::too_little_data;
  Day first = 0, last = 0;            ///< the window
  std::optional<SeenPolicy> current;  ///< as reporters saw it on the last day
  Day current_since = 0;              ///< first day of the run of equal policies
  std::string inherited_from;  ///< the domain above whose record's sp applies, as p of `current`;
                               ///< "" where the domain has its own
  std::vector<Gate> gates;
  std::vector<Blocker> blockers;
  std::vector<SenderLine> senders;  ///< with mail in the window, by standing, then most messages
  std::array<StreamCount, standing_count> by_standing{};
  std::vector<WithoutReporter> without;
  std::vector<std::string> notes;  ///< what to know besides: single selectors, list users, one
                                   ///< reporter's word set aside
  bool only_time_missing = false;  ///< too little data, and only because quarantine has not been in
                                   ///< full effect long enough
  bool hurts_own_mail = false;  ///< mail of the owner was quarantined or rejected in the last days
                                ///< of the window, by p
  std::vector<std::string> hurt_below;  ///< the names below the domain whose mail was, by sp or np;
                                        ///< most messages first
  bool np_safe = true;
};

struct ReadinessQuestion {
  std::string domain;
  std::string target;  ///< "" : the next step above the current policy
  Day today = 0;
  unsigned window_days = 30;
  ReadinessLimits limits;
  Scenario scenario;
  const PolicyRecord* record = nullptr;
  const Zone* zone = nullptr;
};

/// How many days before `today` a timeline must reach for the question.
Day days_needed(const ReadinessQuestion&);

/// The mail that the question is about: the complete days before today, with those before them.
Streams readiness_streams(const Timeline&, const RowLookup&, const Owner&,
                          const ReadinessQuestion&);

/// Judges what these streams show. Pure: the same timeline and question give the same answer. The
/// streams do not depend on `target` and `limits`, so they may serve for several targets, and for
/// what_if().
Readiness assess(const Timeline&, const RowLookup&, const Owner&, const ReadinessQuestion&,
                 const Streams&);

/// "no failure seen in 812 messages, so with 95 % confidence fewer than 0.37 % fail", or "97.2 %,
/// 12 of 430 fail". The rule of three.
std::string rate_words(std::uint64_t passed, std::uint64_t failed);

/// A sender that used to be there and is not: silent longer than its rhythm explains, though those
/// who reported on it still report.
struct Silence {
  Day last_seen = 0;
  Day days = 0;     ///< of silence
  Day longest = 0;  ///< silence before
  std::uint64_t messages = 0;
};
std::optional<Silence> silence_of(const Stream&, const Timeline&, Day last, unsigned silence_days);

}  // namespace dmarcq

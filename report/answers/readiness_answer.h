// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "report/analysis/readiness/policy_ladder.h"
#include "report/analysis/readiness/policy_record.h"
#include "report/analysis/readiness/readiness.h"
#include "report/analysis/readiness/what_if.h"
#include "report/answers/base/timeline_reader.h"
#include "report/answers/refusals_answer.h"
#include "store/queries.h"

namespace dmarcq {

/// What the trusted reports alone, or with those that are not (the answer is of the trusted ones
/// then), would come to, where that differs.
struct OtherVerdict {
  bool trusted_only = false;
  Verdict verdict{};
};

/// Reports of the window that are not shown to be by the reporter they name. The sentence is in
/// readiness_phrases.h.
struct TrustDoubt {
  std::uint64_t reports = 0, doubtful = 0;
  std::uint64_t contradictory = 0;  ///< of the doubtful: plainly by somebody else
  std::uint64_t files = 0;          ///< of all: came as files, not in mail
  std::optional<OtherVerdict> other;
};

/// How far the reports of a window are to be trusted (report_sender.h).
struct TrustCounts {
  std::array<std::uint64_t, 4> by_trust{};  ///< contradictory, unverified, plausible, verified
  std::uint64_t files = 0;                  ///< of all of them, not taken from mail
  std::optional<OtherVerdict> other;
  std::uint64_t of(Trust trust) const { return by_trust[static_cast<std::size_t>(trust)]; }
  std::uint64_t all() const;
  /// Nothing when all reports are trusted.
  std::optional<TrustDoubt> doubt() const;
};

/// Readiness as every command and the page judge it.
struct JudgedReadiness {
  std::unique_ptr<StoredTimeline> stored;
  Streams streams;
  Readiness readiness;
  TrustCounts trust;
  /// The run of equal policies begins where the reports that were read begin.
  bool policy_may_be_older() const { return readiness.current_since <= streams.first + 7; }
};

/// All reports of the window are judged, and, where better and other ones are among them, the
/// better ones alone: the verified ones and the owner's files or, where nothing is verified, the
/// plausible ones. Others cannot make a domain ready that is not so by verified ones: the answer is
/// theirs then, as the policy in force always is. Else both answers are told where they differ.
/// `history`: mail_history_of() the question, or of one of the same days.
JudgedReadiness judged_readiness(Snapshot&, const ReadinessQuestion&, const MailHistory& history,
                                 bool trusted_only);
/// The delivery logs of the days that the question is about.
MailHistory mail_history_of(Snapshot&, const ReadinessQuestion&);

/// The whole answer of `readiness`: with the step that follows, and what a policy would have done.
struct ReadinessAnswer {
  ReadinessQuestion question;
  JudgedReadiness judged;
  std::string trial;  ///< the policy tried: "p=quarantine,sp=quarantine"
  WhatIf what_if;
  NextStep next;
};

/// What is asked besides. `trial`: the policy to try on the stored mail, as the user wrote it; else
/// the target in full effect.
struct ReadinessExtras {
  bool trusted_only = false;
  std::optional<PolicyTrial> trial;
  std::string trial_text;
};

/// What follows from a domain that was judged for this question.
ReadinessAnswer readiness_answer(JudgedReadiness, const ReadinessQuestion&, const ReadinessExtras&);
ReadinessAnswer readiness_answer(Snapshot&, const ReadinessQuestion&, const ReadinessExtras&);

}  // namespace dmarcq

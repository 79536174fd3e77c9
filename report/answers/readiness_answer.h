// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "report/analysis/readiness/readiness.h"
#include "report/answers/timeline_reader.h"
#include "store/store.h"

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

/// Readiness as every command and the page say it, and how far the reports that it rests on are to
/// be trusted (report_sender.h).
///
/// All reports of the window are judged, and, where better and other ones are among them, the
/// better ones alone: the verified ones and the owner's files or, where nothing is verified, the
/// plausible ones. Others cannot make a domain ready that is not so by verified ones: the answer is
/// theirs then, as the policy in force always is. Else both answers are told where they differ.
class ReadinessAnswer {
 public:
  ReadinessAnswer(Store&, const ReadinessQuestion&, bool trusted_only);

  const Readiness& readiness() const { return readiness_; }
  const Streams& streams() const { return streams_; }
  const StoredTimeline& stored() const { return *stored_; }

  /// Reports of the window by trust: contradictory, unverified, plausible, verified.
  std::uint64_t reports(Trust trust) const { return reports_[static_cast<std::size_t>(trust)]; }
  const std::optional<OtherVerdict>& other() const { return other_; }
  /// Nothing when all reports are trusted.
  std::optional<TrustDoubt> doubt() const;

 private:
  std::uint64_t all_reports() const;
  std::unique_ptr<StoredTimeline> stored_;
  Streams streams_;
  Readiness readiness_;
  std::array<std::uint64_t, 4> reports_{};
  std::uint64_t files_ = 0;
  std::optional<OtherVerdict> other_;
};

}  // namespace dmarcq

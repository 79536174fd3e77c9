// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/readiness/readiness.h"
#include "report/answers/base/timeline_reader.h"
#include "store/store.h"

namespace dmarcq {

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
  /// What the trusted reports alone, or with those that are not (`readiness()` is of the trusted
  /// ones then), would come to, where that differs.
  struct Other {
    bool trusted_only = false;
    Verdict verdict{};
  };
  const std::optional<Other>& other() const { return other_; }
  /// Sentences on this; none when all reports are trusted.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void say();
  std::uint64_t all_reports() const;
  std::unique_ptr<StoredTimeline> stored_;
  Streams streams_;
  Readiness readiness_;
  std::array<std::uint64_t, 4> reports_{};
  std::uint64_t files_ = 0;
  std::optional<Other> other_;
  std::vector<std::string> notes_;
};

/// "ready", "not ready", "too little data"
std::string_view words_of(Verdict) noexcept;

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/answers/readiness_answer.h"

#include <numeric>

namespace dmarcq {

ReadinessAnswer::ReadinessAnswer(Store& store, const ReadinessQuestion& question,
                                 bool trusted_only) {
  Filter filter{.domains = {question.domain},
                .since = question.today - days_needed(question),
                .until = question.today - 1};
  if (trusted_only) filter.least_trust = trusted;
  stored_ = std::make_unique<StoredTimeline>(store, filter);
  streams_ = readiness_streams(stored_->timeline(), stored_->lookup(), stored_->owner(), question);
  readiness_ = assess(stored_->timeline(), stored_->lookup(), stored_->owner(), question, streams_);
  for (const ReportHead& report : stored_->timeline().reports(readiness_.first, readiness_.last)) {
    ++reports_[static_cast<std::size_t>(report.trust)];
    files_ += !report.from_mail;
  }
  // Where a receiver was named, what it vouches for; a From that fits is anybody's. Files are the
  // owner's own.
  const bool verified = reports(Trust::verified) > 0;
  const std::uint64_t better = verified ? reports(Trust::verified) + files_
                                        : reports(Trust::plausible);
  if (better > 0 && better < all_reports()) {
    filter.least_trust = verified ? Trust::verified : trusted;
    filter.or_file = verified;
    auto stored = std::make_unique<StoredTimeline>(store, filter);
    Streams streams =
        readiness_streams(stored->timeline(), stored->lookup(), stored->owner(), question);
    Readiness by_trusted =
        assess(stored->timeline(), stored->lookup(), stored->owner(), question, streams);
    if (by_trusted.verdict != readiness_.verdict || by_trusted.target != readiness_.target) {
      other_ = {.trusted_only = true, .verdict = by_trusted.verdict};
      if (readiness_.verdict == Verdict::ready && verified) {
        other_ = {.trusted_only = false, .verdict = readiness_.verdict};
        stored_ = std::move(stored);
        streams_ = std::move(streams);
        readiness_ = std::move(by_trusted);
        by_trusted.current.reset();
      }
    }
    // What is published is what verified reports say; others might lead to a record that harms.
    if (verified && by_trusted.current) {
      readiness_.current = by_trusted.current;
      readiness_.current_since = by_trusted.current_since;
      readiness_.inherited_from = by_trusted.inherited_from;
    }
  }
}

std::uint64_t ReadinessAnswer::all_reports() const {
  return std::accumulate(reports_.begin(), reports_.end(), std::uint64_t{0});
}

std::optional<TrustDoubt> ReadinessAnswer::doubt() const {
  TrustDoubt doubt{.reports = all_reports(),
                   .contradictory = reports(Trust::contradictory),
                   .files = files_,
                   .other = other_};
  doubt.doubtful = reports(Trust::verified) > 0 ? doubt.reports - reports(Trust::verified) - files_
                                                : reports(Trust::unverified) + doubt.contradictory;
  return doubt.doubtful == 0 ? std::nullopt : std::optional(doubt);
}

}  // namespace dmarcq

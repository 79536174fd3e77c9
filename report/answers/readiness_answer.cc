// SPDX-License-Identifier: MIT
#include "report/answers/readiness_answer.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "report/answers/next_record.h"
#include "report/answers/refusals_answer.h"

namespace dmarcq {
namespace {

Day first_day_of_logs(const ReadinessQuestion& question) {
  return question.today - static_cast<Day>(question.window_days);
}

JudgedReadiness judge(Snapshot& snapshot, const MailHistory& history, const Filter& filter,
                      const ReadinessQuestion& asked) {
  JudgedReadiness judged;
  ReadinessQuestion question = asked;
  question.refused = refused_own_mail(snapshot, history, question.domain,
                                      first_day_of_logs(question), question.today,
                                      {filter.least_trust, filter.or_file});
  judged.stored = std::make_unique<StoredTimeline>(snapshot, filter);
  const StoredTimeline& stored = *judged.stored;
  judged.streams = readiness_streams(stored.timeline(), stored.lookup(), stored.owner(), question);
  judged.readiness =
      assess(stored.timeline(), stored.lookup(), stored.owner(), question, judged.streams);
  return judged;
}

TrustCounts trust_of(const JudgedReadiness& judged) {
  TrustCounts counts;
  for (const ReportHead& report :
       judged.stored->timeline().reports(judged.readiness.first, judged.readiness.last)) {
    ++counts.by_trust[static_cast<std::size_t>(report.trust)];
    counts.files += !report.from_mail;
  }
  return counts;
}

/// The target in full effect: what is weaker below the domain, or holds the policy back, is tried
/// without. `words`: what the trial says.
PolicyTrial trial_of(const Readiness& readiness, std::string& words) {
  PolicyTrial trial;
  const std::string& target = readiness.target;
  trial.p = target;
  words = "p=" + target;
  if (!readiness.current) return trial;
  const SeenPolicy& now = *readiness.current;
  if (!now.subdomain && strength(now.sp) < std::min(strength(now.p), strength(target))) {
    trial.sp = target;
    words += ",sp=" + target;
  }
  if (!now.subdomain && !now.np.empty() &&
      strength(now.np) < std::min(strength(now.sp), strength(target))) {
    trial.np = target;
    words += ",np=" + target;
  }
  if (now.t == "y") {
    trial.testing = false;
    words += ",t=n";
  }
  return trial;
}

}  // namespace

std::uint64_t TrustCounts::all() const {
  return std::accumulate(by_trust.begin(), by_trust.end(), std::uint64_t{0});
}

std::optional<TrustDoubt> TrustCounts::doubt() const {
  TrustDoubt doubt{
      .reports = all(), .contradictory = of(Trust::contradictory), .files = files, .other = other};
  doubt.doubtful = of(Trust::verified) > 0 ? doubt.reports - of(Trust::verified) - files
                                           : of(Trust::unverified) + doubt.contradictory;
  return doubt.doubtful == 0 ? std::nullopt : std::optional(doubt);
}

MailHistory mail_history_of(Snapshot& snapshot, const ReadinessQuestion& question) {
  return MailHistory(snapshot, first_day_of_logs(question), question.today,
                     MailHistory::Told::by_logs, question.today);
}

JudgedReadiness judged_readiness(Snapshot& snapshot, const ReadinessQuestion& question,
                                 const MailHistory& history, bool trusted_only) {
  Filter filter{.domains = {question.domain},
                .since = question.today - days_needed(question),
                .until = question.today - 1};
  if (trusted_only) filter.least_trust = trusted;
  JudgedReadiness by_all = judge(snapshot, history, filter, question);
  TrustCounts trust = trust_of(by_all);
  // Where a receiver was named, what it vouches for; a From that fits is anybody's. Files are the
  // owner's own.
  const bool verified = trust.of(Trust::verified) > 0;
  const std::uint64_t better = verified ? trust.of(Trust::verified) + trust.files
                                        : trust.of(Trust::plausible);
  if (better == 0 || better == trust.all()) {
    by_all.trust = trust;
    return by_all;
  }
  filter.least_trust = verified ? Trust::verified : trusted;
  filter.or_file = verified;
  JudgedReadiness by_trusted = judge(snapshot, history, filter, question);
  const bool differs = by_trusted.readiness.verdict != by_all.readiness.verdict ||
                       by_trusted.readiness.target != by_all.readiness.target;
  if (differs && verified && by_all.readiness.verdict == Verdict::ready) {
    trust.other = {.trusted_only = false, .verdict = by_all.readiness.verdict};
    by_trusted.trust = trust;
    return by_trusted;
  }
  if (differs) trust.other = {.trusted_only = true, .verdict = by_trusted.readiness.verdict};
  // What is published is what verified reports say; others might lead to a record that harms.
  if (verified && by_trusted.readiness.current) {
    by_all.readiness.current = by_trusted.readiness.current;
    by_all.readiness.current_since = by_trusted.readiness.current_since;
    by_all.readiness.inherited_from = by_trusted.readiness.inherited_from;
  }
  by_all.trust = trust;
  return by_all;
}

ReadinessAnswer readiness_answer(Snapshot& snapshot, const ReadinessQuestion& question,
                                 const ReadinessExtras& extras) {
  return readiness_answer(judged_readiness(snapshot, question, mail_history_of(snapshot, question),
                                           extras.trusted_only),
                          question, extras);
}

ReadinessAnswer readiness_answer(JudgedReadiness of_domain, const ReadinessQuestion& question,
                                 const ReadinessExtras& extras) {
  ReadinessAnswer answer{.question = question,
                         .judged = std::move(of_domain),
                         .trial = extras.trial_text,
                         .what_if = {},
                         .next = {}};
  const JudgedReadiness& judged = answer.judged;
  const PolicyTrial trial = extras.trial ? *extras.trial : trial_of(judged.readiness, answer.trial);
  answer.what_if = what_if(judged.stored->timeline(), judged.stored->lookup(), judged.streams,
                           question.scenario, trial, question.zone);
  const PolicyRecord record = question.record != nullptr ? *question.record
                                                         : record_of(judged.readiness);
  answer.next = next_step_of(judged.readiness, record, judged.stored->owner(), question.limits);
  return answer;
}

}  // namespace dmarcq

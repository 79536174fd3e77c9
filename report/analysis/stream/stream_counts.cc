// SPDX-License-Identifier: MIT
#include "report/analysis/stream/stream_counts.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace dmarcq {
namespace {

/// Failed only because the record of its day asked for strict alignment of DKIM, which it no
/// longer does: what is judged is the policy now.
bool was_strict(const SourceRow& key, Day day, const PublishedPolicies& policies, Identifier& who) {
  const auto policy = policies.in_force.find(who.lookup().domain(key.domain));
  if (policy == policies.in_force.end() || policy->second.adkim.is(Alignment::strict) ||
      !who.names(key).own_pass)
    return false;
  return policies.alignment.asked_for(Alignment::strict, policy->first, day, day, true);
}

/// A temporary error, by the judgement of the window; days before it are told by their raw results.
bool is_temporary(const SourceRow& key, const RowVerdict* verdict, Identifier& who) {
  if (verdict != nullptr)
    return !verdict->passes() && verdict->has(FindingCode::reporter_temperror);
  const IdentityNames& n = who.names(key);
  return !n.own_pass && !n.own_failed &&
         (n.own_temperror || (n.spf_own && n.spf == SpfResult::temperror));
}

/// The cell of this day and reporter. Counts come by day, so it is one of the last.
StreamCount& cell_of(std::vector<StreamCount>& counts, Day day, std::uint32_t reporter) {
  for (auto cell = counts.rbegin(); cell != counts.rend() && cell->day == day; ++cell)
    if (cell->reporter == reporter) return *cell;
  counts.push_back({.day = day, .reporter = reporter});
  return counts.back();
}

}  // namespace

void add_messages(StreamCount& count, const MailResult& mail, std::uint64_t messages) {
  if (mail.dkim || mail.repaired)
    (mail.spf ? count.both : count.dkim_only) += messages;
  else if (mail.spf)
    count.spf_only += messages;
  else
    (mail.temporary ? count.temporary : count.fail) += messages;
  if (mail.rescued) count.rescued += messages;
  if (mail.quarantined) count.quarantined += messages;
  if (mail.rejected) count.rejected += messages;
  const bool passes = mail.dkim || mail.repaired || mail.spf;
  if (mail.temporary && !passes && (mail.quarantined || mail.rejected))
    count.held_temporary += messages;
}

std::vector<std::vector<StreamCount>> count_mail(const Streams& streams, const Timeline& timeline,
                                                 const PublishedPolicies& policies, Identifier& who,
                                                 std::span<const FindingCode> fixed) {
  std::vector<const RowVerdict*> verdict_of_key(timeline.keys().size(), nullptr);
  for (std::size_t i = 0; i < streams.window.rows.size(); ++i)
    verdict_of_key[streams.window.key_of_row[i]] = &streams.judgement.rows[i];
  std::vector<std::vector<StreamCount>> counts(streams.list.size());
  for (const Timeline::Count& count : timeline.counts(streams.first, streams.last)) {
    const auto stream = streams.stream_of_key[count.key];
    if (stream == Streams::none) continue;
    const SourceRow& key = timeline.keys()[count.key];
    const PolicyEvaluated& evaluation = who.lookup().evaluation(key.evaluation);
    const RowVerdict* verdict = verdict_of_key[count.key];
    MailResult mail;
    mail.spf = evaluation.spf_aligned();
    mail.dkim = evaluation.dkim_aligned() ||
                (!mail.spf && was_strict(key, count.day, policies, who));
    mail.repaired = verdict != nullptr && std::ranges::any_of(fixed, [&](FindingCode code) {
                      return verdict->has(code);
                    });
    mail.temporary = is_temporary(key, verdict, who);
    if (mail.fails() && !evaluation.reasons.empty()) {
      const OverrideReasons reasons = override_reasons(evaluation);
      mail.rescued = reasons.trusted || reasons.list;
    }
    mail.quarantined = evaluation.disposition.is(Disposition::quarantine);
    mail.rejected = evaluation.disposition.is(Disposition::reject);
    add_messages(cell_of(counts[stream], count.day, count.reporter), mail, count.messages);
  }
  for (auto& of_stream : counts)
    std::ranges::sort(of_stream, [](const StreamCount& a, const StreamCount& b) {
      return std::tie(a.day, a.reporter) < std::tie(b.day, b.reporter);
    });
  return counts;
}

}  // namespace dmarcq

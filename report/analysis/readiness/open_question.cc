// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/open_question.h"

#include <algorithm>

namespace dmarcq {
namespace {

std::size_t reporters_of(const SenderFacts& sender, const LeftOut& without) {
  return static_cast<std::size_t>(std::ranges::count_if(
      sender.by_reporter, [&](const StreamCount& count) { return count.reporter != without; }));
}

/// A sender that may be the owner's, is seen by several reporters and in some volume, and began so
/// lately that nobody can tell yet whether it stays.
bool has_just_begun(const WindowFacts& facts, const SenderFacts& sender, const LeftOut& without) {
  constexpr std::uint64_t least_messages = 20;
  const Stream& stream = facts.stream(sender);
  const Day steady = static_cast<Day>(facts.question.limits.steady_days);
  return stream.standing == Standing::possible && !stream.counts.empty() &&
         reporters_of(sender, without) >= 2 && sender.total(without).messages() >= least_messages &&
         stream.counts.front().day + steady > facts.last;
}

}  // namespace

bool is_vouched_for(const WindowFacts& facts, const SenderFacts& sender, const LeftOut& without) {
  return reporters_of(sender, without) >= 2 ||
         std::ranges::any_of(sender.by_reporter, [&](const StreamCount& count) {
           return count.reporter != without && facts.established.contains(count.reporter);
         });
}

double unknown_share(const WindowFacts& facts) {
  const ReadinessLimits& limits = facts.question.limits;
  return facts.to_reject() ? limits.unknown_share_reject : limits.unknown_share_quarantine;
}

bool is_open_question(const WindowFacts& facts, const SenderFacts& sender, const LeftOut& without) {
  const Stream& stream = facts.stream(sender);
  const bool unidentified = stream.standing == Standing::unidentified;
  if (!unidentified && stream.standing != Standing::possible) return false;
  const StreamCount count = sender.total(without);
  if (count.messages() == 0 || !is_vouched_for(facts, sender, without)) return false;
  if (unidentified && count.fail == 0) return false;
  if (stream.persistence.steady()) return true;
  if (stream.is_young()) return false;
  if (has_just_begun(facts, sender, without)) return true;
  const auto part = unidentified ? count.fail : count.messages();
  const bool weighty = static_cast<double>(part) >
                       unknown_share(facts) * static_cast<double>(facts.candidates);
  if (sender.line.days >= facts.question.limits.steady_days) return weighty || !unidentified;
  return weighty && !unidentified && sender.line.days >= 2;
}

}  // namespace dmarcq

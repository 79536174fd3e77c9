// SPDX-License-Identifier: MIT
#include "report/answers/page/page_verdict.h"

#include <algorithm>

#include "report/answers/next_record.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_judged = 40;

DomainVerdict::State state_of(const Readiness& readiness, const PolicyRecord& record,
                              const NextStep& next) {
  switch (readiness.verdict) {
    case Verdict::ready:
      return record.p() == "reject" && !next.changes ? DomainVerdict::State::at_goal
                                                     : DomainVerdict::State::ready;
    case Verdict::not_ready: return DomainVerdict::State::not_ready;
    case Verdict::too_little_data: break;
  }
  return DomainVerdict::State::too_little_data;
}

ReadinessQuestion question_of(const VerdictInput& input, const std::string& domain) {
  return {
      .domain = domain, .today = input.as_of, .window_days = verdict_days, .limits = input.limits};
}

void judge(Snapshot& snapshot, const VerdictInput& input, const MailHistory& history,
           DomainVerdict& verdict) {
  const ReadinessQuestion question = question_of(input, verdict.domain);
  const JudgedReadiness judged = judged_readiness(snapshot, question, history, false);
  const Readiness& readiness = judged.readiness;
  const PolicyRecord record = record_of(readiness);
  verdict.next = next_step_of(readiness, record, judged.stored->owner(), question.limits);
  verdict.state = state_of(readiness, record, verdict.next);
  verdict.target = readiness.target;
  verdict.p = record.p();
  verdict.gates = readiness.gates;
  verdict.blockers = readiness.blockers;
  verdict.own = readiness.by_standing[static_cast<std::size_t>(Standing::own)];
  verdict.judged_days = verdict_days;
  if (judged.trust.other) verdict.doubt = judged.trust.doubt();
  if (verdict.next.changes && (verdict.state == DomainVerdict::State::ready || verdict.next.back)) {
    verdict.next_record = verdict.next.record;
    verdict.record_name = verdict.next.name.empty() ? verdict.domain : verdict.next.name;
  }
}

}  // namespace

std::vector<DomainVerdict> page_verdicts(Snapshot& snapshot, const VerdictInput& input) {
  std::vector<DomainVerdict> verdicts;
  std::vector<const DomainSummary*> order;
  for (const DomainSummary& summary : input.summaries) order.push_back(&summary);
  std::ranges::stable_sort(
      order, [](const auto* a, const auto* b) { return a->totals.messages > b->totals.messages; });
  for (const DomainSummary* summary : order) {
    DomainVerdict& verdict = verdicts.emplace_back();
    verdict.domain = summary->domain;
    const auto policy = input.policies.find(summary->domain);
    if (policy != input.policies.end()) verdict.policy = policy->second.text();
    verdict.state = DomainVerdict::State::not_judged;
  }
  if (verdicts.empty()) return verdicts;
  const MailHistory history = mail_history_of(snapshot, question_of(input, ""));
  for (std::size_t i = 0; i < std::min(verdicts.size(), most_judged); ++i)
    judge(snapshot, input, history, verdicts[i]);
  return verdicts;
}

}  // namespace dmarcq

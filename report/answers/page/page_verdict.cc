// SPDX-License-Identifier: MIT
#include "report/answers/page/page_verdict.h"

#include <algorithm>

#include "report/answers/next_record.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_judged = 40;

GateLine gate_line(const Gate& gate) {
  GateLine line{.id = gate.id,
                .title = gate.name,
                .measured = gate.measured,
                .required = gate.required,
                .why = gate.why};
  if (!line.title.empty() && line.title[0] >= 'a' && line.title[0] <= 'z')
    line.title[0] = static_cast<char>(line.title[0] - 'a' + 'A');
  switch (gate.status) {
    case Gate::Status::passed: line.state = GateLine::State::passed; break;
    case Gate::Status::failed: line.state = GateLine::State::failed; break;
    case Gate::Status::shown: line.state = GateLine::State::told; break;
    case Gate::Status::not_checked: line.state = GateLine::State::not_checked; break;
  }
  return line;
}

DomainVerdict::State state_of(const DomainVerdict::Judged& judged) {
  switch (judged.readiness.verdict) {
    case Verdict::ready:
      return judged.p == "reject" && !judged.next.changes ? DomainVerdict::State::at_goal
                                                          : DomainVerdict::State::ready;
    case Verdict::not_ready: return DomainVerdict::State::not_ready;
    case Verdict::too_little_data: break;
  }
  return DomainVerdict::State::too_little_data;
}

void judge(DomainVerdict& verdict, Store& store, const VerdictInput& input) {
  const ReadinessQuestion question{.domain = verdict.domain,
                                   .target = {},
                                   .today = input.as_of,
                                   .window_days = verdict_days,
                                   .limits = input.limits,
                                   .scenario = {}};
  JudgedReadiness judged = judged_readiness(store, question, false);
  const PolicyRecord record = record_of(judged.readiness);
  const NextStep next =
      next_step_of(judged.readiness, record, judged.stored->owner(), question.limits);
  for (const Gate& gate : judged.readiness.gates) verdict.gates.push_back(gate_line(gate));
  verdict.judged = {std::move(judged.readiness), record.p(), next, std::move(judged.trust)};
  verdict.state = state_of(*verdict.judged);
}

}  // namespace

std::vector<DomainVerdict> page_verdicts(Store& store, const VerdictInput& input) {
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
  for (std::size_t i = 0; i < std::min(verdicts.size(), most_judged); ++i)
    judge(verdicts[i], store, input);
  return verdicts;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/answers/portfolio/domain_verdict.h"

#include <algorithm>
#include <tuple>

#include "report/answers/next_record.h"

namespace dmarcq {
namespace {

/// A domain that was not reported on for longer is not watched.
constexpr Day silent_days = 14;

std::optional<Day> last_report(const JudgedReadiness& judged) {
  const auto reports = judged.stored->timeline().reports();
  return reports.empty() ? std::nullopt : std::optional(reports.back().day);
}

DomainVerdict::State state_of(const JudgedReadiness& judged, const NextStep& next, Day as_of) {
  using State = DomainVerdict::State;
  switch (judged.readiness.verdict) {
    case Verdict::ready:
      return next.kind == NextStep::Kind::stay_at_reject ||
                     (next.kind == NextStep::Kind::send_nothing && !next.changes)
                 ? State::at_goal
                 : State::ready;
    case Verdict::not_ready: return State::not_ready;
    case Verdict::too_little_data: break;
  }
  const std::optional<Day> last = last_report(judged);
  return last && as_of - *last <= silent_days ? State::too_little_data : State::no_reports;
}

}  // namespace

std::string_view to_text(DomainVerdict::State state) noexcept {
  switch (state) {
    case DomainVerdict::State::ready: return "ready";
    case DomainVerdict::State::not_ready: return "not_ready";
    case DomainVerdict::State::too_little_data: return "too_little_data";
    case DomainVerdict::State::at_goal: return "at_goal";
    case DomainVerdict::State::no_reports: break;
  }
  return "no_reports";
}

DomainVerdict verdict_of(const JudgedReadiness& judged, const ReadinessQuestion& question) {
  const Readiness& readiness = judged.readiness;
  const PolicyRecord record = question.record != nullptr ? *question.record : record_of(readiness);
  DomainVerdict verdict;
  verdict.domain = readiness.domain;
  verdict.policy = readiness.current;
  verdict.policy_since = readiness.current_since;
  verdict.policy_may_be_older = judged.policy_may_be_older();
  verdict.next = next_step_of(readiness, record, judged.stored->owner(), question.limits);
  verdict.state = state_of(judged, verdict.next, question.today);
  verdict.last_report = last_report(judged);
  verdict.target = readiness.target;
  verdict.p = record.p();
  verdict.gates = readiness.gates;
  verdict.blockers = readiness.blockers;
  verdict.own = readiness.by_standing[static_cast<std::size_t>(Standing::own)];
  for (const StreamCount& count : readiness.by_standing) verdict.messages += count.messages();
  verdict.first = readiness.first;
  verdict.last = readiness.last;
  verdict.governs.assign(judged.streams.governed.begin(), judged.streams.governed.end());
  if (judged.trust.other) verdict.doubt = judged.trust.doubt();
  if (verdict.next.changes && (verdict.state == DomainVerdict::State::ready || verdict.next.back)) {
    verdict.next_record = verdict.next.record;
    verdict.record_name = verdict.next.name.empty() ? verdict.domain : verdict.next.name;
  }
  return verdict;
}

Need need_of(const DomainVerdict& verdict) {
  using State = DomainVerdict::State;
  if (verdict.next.back) return Need::step_back;
  switch (verdict.state) {
    case State::not_ready: return Need::repair;
    case State::no_reports: return Need::no_reports;
    case State::ready: return verdict.next.changes ? Need::publish : Need::nothing;
    case State::too_little_data: return Need::wait;
    case State::at_goal: break;
  }
  return Need::nothing;
}

bool is_more_urgent(const DomainVerdict& a, const DomainVerdict& b) {
  return std::tuple(need_of(a), b.own.fail, b.messages, std::string_view(a.domain)) <
         std::tuple(need_of(b), a.own.fail, a.messages, std::string_view(b.domain));
}

void sort_by_need(std::vector<DomainVerdict>& verdicts) {
  std::ranges::stable_sort(verdicts, is_more_urgent);
}

}  // namespace dmarcq

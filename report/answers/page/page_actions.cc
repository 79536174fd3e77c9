// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "report/answers/page/page_parts.h"

namespace dmarcq {
namespace {

using Kind = PageAction::Kind;

constexpr std::size_t most_actions = 3;

/// Mail of strangers fails because it should: nobody has to repair it.
bool is_of_strangers(FindingCode code) {
  return code == FindingCode::unauthenticated || code == FindingCode::core_other_tenant ||
         code == FindingCode::mce_other_tenant;
}

/// How much mail an action is about.
std::uint64_t weight_of(const PageAction& action, const DomainVerdict& verdict) {
  if (action.finding) return action.finding->failing;
  if (action.blocker)
    return action.kind == Kind::answer ? action.blocker->messages : action.blocker->failing;
  return verdict.own.fail;
}

/// The order of doing: own mail is being lost; it would be; nobody could tell; a question;
/// progress.
int rank_of(Kind kind) {
  switch (kind) {
    case Kind::step_back: return 0;
    case Kind::repair: return 1;
    case Kind::find_reports: return 2;
    case Kind::answer: return 3;
    case Kind::publish: break;
  }
  return 4;
}

void add_blockers(std::vector<PageAction>& actions, const DomainVerdict& verdict,
                  std::size_t position) {
  for (const Blocker& blocker : verdict.blockers)
    if (can_be_acted_on(blocker))
      actions.push_back({.kind = asks_the_owner(blocker) ? Kind::answer : Kind::repair,
                         .verdict = position,
                         .blocker = blocker,
                         .finding = {}});
}

/// Faults that block nothing now: those of a domain with too little data, or at its goal.
void add_findings(std::vector<PageAction>& actions, const StakeholderPage& page) {
  std::set<std::pair<std::string, FindingCode>> told;
  for (const PageAction& action : actions)
    if (action.blocker && action.blocker->code)
      told.emplace(page.verdicts[action.verdict].domain, *action.blocker->code);
  for (const FindingCard& finding : page.findings) {
    const auto verdict = std::ranges::find(page.verdicts, finding.domain, &DomainVerdict::domain);
    const bool fails = finding.failing > 0 || finding.code == FindingCode::core_vanished;
    if (verdict == page.verdicts.end() || finding.over || !fails ||
        finding.severity != FindingCard::Severity::fault || is_of_strangers(finding.code) ||
        !told.emplace(finding.domain, finding.code).second)
      continue;
    actions.push_back({.kind = Kind::repair,
                       .verdict = static_cast<std::size_t>(verdict - page.verdicts.begin()),
                       .blocker = {},
                       .finding = finding});
  }
}

}  // namespace

void fill_actions(StakeholderPage& page) {
  std::vector<PageAction> actions;
  for (std::size_t i = 0; i < page.verdicts.size(); ++i) {
    const DomainVerdict& verdict = page.verdicts[i];
    const auto add = [&](Kind kind) { actions.push_back({kind, i, {}, {}}); };
    if (verdict.next.back) add(Kind::step_back);
    if (verdict.state == DomainVerdict::State::no_reports) add(Kind::find_reports);
    if (verdict.state == DomainVerdict::State::ready && verdict.next.changes && !verdict.next.back)
      add(Kind::publish);
    if (verdict.state == DomainVerdict::State::not_ready) add_blockers(actions, verdict, i);
  }
  add_findings(actions, page);
  std::ranges::stable_sort(actions, [&](const PageAction& a, const PageAction& b) {
    return std::tuple(rank_of(a.kind), weight_of(b, page.verdicts[b.verdict])) <
           std::tuple(rank_of(b.kind), weight_of(a, page.verdicts[a.verdict]));
  });
  page.actions_more = actions.size() > most_actions ? actions.size() - most_actions : 0;
  actions.resize(std::min(actions.size(), most_actions));
  page.actions = std::move(actions);
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>

#include "report/analysis/change.h"
#include "report/answers/page/page_parts.h"
#include "store/queries.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_changes = 8, most_disagreements = 10;

/// What a window is compared by.
struct SenderTotals {
  std::uint64_t messages = 0, passed = 0;
};
struct Figures {
  GroupCounts groups{};
  std::map<std::string, SenderTotals> senders;
  std::map<std::pair<std::string, std::string>, Changes::OfFinding> findings;  ///< by (domain and
                                                                               ///< sender, code)
};

Figures figures_of(const std::vector<SourceRow>& rows, const Judgement& judgement) {
  Figures figures;
  std::vector<std::string> names;
  for (const Sender& sender : judgement.senders) names.push_back(sender_label(sender));
  std::vector<SenderTotals> totals(judgement.senders.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RowVerdict& verdict = judgement.rows[i];
    const MailGroup group = group_of(verdict);
    figures.groups[static_cast<std::size_t>(group)] += rows[i].messages;
    // Who passes mail on comes and goes by chance. Direct senders are news, those too that may be
    // ours.
    if (verdict.flow != Flow::direct) continue;
    totals[verdict.sender].messages += rows[i].messages;
    if (verdict.passes()) totals[verdict.sender].passed += rows[i].messages;
  }
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (totals[i].messages == 0) continue;
    SenderTotals& sum = figures.senders[names[i]];
    sum.messages += totals[i].messages;
    sum.passed += totals[i].passed;
  }
  for (const Finding& finding : judgement.findings) {
    if (finding.severity == Severity::note) continue;
    const RouteLine& line = judgement.routes[finding.route_line];
    const std::string sender = sender_label(line.service, line.route);
    figures.findings[{line.domain + " " + sender, std::string(to_text(finding.code))}] = {
        line.domain, sender, finding.code};
  }
  return figures;
}

/// Senders that are there before and now, or only on one side.
void compare_senders(Changes& changes, const Figures& before, const Figures& now) {
  std::set<std::string> names;
  for (const auto& [name, totals] : before.senders) names.insert(name);
  for (const auto& [name, totals] : now.senders) names.insert(name);
  const auto in = [](const Figures& figures, const std::string& name) {
    const auto found = figures.senders.find(name);
    return found == figures.senders.end() ? SenderTotals{} : found->second;
  };
  for (const std::string& name : names) {
    const SenderTotals a = in(before, name), b = in(now, name);
    const SenderChange change{name, a.messages, a.passed, b.messages, b.passed};
    if (a.messages == 0)
      changes.appeared.push_back(change);
    else if (b.messages == 0)
      changes.gone.push_back(change);
    else {
      const Change told = change_between({a.passed, a.messages}, {b.passed, b.messages});
      if (told == Change::worse) changes.worse.push_back(change);
      if (told == Change::better) changes.better.push_back(change);
    }
  }
  const auto cut = [](std::vector<SenderChange>& list, std::size_t* more, auto key) {
    std::ranges::stable_sort(list, std::ranges::greater{}, key);
    if (more != nullptr && list.size() > most_changes) *more = list.size() - most_changes;
    list.resize(std::min(list.size(), most_changes));
  };
  cut(changes.appeared, &changes.appeared_more, &SenderChange::after);
  cut(changes.gone, &changes.gone_more, &SenderChange::before);
  cut(changes.worse, nullptr, &SenderChange::after);
  cut(changes.better, nullptr, &SenderChange::after);
}

}  // namespace

void fill_changes(StakeholderPage& page, PageRows& rows, Snapshot& snapshot,
                  const PageQuestion& question) {
  Changes& changes = page.changes;
  const Day days = page.window.last - page.window.first + 1;
  changes.before = Period{page.window.first - days, page.window.first - 1};
  for (const Note& note : snapshot.settings().notes({})) {
    const bool concerns = note.domain.empty() ||
                          std::ranges::find(page.domains, note.domain) != page.domains.end() ||
                          question.domains.empty();
    if (concerns && note.day >= changes.before->first && note.day <= page.window.last)
      changes.notes.push_back({note.day, note.domain, note.text});
  }
  const Filter filter{
      .domains = question.domains, .since = changes.before->first, .until = changes.before->last};
  for (const DomainSummary& summary : domain_summaries(snapshot, filter)) {
    changes.reports_before += summary.reports;
    changes.messages_before += summary.totals.messages;
  }
  if (changes.reports_before == 0) return;
  const PageRows::Before earlier = rows.before(snapshot, question, *changes.before);
  const Figures before = figures_of(earlier.rows, earlier.judgement),
                now = figures_of(rows.rows(), rows.judgement());
  changes.groups_before = before.groups;
  compare_senders(changes, before, now);
  for (const auto& [key, finding] : before.findings)
    if (!now.findings.contains(key) && changes.findings_gone.size() < 2 * most_changes)
      changes.findings_gone.push_back(finding);
  for (const auto& [key, finding] : now.findings)
    if (!before.findings.contains(key) && changes.findings_new.size() < 2 * most_changes)
      changes.findings_new.push_back(finding);
}

void fill_problems(StakeholderPage& page, PageRows& rows, Snapshot& snapshot) {
  std::map<std::string, std::uint64_t> reasons;
  for (const Problem& problem : snapshot.problems(false)) ++reasons[problem.reason];
  page.problems.by_reason.assign(reasons.begin(), reasons.end());
  std::ranges::stable_sort(page.problems.by_reason, std::ranges::greater{},
                           &std::pair<std::string, std::uint64_t>::second);
  std::vector<const Disagreement*> order;
  for (const Disagreement& disagreement : rows.judgement().disagreements)
    order.push_back(&disagreement);
  std::ranges::stable_sort(order, [](const Disagreement* a, const Disagreement* b) {
    return a->messages > b->messages;
  });
  for (const Disagreement* disagreement : order) {
    if (page.problems.disagreements.size() == most_disagreements) break;
    page.problems.disagreements.push_back(
        {*disagreement, rows.dictionary().reporter(disagreement->reporter)});
  }
  page.problems.disagreements_more = order.size() - page.problems.disagreements.size();
}

}  // namespace dmarcq

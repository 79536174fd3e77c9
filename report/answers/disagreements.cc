// SPDX-License-Identifier: MIT
#include "report/answers/disagreements.h"

#include <algorithm>

#include "report/answers/base/judged_window.h"
#include "report/answers/source_grouper.h"

namespace dmarcq {

DisagreementsAnswer disagreements_answer(Snapshot& snapshot, const Selection& selection,
                                         Day today) {
  JudgedWindow window(snapshot, selection.filter, today, JudgedWindow::Depth::rows);
  const GroupPlan plan = plan_groups(selection, GroupBy::source, window.rows(), window.judgement(),
                                     window.identifier());
  DisagreementsAnswer answer;
  std::vector<SourceRow> wanted;
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    answer.messages += window.rows()[i].messages;
    if (plan.wants(window.rows()[i], window.judgement().rows[i]))
      wanted.push_back(window.rows()[i]);
  }
  for (Disagreement& one : alignment_check(wanted, window.lookup())) {
    std::string reporter = window.dictionary().reporter(one.reporter);
    answer.list.push_back({std::move(one), std::move(reporter)});
  }
  answer.shown = static_cast<std::size_t>(
      std::min<std::uint64_t>(selection.limit.value_or(answer.list.size()), answer.list.size()));
  return answer;
}

}  // namespace dmarcq

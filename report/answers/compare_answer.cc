// SPDX-License-Identifier: MIT
#include "report/answers/compare_answer.h"

#include <algorithm>

#include "report/answers/base/timeline_reader.h"

namespace dmarcq {
namespace {

bool has_mail(const Timeline& timeline, DaySpan span) {
  return span.days() > 0 && !timeline.counts(span.first, span.last).empty();
}

std::optional<DaySpan> days_with_reports(const Timeline& timeline) {
  const auto reports = timeline.reports();
  if (reports.empty()) return std::nullopt;
  return DaySpan{reports.front().day, reports.back().day};
}

}  // namespace

std::expected<CompareAnswer, NothingToCompare> compare_answer(Snapshot& snapshot,
                                                              CompareQuestion asked) {
  CompareAnswer answer;
  answer.question = std::move(asked);
  CompareQuestion& q = answer.question;
  Filter filter;
  filter.domains = {q.domain};
  filter.since = q.before.first - learn_days;
  filter.until = std::min(q.after.last, q.today - 1);
  const StoredTimeline stored(snapshot, filter);
  const Timeline& timeline = stored.timeline();
  if (q.at) {
    const Day complete = last_complete_day(timeline, q.domain, q.today - 1);
    if (complete != 0 && q.after.last > complete) {
      answer.is_complete = false;
      q.after.last = std::max(complete, q.after.first - 1);
    }
  }
  for (const bool after : {false, true})
    if (const DaySpan span = after ? q.after : q.before; !has_mail(timeline, span))
      return std::unexpected(NothingToCompare{after, span, days_with_reports(timeline)});
  answer.comparison =
      compare(timeline, stored.lookup(), stored.owner(), q.domain, q.before, q.after);
  answer.notes = snapshot.settings().notes(q.domain);
  std::erase_if(answer.notes, [&](const Note& note) {
    return note.day < q.before.first || note.day > q.after.last;
  });
  return answer;
}

}  // namespace dmarcq

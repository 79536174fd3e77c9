// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/compare.h"

namespace dmarcq {
namespace {

DaySpan span_argument(std::string_view flag, const std::string& text, Day now) {
  const auto dots = text.find("..");
  if (dots == std::string::npos)
    throw UsageError(fmt::format("{}: '{}' is no span", flag, text),
                     "write 2026-10-01..2026-10-14");
  DaySpan span{day_argument(flag, text.substr(0, dots), now),
               day_argument(flag, text.substr(dots + 2), now)};
  if (span.days() == 0) throw UsageError(fmt::format("{}: '{}' ends before it begins", flag, text));
  return span;
}

CompareQuestion question_of(const Args& args, Day now) {
  CompareQuestion q;
  q.today = now;
  q.domain = asked_domain(args.operands.front());
  const auto at = args.value("--at"), before = args.value("--before"),
             after = args.value("--after");
  if (at && (before || after))
    throw UsageError(
        "--at cannot be combined with --before or --after",
        "--at gives the day of the change, --before and --after give the days to compare");
  if (at) {
    const auto days = number_argument("--days", args.value("--days").value_or("14"));
    if (days == 0 || days > 3660)
      throw UsageError(fmt::format("--days: '{}' is no number of days to compare", days));
    q.at = day_argument("--at", *at, now);
    // The day of the change is mixed, and so is the next: resolvers keep the old record for its
    // TTL, most of a day at worst.
    q.before = {*q.at - static_cast<Day>(days), *q.at - 1};
    q.after = {*q.at + 2, *q.at + 1 + static_cast<Day>(days)};
  } else {
    if (!before || !after)
      throw UsageError("compare: what with what?", "--at DATE, or --before A..B --after C..D");
    if (args.has("--days")) throw UsageError("--days goes with --at");
    q.before = span_argument("--before", *before, now);
    q.after = span_argument("--after", *after, now);
    if (q.before.last >= q.after.first) throw UsageError("--before must end before --after begins");
  }
  return q;
}

}  // namespace

Exit run_compare(const Args& args, Io& io) {
  const CompareQuestion question = question_of(args, today());
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  require_known(*snapshot, question.domain);
  const auto answer = compare_answer(*snapshot, question);
  if (!answer)
    throw UsageError(no_comparison_words(answer.error(), question.domain),
                     no_comparison_hint(answer.error()));
  const Format format = format_of(args);
  switch (format) {
    case Format::json: write_compare_json(io.out, *answer); break;
    case Format::ndjson: write_compare_json(io.out, *answer, JsonWriter::Style::compact); break;
    case Format::table: write_compare_text(io.out, *answer, style_of(io)); break;
    case Format::plain:
    case Format::csv:
    case Format::tsv:
    case Format::markdown: show_data(io, format, compare_table(*answer)); break;
  }
  return Exit::done;
}

}  // namespace dmarcq

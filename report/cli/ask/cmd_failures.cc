// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/answers/failures/failures_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/failures/failures.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/failure_phrases.h"

namespace dmarcq {
namespace {

/// Each may have a header of 64 KiB.
constexpr std::uint64_t most_examples = 1'000;

FailureBy by_argument(const Args& args) {
  const std::string word = args.value("--by").value_or("source");
  for (const FailureBy by :
       {FailureBy::route, FailureBy::org, FailureBy::category, FailureBy::day, FailureBy::reporter})
    if (word == to_text(by)) return by;
  return FailureBy::source;
}

FailuresQuestion question_of(const Args& args) {
  FailuresQuestion question{
      .today = today(), .by = by_argument(args), .complaints = args.has("--complaints")};
  if (const auto examples = args.value("--examples")) {
    const std::uint64_t number = number_argument("--examples", *examples);
    if (number > most_examples)
      throw UsageError(fmt::format("--examples: at most {}", most_examples));
    question.examples = static_cast<std::size_t>(number);
  }
  return question;
}

Selection selection_with_operands(const Args& args) {
  Selection selection = selection_of(args, today());
  for (const std::string& operand : args.operands) {
    selection.filter.domains.push_back(asked_domain(operand));
    if (selection.filter.domains.back().empty()) throw UsageError("failures: the domain is empty");
  }
  return selection;
}

}  // namespace

Exit run_failures(const Args& args, Io& io) {
  FailuresQuestion question = question_of(args);
  Selection selection = selection_with_operands(args);
  const Settings settings = settings_of(args);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  end_today(io, *snapshot, selection, today());
  question.filter = selection.filter;
  const FailuresAnswer answer = failures_answer(*snapshot, question);
  if (answer.groups.empty()) require_known(args, *snapshot, selection);
  const Format format = format_of(args);
  // The table says so itself.
  if (answer.groups.empty() && format != Format::table && !io.quiet)
    write_paragraph(io.err, "", no_failures_words(answer), any_width);
  const bool of_examples = question.examples > 0 && format != Format::table &&
                           format != Format::json;
  show(io, format, of_examples ? failure_examples_listing(answer) : failures_listing(answer));
  if (format == Format::table) write_failure_examples(io.out, answer);
  if (format == Format::table && !answer.groups.empty() && question.examples == 0)
    say_next(io, "next: dmarcq failures --examples 3");
  return args.has("--exit-code") && !answer.groups.empty() ? Exit::found : Exit::done;
}

}  // namespace dmarcq

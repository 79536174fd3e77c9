// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "ingest/base/text.h"
#include "ingest/names.h"
#include "report/answers/refusals_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/answers/refusals.h"
#include "report/render/paragraph.h"

namespace dmarcq {
namespace {

using By = RefusalsQuestion::By;
using List = BounceListQuestion::List;

By by_argument(const std::string& word) {
  if (word == "recipient-domain") return By::recipient_domain;
  if (word == "day") return By::day;
  if (word == "org") return By::org;
  return word == "source" ? By::source : By::why;
}

RefusalClass class_argument(const std::string& word) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < refusal_class_count; ++i) {
    const auto why = static_cast<RefusalClass>(i);
    if (same_word(to_text(why), word)) return why;
    known.emplace_back(to_text(why));
  }
  const std::string close = closest(word, known);
  throw UsageError(fmt::format("--class: there is no class '{}'", word),
                   close.empty() ? fmt::format("one of {}", fmt::join(known, ", ")) : close);
}

RefusalsQuestion question_of(const Args& args) {
  const Selection selection = selection_of(args, today());
  RefusalsQuestion question{.domains = selection.filter.domains,
                            .since = selection.filter.since,
                            .until = selection.filter.until,
                            .today = today(),
                            .by = by_argument(args.value("--by").value_or("class"))};
  for (const std::string& domain : args.values("--recipient-domain"))
    question.recipient_domains.push_back(asked_domain(domain));
  for (const std::string& word : args.values("--class"))
    question.classes.push_back(class_argument(word));
  return question;
}

/// Flags that would be ignored: who gives them expects something else.
void require_agreeing_flags(const Args& args) {
  const auto list = args.value("--export");
  if (!list) {
    for (const char* flag : {"--objects", "--opt-out-hard"})
      if (args.has(flag))
        throw UsageError(fmt::format("{} goes with --export", flag),
                         "dmarcq refusals --export suppress --objects FILE");
    return;
  }
  if (!args.has("--objects"))
    throw UsageError("--export needs --objects FILE",
                     "an export of Id and Email of contacts or leads, as CSV");
  if (!args.values("--class").empty())
    throw UsageError("--export takes no --class",
                     "what an address is good for is told by all of its mail");
  if (args.has("--format"))
    throw UsageError("--export takes no --format", "it writes CSV as Data Loader reads it");
  for (const char* flag : {"--by", "--exit-code", "--csv-safe", "--csv-raw"})
    if (args.has(flag)) throw UsageError(fmt::format("--export takes no {}", flag));
  if (*list == "release" && args.has("--opt-out-hard"))
    throw UsageError("--opt-out-hard goes with --export suppress",
                     "release clears bounces and opts nobody out");
}

Exit export_list(const Args& args, Io& io, const RefusalsAnswer& answer) {
  const auto file = args.value("--objects");
  const std::string objects = file_text(*file);
  const List kind = *args.value("--export") == "release" ? List::release : List::suppress;
  BounceListQuestion question;
  question.list = kind;
  question.objects = objects;
  question.opt_out_hard = args.has("--opt-out-hard");
  const auto list = bounce_list(answer, question);
  if (!list) throw FileError(fmt::format("{}: {}", *file, list.error()));
  write_bounce_list(io.out, *list, kind);
  if (io.quiet) return Exit::done;
  std::string told = fmt::format("{} of {} to write", with_thousands(list->rows.size()),
                                 counted(list->records, "record"));
  if (list->held > 0)
    told += fmt::format("; {} left out, the value is there already", with_thousands(list->held));
  if (list->unrepaired > 0)
    told += fmt::format("; {} not released, mail like theirs is still refused",
                        with_thousands(list->unrepaired));
  if (list->unmatched > 0)
    told += fmt::format("; {} of the list in no record",
                        counted(list->unmatched, "address", "addresses"));
  write_paragraph(io.err, "", told, any_width);
  if (list->rows.empty()) return Exit::done;
  write_paragraph(
      io.err, "",
      kind == List::release
          ? "Data Loader: turn on \"Insert null values\", or the fields are left as they are."
          : "Data Loader: leave \"Insert null values\" off, or empty cells clear their fields.",
      any_width);
  return Exit::done;
}

}  // namespace

Exit run_refusals(const Args& args, Io& io) {
  require_agreeing_flags(args);
  const RefusalsQuestion question = question_of(args);
  const Settings settings = settings_of(args);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  const RefusalsAnswer answer = refusals_answer(*snapshot, question);
  if (args.has("--export")) return export_list(args, io, answer);
  const Format format = format_of(args);
  if (!answer.any_logs && !io.quiet)
    write_paragraph(
        io.err, "",
        "no delivery logs in the database for these days; read one with: dmarcq ingest FILE.csv",
        any_width);
  else if (answer.mails == 0 && !io.quiet)
    write_paragraph(io.err, "", "the logs have no mail that this question is about", any_width);
  switch (format) {
    case Format::json: write_refusals_json(io.out, answer, question.by); break;
    case Format::table:
      if (answer.mails > 0) write_refusals_text(io.out, answer, question.by, style_of(io));
      break;
    case Format::ndjson:
      write_refusals_json(io.out, answer, question.by, JsonWriter::Style::compact);
      break;
    case Format::plain:
    case Format::csv:
    case Format::tsv:
    case Format::markdown: show_data(io, format, refusals_table(answer)); break;
  }
  return args.has("--exit-code") && !answer.refusals.empty() ? Exit::found : Exit::done;
}

}  // namespace dmarcq

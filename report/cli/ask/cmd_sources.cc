// SPDX-License-Identifier: MIT
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/geo_choice.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/sources.h"

namespace dmarcq {
namespace {

GroupBy group_by(const Args& args) {
  const std::string by = args.value("--by").value_or("");
  if (by == "ip") return GroupBy::ip;
  if (by == "service") return GroupBy::service;
  if (by == "route") return GroupBy::route;
  if (by == "subnet") return GroupBy::subnet;
  if (by == "domain") return GroupBy::domain;
  if (by == "reporter") return GroupBy::reporter;
  if (by == "day") return GroupBy::day;
  return GroupBy::source;
}

Exit exit_of(const Args& args, bool found) {
  return args.has("--exit-code") && found ? Exit::found : Exit::done;
}

}  // namespace

Exit run_sources(const Args& args, Io& io) {
  SourcesQuestion question{
      .selection = selection_of(args, today()), .by = group_by(args), .today = today()};
  Selection& selection = question.selection;
  const Settings settings = settings_of(args);
  const NetworkBook networks = network_book(io, settings.geo);
  if (!networks.empty()) question.networks = &networks;
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  end_today(io, *snapshot, selection, today());
  require_known(args, *snapshot, selection);
  const Format format = format_of(args);
  if (args.has("--disagreements")) {
    const DisagreementsAnswer answer = disagreements_answer(*snapshot, selection, question.today);
    if (answer.messages == 0) say_nothing_found(io, *snapshot, selection);
    show(io, format, disagreements_listing(answer));
    return exit_of(args, !answer.list.empty());
  }
  const SourcesAnswer answer = sources_answer(*snapshot, question);
  if (answer.lines.empty() && !answer.without_failure) say_nothing_found(io, *snapshot, selection);
  show(io, format, sources_listing(answer, format));
  if (format == Format::table && answer.all.totals.dmarc_fail() > 0 && !selection.failing)
    say_next(io, "next: dmarcq sources --failing");
  return exit_of(args, !answer.lines.empty());
}

}  // namespace dmarcq

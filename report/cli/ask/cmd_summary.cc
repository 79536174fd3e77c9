// SPDX-License-Identifier: MIT
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/summary.h"
#include "report/render/answers/summary_metrics.h"

namespace dmarcq {

Exit run_summary(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  SummaryQuestion question{.selection = selection_of(args, today()),
                           .flows = args.has("--flows"),
                           .today = today(),
                           .limits = settings.readiness};
  Selection& selection = question.selection;
  for (const std::string& domain : args.operands)
    selection.filter.domains.push_back(asked_domain(domain));
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  end_today(io, *snapshot, selection, today());
  require_known(args, *snapshot, selection);
  const SummaryAnswer answer = summary_answer(*snapshot, question);
  if (answer.domains == 0) say_nothing_found(io, *snapshot, selection);
  const bool fails = answer.totals.dmarc_fail() > 0;
  if (args.value("--format") == "openmetrics") {
    write_summary_metrics(io.out, answer, client_domains(settings));
    return args.has("--exit-code") && fails ? Exit::found : Exit::done;
  }
  const Format format = format_of(args);
  show(io, format, summary_listing(answer));
  if (format == Format::table && fails)
    say_next(io, answer.judged.salesforce.dmarc_fail() > 0
                     ? "next: dmarcq sources --failing --salesforce"
                     : "next: dmarcq sources --failing");
  return args.has("--exit-code") && fails ? Exit::found : Exit::done;
}

}  // namespace dmarcq

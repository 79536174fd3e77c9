// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <vector>

#include "report/cli/args/database.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "store/queries.h"

namespace dmarcq {
namespace {

std::vector<std::int64_t> report_ids(const Args& args) {
  std::vector<std::int64_t> ids;
  for (const std::string& text : args.operands)
    ids.push_back(static_cast<std::int64_t>(number_argument("ID", text)));
  return ids;
}

/// "report 7: google.com on example.com, 2026-07-30, 1,200 messages"
std::string words_of(const ReportInfo& report) {
  return fmt::format("report {}: {} on {}, {}, {}", report.id, report.reporter, report.domain,
                     iso_date(report.day), counted(report.messages, "message"));
}

/// Does it to each report, or to none when one of them is not there.
template <class Change>
Exit change_reports(const Args& args, Io& io, std::string_view done, std::string_view nothing,
                    Change&& change) {
  const std::vector<std::int64_t> ids = report_ids(args);
  const Settings settings = settings_of(args);
  const Run run = run_or_busy(settings);
  const std::unique_ptr<Store> store = open_existing(settings);
  const std::unique_ptr<Snapshot> before = store->snapshot();
  std::vector<std::string> words;
  for (const std::int64_t id : ids) {
    const auto report = before->report(id);
    if (!report) throw UsageError(fmt::format("no report {}", id), "dmarcq reports");
    words.push_back(words_of(*report));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool changed = change(*store, ids[i]);
    if (!io.quiet)
      write_paragraph(io.out, "", fmt::format("{}: {}", words[i], changed ? done : nothing),
                      any_width);
  }
  return Exit::done;
}

}  // namespace

Exit run_reports_distrust(const Args& args, Io& io) {
  const Exit exit =
      change_reports(args, io, "it counts nowhere now", "it counted nowhere already",
                     [](Store& store, std::int64_t id) { return store.distrust(id, true); });
  say_next(
      io,
      "next: dmarcq reports --distrusted lists such reports; dmarcq reports trust ID takes it back");
  return exit;
}

Exit run_reports_trust(const Args& args, Io& io) {
  return change_reports(args, io, "it is no longer distrusted", "it was not distrusted",
                        [](Store& store, std::int64_t id) { return store.distrust(id, false); });
}

Exit run_reports_remove(const Args& args, Io& io) {
  return change_reports(args, io, "forgotten", "it was forgotten already",
                        [](Store& store, std::int64_t id) { return store.remove(id); });
}

}  // namespace dmarcq

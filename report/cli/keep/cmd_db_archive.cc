// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

#include "ingest/archive/gzip.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/cmd.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/report_json.h"
#include "store/base/file_failure.h"
#include "store/base/new_file.h"
#include "store/queries.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

/// Of a month: reports whose rows are there, in the order of export.
using ReportsByMonth = std::map<std::string, std::vector<std::int64_t>>;

ReportsByMonth reports_before(Snapshot& snapshot, Day before) {
  ReportsByMonth months;
  Filter filter;
  filter.until = before - 1;
  each_report(snapshot, filter, [&](const ReportInfo& report) {
    if (report.records > 0 && !snapshot.standing(report.id).value().pruned)
      months[iso_date(report.day).substr(0, 7)].push_back(report.id);
  });
  return months;
}

/// "reports-2025-10.ndjson.gz"; of what came in after that was written, "reports-2025-10.2.…".
fs::path free_name(const fs::path& folder, const std::string& month) {
  for (int number = 1;; ++number) {
    fs::path path = folder / fmt::format("reports-{}{}.ndjson.gz", month,
                                         number == 1 ? "" : fmt::format(".{}", number));
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return path;
  }
}

[[noreturn]] void fail(const fs::path& path, std::string_view what) {
  throw StoreError(StoreError::Kind::io, fmt::format("{}: {}", path.string(), what));
}

void write_lines(Snapshot& snapshot, const std::vector<std::int64_t>& reports,
                 const fs::path& path) {
  GzipWriter file(path);
  for (const std::int64_t id : reports) {
    std::ostringstream line;
    JsonWriter json(line);
    write_report_json(json, snapshot.report(id).value(),
                      [&](const auto& take) { snapshot.records(id, take); });
    json.finish();
    if (!file.write(std::move(line).str())) fail(path, "cannot be written");
  }
  if (!file.finish()) fail(path, "cannot be written");
}

/// The first day of the month that a day lies in: months are archived whole.
Day month_of(Day day) {
  const std::string text = iso_date(day);
  return day - static_cast<Day>((text[8] - '0') * 10 + (text[9] - '0') - 1);
}

}  // namespace

Exit run_db_archive(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const auto age = args.value("--older-than");
  const fs::path folder(std::string(args.value("--output").value_or("")));
  if (!age || folder.empty())
    throw UsageError("--older-than or --output is missing",
                     "dmarcq db archive --older-than 13mo -o /srv/dmarcq-archive");
  const Day before = month_of(day_argument("--older-than", *age, today()));
  if (before > today()) throw UsageError("--older-than: lies in the future");
  const std::unique_ptr<Store> store = open_existing(settings);
  const Run run = run_or_busy(settings);
  // On a server, where runs exclude each other by nothing else: two would write one file.
  const std::unique_ptr<Lease> lease = store->lease("archive");
  if (!lease)
    throw StoreError(StoreError::Kind::busy,
                     settings.database.text() + ": another run is archiving this database");
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault) throw file_error(folder, fault.value());
  const std::unique_ptr<Snapshot> snapshot = snapshot_of(*store, settings);
  const ReportsByMonth months = reports_before(*snapshot, before);
  for (const auto& [month, reports] : months) {
    const fs::path path = free_name(folder, month);
    NewFile file(path);
    write_lines(*snapshot, reports, file.path());
    if (lines_of_gzip(file.path()) != reports.size())
      fail(path, "does not hold what was written; nothing was forgotten");
    file.put_in_place();
    const std::uint64_t records = store->forget_rows(reports);
    if (!io.quiet)
      write_paragraph(
          io.out, "",
          fmt::format("{}: {} of {}, {}", path.string(), counted(records, "record"),
                      counted(reports.size(), "report"), bytes_text(fs::file_size(path, fault))),
          any_width);
  }
  if (months.empty() && !io.quiet)
    write_paragraph(io.out, "", fmt::format("before {}: nothing to archive", iso_date(before)),
                    any_width);
  return Exit::done;
}

}  // namespace dmarcq

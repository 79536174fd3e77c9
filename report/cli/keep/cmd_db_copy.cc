// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <ostream>
#include <streambuf>

#include "ingest/base/digest.h"
#include "report/cli/args/database.h"
#include "report/cli/cmd.h"
#include "report/cli/terminal/progress.h"
#include "report/cli/terminal/signals.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/report_json.h"
#include "store/import/copy.h"
#include "store/queries.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

/// What is written to it is hashed, and kept nowhere.
class HashBuffer final : public std::streambuf {
 public:
  Digest finish() { return hash_.finish(); }

 private:
  int_type overflow(int_type c) override {
    if (c == traits_type::eof()) return 0;
    const char byte = traits_type::to_char_type(c);
    hash_.add({&byte, 1});
    return c;
  }
  std::streamsize xsputn(const char* bytes, std::streamsize size) override {
    hash_.add({bytes, static_cast<std::size_t>(size)});
    return size;
  }
  Sha256 hash_;
};

/// The SHA-256 of what 'db export' writes, but for the reports' ids, which every database gives out
/// itself; of reports that count and of distrusted ones.
std::string export_hash(Snapshot& snapshot) {
  HashBuffer buffer;
  std::ostream out(&buffer);
  JsonWriter json(out);
  for (const Which which : {Which::counted, Which::distrusted})
    each_report(
        snapshot, {},
        [&](const ReportInfo& report) {
          ReportInfo without_id = report;
          without_id.id = 0;
          write_report_json(json, without_id,
                            [&](const auto& take) { snapshot.records(report.id, take); });
          json.finish();
        },
        which);
  out.flush();
  return to_hex(buffer.finish());
}

struct KeptReports {
  std::uint64_t tls = 0, failures = 0;
};
KeptReports kept_in(Snapshot& snapshot) {
  KeptReports kept;
  snapshot.tls_reports(0, last_possible_day, [&](const StoredTlsReport&) { ++kept.tls; });
  snapshot.failure_reports(0, last_possible_day, [&](const StoredFailure&) { ++kept.failures; });
  return kept;
}

/// What the export does not show and must be the same too. "" when it is.
std::string difference_of(Snapshot& from, Snapshot& to) {
  const DatabaseInfo a = database_info(from), b = database_info(to);
  std::uint64_t events_a = 0, events_b = 0;
  from.delivery_logs([&](const StoredDeliveryLog& log) { events_a += log.events_found; });
  to.delivery_logs([&](const StoredDeliveryLog& log) { events_b += log.events_found; });
  struct Figure {
    std::string_view name;
    std::uint64_t here, there;
  };
  for (const auto& [name, here, there] :
       {Figure{"items", a.items, b.items}, Figure{"stored items", a.stored, b.stored},
        Figure{"duplicate items", a.duplicate, b.duplicate},
        Figure{"items that are no reports", a.not_a_report, b.not_a_report},
        Figure{"items with a problem", a.problem, b.problem},
        Figure{"problems", from.problems(true).size(), to.problems(true).size()},
        Figure{"messages", a.messages, b.messages},
        Figure{"TLS reports", kept_in(from).tls, kept_in(to).tls},
        Figure{"failure reports", kept_in(from).failures, kept_in(to).failures},
        Figure{"delivery events", events_a, events_b}})
    if (here != there)
      return fmt::format("{}: {} there, {} in the copy", name, with_thousands(here),
                         with_thousands(there));
  return export_hash(from) == export_hash(to) ? "" : "the exports differ";
}

constexpr const char* stopped_late =
    "dmarcq: stopped; what was copied before the last batch is kept: run the same command to go "
    "on\n";

Settings settings_of_copy(const Args& args, const Settings& settings) {
  Settings copy = settings;
  copy.database = Location::parse(std::string(args.value("--to").value_or("")));
  std::error_code ignored;
  const bool same =
      copy.database == settings.database ||
      (!copy.database.is_server() && !settings.database.is_server() &&
       std::filesystem::equivalent(copy.database.file(), settings.database.file(), ignored));
  if (same)
    throw UsageError("--to: " + copy.database.text() + " is the database itself",
                     "name another file, or the address of a server");
  return copy;
}

}  // namespace

Exit run_db_copy(const Args& args, Io& io) {
  if (!args.has("--to"))
    throw UsageError("--to is missing", "dmarcq db copy --to postgresql://USER@HOST/DATABASE");
  const Settings settings = settings_of(args), target = settings_of_copy(args, settings);
  const std::unique_ptr<Snapshot> from = open_for_reading(settings, io);
  if (!from->newer().empty())
    throw StoreError(StoreError::Kind::newer, from->place() + ": " + from->newer());
  const Run run = run_or_busy(target);
  const std::unique_ptr<Store> to = open_for_copy(target);
  const StopOnSignal stop(io.quiet ? nullptr : stopped_late);
  ProgressLine progress(io);
  const std::uint64_t items = database_info(*from).items;
  const bool all = copy_database(*from, *to,
                                 {.progress =
                                      [&](const CopiedSoFar& done) {
                                        progress.show({.bytes_done = done.items,
                                                       .bytes_total = items,
                                                       .items = done.items,
                                                       .reports = done.reports});
                                      },
                                  .stop = &stop.flag()});
  progress.wipe();
  if (!all) {
    say_error(io, "stopped; what was copied is kept: run the same command to go on");
    return stop.signal() == SIGINT ? Exit::interrupted : Exit::terminated;
  }
  const std::unique_ptr<Snapshot> there = to->snapshot();
  if (const std::string difference = difference_of(*from, *there); !difference.empty()) {
    say_error(
        io,
        fmt::format("{}: is not the same as {}: {}", target.database.text(), from->place(),
                    difference),
        "if it changed since the copy was begun, remove the copy and begin anew; else dmarcq db "
        "check tells whether it is damaged");
    return Exit::damaged;
  }
  finish_copy(*from, *to);
  if (!io.quiet) {
    const DatabaseInfo info = database_info(*there);
    write_paragraph(
        io.out, "",
        fmt::format("{}: {}, {}, {}; both exports have the SHA-256 {}", target.database.text(),
                    counted(info.items, "item"), counted(info.reports, "report"),
                    counted(info.messages, "message"), export_hash(*there)),
        any_width);
  }
  return Exit::done;
}

}  // namespace dmarcq

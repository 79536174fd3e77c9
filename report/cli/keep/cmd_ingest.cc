// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "ingest/source/imap.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/mailbox_config.h"
#include "report/cli/cmd.h"
#include "report/cli/keep/ingest_result.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/fault_lines.h"
#include "report/cli/terminal/file_modes.h"
#include "report/cli/terminal/signals.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "store/import/checkpoint_store.h"
#include "store/import/delivery_tables.h"
#include "store/import/import.h"
#include "store/import/in_flight.h"

namespace dmarcq {
namespace {

using Clock = std::chrono::steady_clock;

/// Unpacked documents come and go by the megabyte in every worker. By default glibc soon keeps
/// blocks of that size in each thread's arena instead of giving them back. With fixed thresholds
/// the peak of a million records is 122 MB instead of 168, for a tenth more processor time.
void give_memory_back_at_once() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
#endif
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void show_result(Io& io, Format format, const IngestSummary& summary, double seconds) {
  switch (format) {
    case Format::table:
      if (!io.quiet) write_paragraph(io.out, "", ingest_line(summary), any_width);
      return;
    case Format::plain:
    case Format::csv:
    case Format::tsv:
    case Format::markdown: show_data(io, format, ingest_table(summary, seconds)); return;
    case Format::json:
    case Format::ndjson: {
      JsonWriter json(
          io.out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
      write_ingest_json(json, summary, seconds);
      json.finish();
    }
  }
}

IngestOptions options_of(const Args& args, const Settings& settings) {
  IngestOptions options;
  options.limits = settings.limits;
  options.sender_checks.receivers = settings.receivers;
  options.sender_checks.keep_failure_headers = settings.failures.headers;
  if (const auto jobs = args.value("--jobs")) {
    const std::uint64_t number = number_argument("--jobs", *jobs);
    if (number > 256) throw UsageError("--jobs: at most 256");
    options.jobs = static_cast<unsigned>(number);
  }
  for (const std::string& id : args.values("--authserv-id"))
    options.sender_checks.receivers.push_back(authserv_id_argument("--authserv-id", id));
  options.reread = args.has("--reread");
  return options;
}

ColumnMap column_map_of(const Args& args) {
  const auto text = args.value("--map");
  if (!text) return {};
  auto map = parse_column_map(*text);
  if (!map) throw UsageError("--map: " + map.error(), "--map email=Email,date=Created");
  return std::move(*map);
}

/// Of tables that were passed over, so that a log in an unknown form is no silent loss.
void tell_of_tables(Io& io, const IngestSummary& total, bool log_as_json) {
  const auto found = total.not_a_report_kinds.find("unknown_table");
  if (found == total.not_a_report_kinds.end() || found->second == 0) return;
  const std::string text =
      fmt::format("{} of a kind that dmarcq does not know {} passed over; --map names its columns",
                  counted(found->second, "table"), found->second == 1 ? "was" : "were");
  if (log_as_json) {
    log_json(io, "warning", "", text);
  } else if (!io.quiet) {
    write_paragraph(io.err, "", text, any_width);
    write_paragraph(io.err, "hint: ",
                    "dmarcq problems list --not-a-report; dmarcq help ingest; a list of contacts "
                    "is for dmarcq refusals --objects",
                    any_width);
  }
}

constexpr const char* stopped_late =
    "dmarcq: stopped; what was stored before the last batch is kept: run the same command to go "
    "on\n";

/// After a signal: that nothing is lost, and how to go on.
void say_stopped(Io& io, bool stored, bool log_as_json) {
  const std::string_view text =
      stored ? "stopped; what was read is stored: run the same command to go on"
             : "stopped before anything was read: run the same command again";
  if (log_as_json)
    log_json(io, "warning", "", std::string(text));
  else if (!io.quiet)
    say_error(io, text);
}

/// How the run ended, and what to type next.
Exit exit_of(Io& io, const IngestSummary& total, const StopOnSignal& stop, bool unreadable,
             bool is_for_people, bool wrong_map) {
  if (stop.signal() == SIGINT) return Exit::interrupted;
  if (stop.signal() == SIGTERM) return Exit::terminated;
  if (unreadable) return Exit::io;
  if (wrong_map) return Exit::usage;
  if (is_for_people && total.problem == 0 && total.reports_stored > 0)
    say_next(io, "next: dmarcq summary");
  else if (is_for_people && total.problem == 0 && total.deliveries_stored > 0)
    say_next(io, "next: dmarcq refusals");
  if (total.problem == 0) return Exit::done;
  say_next(io, "next: dmarcq problems list");
  return Exit::partial;
}

}  // namespace

// Long because its steps share one run: lock, database, progress and faults.
Exit run_ingest(const Args& args, Io& io) {
  give_memory_back_at_once();
  const Settings settings = settings_of(args);
  const Format format = format_of(args);
  const bool verbose = args.has("--verbose");
  const std::vector<MailboxConfig> mailboxes = mailboxes_to_read(args);
  const DeliveryTables tables(column_map_of(args));
  const bool log_as_json = args.value("--log-format").value_or("text") == "json";
  const StopOnSignal stop(io.quiet || log_as_json ? nullptr : stopped_late);
  ProgressLine progress(io);
  FaultLines faults(io, progress, verbose, log_as_json);
  const auto say_fault = [&](const std::string& place, const std::string& text) {
    progress.wipe();
    if (log_as_json)
      log_json(io, "error", place, text);
    else
      say_error(io, fmt::format("{}: {}", place, text));
  };
  const auto start = Clock::now();
  auto source_start = start;
  std::uint64_t bytes_before = 0;

  IngestOptions options = options_of(args, settings);
  const DnsChoice dns(args, settings, &stop.flag());
  options.sender_checks.resolver = dns.resolver();
  options.stop = &stop.flag();
  options.on_fault = [&](const Origin& origin, const Error& error) { faults.say(origin, error); };
  options.on_note = [&](const Origin& origin, const std::string& text) {
    faults.note(origin, text);
  };

  IngestSummary total;
  options.progress = [&](const IngestSummary& now, std::uint64_t saved_to,
                         const ItemSource& mailbox) {
    progress.show({.bytes_done = saved_to,
                   .bytes_total = mailbox.bytes_total(),
                   .bytes_before = bytes_before,
                   .items = total.items + now.items,
                   .reports = total.reports_stored + now.reports_stored,
                   .records = total.records + now.records,
                   .seconds = seconds_since(start),
                   .source_seconds = seconds_since(source_start)});
  };

  // The database is opened for the first source that can be read: a mistyped path leaves no empty
  // one behind.
  std::optional<Run> run;
  std::unique_ptr<Store> store;
  std::optional<InFlight> in_flight;
  std::unique_ptr<CheckpointStore> checkpoints;
  const auto open = [&] {
    auto begun = begin_run(settings);
    if (!begun) return false;
    run.emplace(std::move(*begun));
    store = open_for_writing(settings);
    options.in_flight = &in_flight.emplace(run->notes);
    if (!options.reread) checkpoints = open_checkpoints(*store);
    return true;
  };
  const auto busy = [&] {
    say_fault(settings.database.text(), "another run is using this database; nothing was done");
    return Exit::busy;
  };
  if (settings.database.may_exist() && !open()) return busy();
  bool unreadable = false, is_busy = false;
  for (const MailboxConfig& configured : mailboxes) {
    if (stop.flag()) break;
    const std::string& source = configured.source;
    for (const std::string& file : secret_files(configured)) {
      progress.wipe();
      warn_of_readers(io, file);
    }
    auto mailbox = open_configured(configured,
                                   OpenOptions{.limits = settings.limits,
                                               .tables = &tables,
                                               .checkpoints = checkpoints.get(),
                                               .stop = &stop.flag()},
                                   settings.database.notes());
    if (!mailbox && stop.flag()) break;
    if (!mailbox) {
      unreadable = true;
      say_fault(source, mailbox.error().text);
      continue;
    }
    if (!store && !open()) return busy();
    // Two that read one mailbox would move each other's mails.
    std::unique_ptr<Lease> lease;
    if (is_imap_url(source) && !(lease = store->lease("mailbox " + source))) {
      say_fault(source, "another run is reading this mailbox; nothing was done");
      is_busy = true;
      continue;
    }
    source_start = Clock::now();
    bytes_before = (*mailbox)->bytes_done();
    const IngestSummary summary = ingest(**mailbox, *store, options);
    total.add(summary);
    if (const auto failure = stop.flag() ? std::nullopt : (*mailbox)->failure()) {
      unreadable = true;
      say_fault(source, failure->text);
    }
    if (verbose && mailboxes.size() > 1) {
      progress.wipe();
      write_paragraph(io.err, "",
                      fmt::format("{}: {} in {:.1f} s", source, counted(summary.items, "item"),
                                  seconds_since(source_start)),
                      any_width);
    }
  }
  if (store) {
    store->forget_recipients(addresses_kept_since(settings));
    store->forget_failures(failures_kept_since(settings));
  }
  // What could not be opened this time may hold what a run died of.
  if (in_flight && !stop.flag() && !unreadable) in_flight->run_ended();
  faults.finish();
  const std::string map_fault = tables.map_fault();
  if (!map_fault.empty())
    say_fault("--map", map_fault);
  else
    tell_of_tables(io, total, log_as_json);
  dns.warn_of_silence(io);
  if (log_as_json && store)
    log_json(io, total.problem > 0 ? "warning" : "info", settings.database.text(),
             ingest_line(total));
  else if (store || !unreadable)
    show_result(io, format, total, seconds_since(start));
  if (stop.signal() != 0) say_stopped(io, store != nullptr, log_as_json);
  if (is_busy && stop.signal() == 0) return Exit::busy;
  return exit_of(io, total, stop, unreadable, format == Format::table, !map_fault.empty());
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/keep/ingest_result.h"
#include "report/cli/listing.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/report_json.h"
#include "store/base/new_file.h"
#include "store/document/kept_reports.h"
#include "store/integrity.h"
#include "store/queries.h"
#include "store/scope.h"
#include "store/store.h"

namespace dmarcq {

Exit run_db_info(const Args& args, Io& io) {
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const DatabaseInfo info = database_info(*snapshot);
  const Format format = format_of(args);
  const auto day = [](const std::optional<Day>& d) {
    return d ? std::optional<std::string>(iso_date(*d)) : std::nullopt;
  };
  if (format == Format::json || format == Format::ndjson) {
    JsonWriter json(
        io.out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    json.object()
        .member("schema", "dmarcq.db-info/1")
        .member("path", snapshot->place())
        .member("schema_version", info.schema_version);
    json.member("file_bytes", info.file_bytes)
        .member("reports", info.reports)
        .member("records", info.records)
        .member("messages", info.messages);
    json.member("unusable_records", info.unusable_records)
        .member("unusable_messages", info.unusable_messages);
    json.member("domains", info.domains)
        .member("reporters", info.reporters)
        .member("identities", info.identities)
        .member("items", info.items);
    json.key("outcomes")
        .object()
        .member("stored", info.stored)
        .member("duplicate", info.duplicate)
        .member("not_a_report", info.not_a_report);
    json.member("problem", info.problem).end();
    json.member("first_day", day(info.first_day))
        .member("last_day", day(info.last_day))
        .end()
        .finish();
    return Exit::done;
  }
  ResultTable table;
  table.columns = {{.key = "field", .title = "field"}, {.key = "value", .title = "value"}};
  const auto add = [&](const char* name, Cell value) {
    table.rows.push_back({name, std::move(value)});
  };
  add("database", snapshot->place());
  add("schema", static_cast<std::uint64_t>(info.schema_version));
  add("size", ByteCount{info.file_bytes});
  add("reports", info.reports);
  add("records", info.records);
  add("messages", info.messages);
  if (info.unusable_records > 0)
    add("left out", unusable_words(info.unusable_records, info.unusable_messages));
  add("domains", info.domains);
  add("reporters", info.reporters);
  add("identities", info.identities);
  if (info.first_day) add("first day", OnDay{*info.first_day});
  if (info.last_day) add("last day", OnDay{*info.last_day});
  add("items", info.items);
  add("  stored", info.stored);
  add("  duplicate", info.duplicate);
  add("  not a report", info.not_a_report);
  add("  problem", info.problem);
  if (format != Format::table)
    show_data(io, format, table);
  else
    for (const auto& row : table.rows)
      write_paragraph(io.out, fmt::format("{:<16}", human_text(row[0])), human_text(row[1]),
                      any_width);
  return Exit::done;
}

Exit run_db_check(const Args& args, Io& io) {
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const std::vector<std::string> faults = check_integrity(*snapshot);
  const Format format = format_of(args);
  if (format == Format::json || format == Format::ndjson) {
    JsonWriter json(
        io.out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    json.object()
        .member("schema", "dmarcq.db-check/1")
        .member("ok", faults.empty())
        .member("faults", faults)
        .end()
        .finish();
  } else if (faults.empty()) {
    const DatabaseInfo info = database_info(*snapshot);
    if (!io.quiet)
      write_paragraph(
          io.out, "",
          fmt::format("ok: {} = {} stored + {} duplicate + {} not a report + {}; {}, {}, {}",
                      counted(info.items, "item"), with_thousands(info.stored),
                      with_thousands(info.duplicate), with_thousands(info.not_a_report),
                      counted(info.problem, "problem"), counted(info.reports, "report"),
                      counted(info.records, "record"), counted(info.messages, "message")),
          any_width);
  } else {
    for (const std::string& fault : faults)
      say_error(io, fmt::format("{}: {}", snapshot->place(), fault));
    say_error(io, fmt::format("{} did not hold", counted(faults.size(), "check")),
              "restore a backup, or ingest the mailbox into a fresh database");
  }
  return faults.empty() ? Exit::done : Exit::damaged;
}

namespace {

/// TLS reports as of RFC 8460, or failure reports: one a line.
Exit export_kept(Snapshot& snapshot, const Selection& selection, bool tls, Io& io) {
  const Filter& filter = selection.filter;
  const Day since = filter.since.value_or(0), until = filter.until.value_or(last_possible_day);
  std::uint64_t left = selection.limit.value_or(UINT64_MAX);
  const auto is_asked = [&](const std::string& domain) {
    return filter.domains.empty() ||
           std::ranges::any_of(filter.domains, [&](const std::string& asked) {
             return domain == asked || domain.ends_with("." + asked);
           });
  };
  const auto write = [&](bool asked, auto make) {
    if (!asked || left == 0) return;
    --left;
    io.out << make() << '\n';
  };
  if (tls)
    snapshot.tls_reports(since, until, [&](const StoredTlsReport& stored) {
      const auto& policies = stored.report.policies;
      write(policies.empty() ? is_asked("")
                             : std::ranges::any_of(policies, is_asked, &TlsPolicy::domain),
            [&] { return tls_content(stored.report); });
    });
  else
    snapshot.failure_reports(since, until, [&](const StoredFailure& stored) {
      write(is_asked(stored.report.reported_domain) || is_asked(stored.report.header_from),
            [&] { return failure_content(stored.report, stored.marks); });
    });
  return Exit::done;
}

}  // namespace

Exit run_db_export(const Args& args, Io& io) {
  const Selection selection = selection_of(args, today());
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const std::string kind(args.value("--kind").value_or("aggregate"));
  if (kind != "aggregate") {
    if (args.has("--format") && format_of(args) != Format::ndjson)
      throw UsageError("--kind " + kind + " is written in lines only", "--format ndjson");
    return export_kept(*snapshot, selection, kind == "tls", io);
  }
  const bool lines = format_of(args) == Format::ndjson || !args.has("--format");
  JsonWriter json(io.out);
  if (!lines) json.object().member("schema", "dmarcq.export/1").key("reports").array();
  std::uint64_t left = selection.limit.value_or(UINT64_MAX);
  each_report(*snapshot, selection.filter, [&](const ReportInfo& report) {
    if (left == 0) return;
    --left;
    write_report_json(json, report, [&](const auto& take) { snapshot->records(report.id, take); });
    if (lines) json.finish();
  });
  if (!lines) json.end().end().finish();
  return Exit::done;
}

Exit run_db_backup(const Args& args, Io& io) {
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const std::filesystem::path target = args.operands.front();
  std::error_code fault;
  if (std::filesystem::exists(target, fault))
    throw UsageError(fmt::format("{}: exists already", target.string()), "name a new file");
  NewFile copy(target);
  snapshot->backup(copy.path());
  copy.put_in_place();
  if (!io.quiet)
    write_paragraph(io.out, "",
                    fmt::format("{}: {}", target.string(),
                                bytes_text(std::filesystem::file_size(target, fault))),
                    any_width);
  return Exit::done;
}

Exit run_db_restore(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const std::filesystem::path backup = args.operands.front();
  std::error_code fault;
  if (!std::filesystem::exists(backup, fault))
    throw FileError(fmt::format("{}: there is no such file", backup.string()));
  if (settings.database.is_server())
    throw UsageError(settings.database.text() + ": PostgreSQL has its own ways to restore",
                     "pg_restore, or psql");
  const std::filesystem::path& database = settings.database.file();
  if (std::filesystem::equivalent(backup, database, fault))
    throw UsageError(fmt::format("{}: is the database itself", backup.string()));
  const Run run = run_or_busy(settings);
  restore_store(database, backup);
  // Opened for writing, an older one is brought up to date.
  const DatabaseInfo info = database_info(*open_for_writing(settings)->snapshot());
  if (!io.quiet)
    write_paragraph(io.out, "",
                    fmt::format("{}: {}, {}, {}", database.string(), counted(info.items, "item"),
                                counted(info.reports, "report"), counted(info.messages, "message")),
                    any_width);
  return Exit::done;
}

Exit run_db_prune(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const auto age = args.value("--older-than");
  const bool all = args.has("--all");
  if (!age && all)
    throw UsageError("--all needs --older-than", "dmarcq db prune --older-than 24mo --all");
  const Day before = age ? day_argument("--older-than", *age, today()) : 0;
  if (before > today()) throw UsageError("--older-than: lies in the future");
  const std::unique_ptr<Store> store = open_existing(settings);
  const Run run = run_or_busy(settings);
  // First, so that the number holds also those whose events go now.
  const Day kept_since = addresses_kept_since(settings);
  const std::uint64_t forgotten = store->forget_recipients(kept_since);
  const std::uint64_t failures = store->forget_failures(failures_kept_since(settings));
  const Pruned pruned = age ? store->prune(before, all) : Pruned();
  if (io.quiet) return Exit::done;
  if (age) {
    std::string words = fmt::format(
        "before {}: {} of {} {}", iso_date(before), counted(pruned.records, "record"),
        counted(pruned.reports, "report"), all ? "forgotten" : "forgotten, their totals kept");
    if (all) words += ", and " + counted(pruned.items, "item");
    if (pruned.deliveries > 0) words += ", and " + counted(pruned.deliveries, "delivery event");
    if (pruned.tls_reports > 0) words += ", and " + counted(pruned.tls_reports, "TLS report");
    if (pruned.failures > 0) words += ", and " + counted(pruned.failures, "failure report");
    write_paragraph(io.out, "", words, any_width);
  }
  if (!age || forgotten > 0)
    write_paragraph(io.out, "",
                    fmt::format("before {}: recipients' addresses of {} forgotten",
                                iso_date(kept_since), counted(forgotten, "delivery event")),
                    any_width);
  if (failures > 0)
    write_paragraph(
        io.out, "",
        fmt::format("before {}: headers of {} forgotten", iso_date(failures_kept_since(settings)),
                    counted(failures, "failure report")),
        any_width);
  return Exit::done;
}

Exit run_db_vacuum(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const std::unique_ptr<Store> store = open_existing(settings);
  const Run run = run_or_busy(settings);
  std::error_code fault;
  const std::filesystem::path& database = settings.database.file();
  const auto before = std::filesystem::file_size(database, fault);
  store->vacuum();
  if (!io.quiet)
    write_paragraph(
        io.out, "",
        fmt::format("{}: {}, was {}", database.string(),
                    bytes_text(std::filesystem::file_size(database, fault)), bytes_text(before)),
        any_width);
  return Exit::done;
}

}  // namespace dmarcq

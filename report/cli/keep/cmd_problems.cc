// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "report/cli/args/database.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/keep/ingest_result.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/fault_lines.h"
#include "report/cli/terminal/signals.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/wording.h"
#include "store/import/import.h"
#include "store/import/process.h"
#include "store/queries.h"

namespace dmarcq {
namespace {

std::int64_t problem_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (fault != std::errc() || end != text.data() + text.size() || id <= 0)
    throw UsageError(fmt::format("'{}' is no problem's number", text), "dmarcq problems list");
  return id;
}

/// Of a problem whose bytes are not in the database.
std::string why_not_kept(const Problem& problem) {
  if (problem.bytes == 0 || problem.reason == "unreadable") return "none could be read";
  if (problem.bytes > most_kept_bytes)
    return fmt::format("more than {}", bytes_text(most_kept_bytes));
  return "they name recipients, as those of delivery logs and bounces do";
}

std::string nothing_to_retry(Store& store) {
  const std::vector<Problem> open = store.snapshot()->problems(false);
  if (open.empty() || std::ranges::any_of(open, &Problem::kept)) return "nothing to try again";
  return fmt::format(
      "nothing to try again: the bytes of {} are not kept; 'dmarcq ingest' reads them again",
      counted(open.size(), "problem"));
}

void write_members(JsonWriter& json, const Problem& problem) {
  json.member("id", problem.id).member("source", problem.origin.source);
  json.key("index");
  if (problem.origin.index > 0)
    json.value(problem.origin.index);
  else
    json.null();
  json.member_or_null("message_id", problem.origin.message_id)
      .member_or_null("part", problem.origin.part);
  json.member("place", to_text(problem.origin))
      .member("reason", problem.reason)
      .member_or_null("text", problem.text);
  json.member("bytes", problem.bytes)
      .member("kept", problem.kept)
      .member("dismissed", problem.dismissed);
}

}  // namespace

namespace {

/// Mail that is of another kind, and said so: for whoever misses a report.
Exit list_passed_over(const Args& args, Io& io, Snapshot& snapshot) {
  std::vector<PassedOver> found = snapshot.passed_over();
  const std::size_t all = found.size();
  if (const auto limit = args.value("--limit"))
    found.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(number_argument("--limit", *limit), all)));
  Listing listing;
  listing.schema = "dmarcq.passed-over/1";
  listing.name = "items";
  listing.size = found.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    const PassedOver& item = found[i];
    json.object().member("kind", item.kind).member("source", item.origin.source);
    json.key("index");
    if (item.origin.index > 0)
      json.value(item.origin.index);
    else
      json.null();
    json.member_or_null("message_id", item.origin.message_id)
        .member("place", to_text(item.origin))
        .member("bytes", item.bytes)
        .end();
  };
  listing.table = [&] {
    ResultTable table;
    table.columns = {{.key = "kind", .title = "kind"},
                     {.key = "place", .title = "where", .min_width = 24, .wraps = true},
                     {.key = "message_id", .title = "message-id", .drop_order = 1, .min_width = 16},
                     {.key = "bytes", .title = "size", .right = true, .drop_order = 2}};
    for (const PassedOver& item : found)
      table.rows.push_back(
          {item.kind, to_text(item.origin), item.origin.message_id, ByteCount{item.bytes}});
    return table;
  };
  if (all == 0)
    listing.below = {"every item held a report or was a problem"};
  else if (found.size() < all)
    listing.below = {left_out_words(counted(all - found.size(), "item"))};
  show(io, format_of(args), listing);
  return all > 0 && args.has("--exit-code") ? Exit::found : Exit::done;
}

}  // namespace

Exit run_problems_list(const Args& args, Io& io) {
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  if (args.has("--not-a-report")) {
    if (args.has("--all") || !args.values("--reason").empty())
      throw UsageError(
          "--not-a-report lists items without a problem: --all and --reason do not go with it");
    return list_passed_over(args, io, *snapshot);
  }
  std::vector<Problem> found = snapshot->problems(args.has("--all"));
  if (const auto reasons = args.values("--reason"); !reasons.empty())
    std::erase_if(found, [&](const Problem& problem) {
      return std::ranges::none_of(reasons, [&](const std::string& reason) {
        return problem.reason == reason || problem.reason.starts_with(reason + ":");
      });
    });
  const std::size_t all = found.size();
  if (const auto limit = args.value("--limit"))
    found.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(number_argument("--limit", *limit), all)));
  Listing listing;
  listing.schema = "dmarcq.problems/1";
  listing.name = "problems";
  listing.size = found.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    json.object();
    write_members(json, found[i]);
    json.end();
  };
  listing.table = [&] {
    ResultTable table;
    table.columns = {
        {.key = "id", .title = "id", .right = true},
        {.key = "reason", .title = "reason"},
        {.key = "place", .title = "where", .min_width = 16, .wraps = true},
        {.key = "text", .title = "what", .min_width = 16, .wraps = true},
        {.key = "bytes", .title = "size", .right = true, .drop_order = 1},
        {.key = "state", .title = "state", .drop_order = 2},
    };
    for (const Problem& problem : found)
      table.rows.push_back({static_cast<std::uint64_t>(problem.id), problem.reason,
                            to_text(problem.origin), problem.text, ByteCount{problem.bytes},
                            problem.dismissed ? "dismissed"
                            : problem.kept    ? "kept"
                                              : "not kept"});
    return table;
  };
  const Format format = format_of(args);
  if (all == 0)
    listing.below = {"no problems"};
  else if (found.size() < all)
    listing.below = {left_out_words(counted(all - found.size(), "problem"))};
  show(io, format, listing);
  if (format == Format::table && !found.empty())
    say_next(
        io,
        "next: dmarcq problems show ID; dmarcq problems retry after an update; dmarcq problems dismiss ID when it is of no interest");
  return all > 0 && args.has("--exit-code") ? Exit::found : Exit::done;
}

Exit run_problems_show(const Args& args, Io& io) {
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const std::int64_t id = problem_id(args.operands.front());
  const std::vector<Problem> all = snapshot->problems(true);
  const auto found = std::ranges::find(all, id, &Problem::id);
  if (found == all.end())
    throw UsageError(fmt::format("no problem {}", id), "dmarcq problems list --all");
  if (args.has("--raw")) {
    const auto bytes = snapshot->problem_bytes(id);
    if (!bytes)
      throw FileError(
          fmt::format("problem {}: its bytes are not kept: {}", id, why_not_kept(*found)),
          fmt::format("look in {}; 'dmarcq ingest' reads it again", to_text(found->origin)));
    if (io.out_terminal.is_terminal)
      throw UsageError("--raw: a stranger's bytes do not belong on a terminal",
                       "send them to a file: > item.eml");
    io.out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
    return Exit::done;
  }
  const Format format = format_of(args);
  if (format == Format::json || format == Format::ndjson) {
    JsonWriter json(
        io.out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    json.object().member("schema", "dmarcq.problem/1");
    write_members(json, *found);
    json.end().finish();
    return Exit::done;
  }
  ResultTable table;
  table.columns = {{.key = "field", .title = "field"}, {.key = "value", .title = "value"}};
  const auto line = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) table.rows.push_back({name, text});
  };
  line("problem", std::to_string(id));
  line("where", to_text(found->origin));
  line("message id", found->origin.message_id);
  line("reason", found->reason);
  line("what", found->text);
  line("size", bytes_text(found->bytes));
  line("bytes", found->kept ? "kept; --raw prints them" : "not kept: " + why_not_kept(*found));
  line("state", found->dismissed ? "dismissed" : "open");
  if (format != Format::table)
    show_data(io, format, table);
  else
    for (const auto& row : table.rows)
      write_paragraph(io.out, fmt::format("{:<12}", human_text(row[0])), human_text(row[1]),
                      any_width);
  return Exit::done;
}

Exit run_problems_retry(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  std::vector<std::int64_t> ids;
  for (const std::string& text : args.operands) ids.push_back(problem_id(text));
  const Run run = run_or_busy(settings);
  const std::unique_ptr<Store> store = open_existing(settings);
  const StopOnSignal stop;
  ProgressLine progress(io);
  FaultLines faults(io, progress, args.has("--verbose"));
  IngestOptions options;
  options.limits = settings.limits;
  options.sender_checks.receivers = settings.receivers;
  options.sender_checks.keep_failure_headers = settings.failures.headers;
  const DnsChoice dns(args, settings, &stop.flag());
  options.sender_checks.resolver = dns.resolver();
  options.stop = &stop.flag();
  options.on_fault = [&](const Origin& origin, const Error& error) { faults.say(origin, error); };
  const IngestSummary summary = retry_problems(*store, ids, options);
  faults.finish();
  dns.warn_of_silence(io);
  const Format format = format_of(args);
  if (format == Format::table) {
    if (!io.quiet)
      write_paragraph(io.out, "",
                      summary.items == 0 ? nothing_to_retry(*store) : ingest_line(summary),
                      any_width);
  } else if (format != Format::json && format != Format::ndjson) {
    show_data(io, format, ingest_table(summary, 0));
  } else {
    JsonWriter json(
        io.out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    write_ingest_json(json, summary, 0);
    json.finish();
  }
  if (stop.signal() == SIGINT) return Exit::interrupted;
  if (stop.signal() == SIGTERM) return Exit::terminated;
  return summary.problem > 0 ? Exit::partial : Exit::done;
}

Exit run_problems_dismiss(const Args& args, Io& io) {
  std::vector<std::int64_t> ids;
  for (const std::string& text : args.operands) ids.push_back(problem_id(text));
  const std::unique_ptr<Store> store = open_existing(settings_of(args));
  std::vector<std::int64_t> unknown;
  for (const std::int64_t id : ids)
    if (!store->dismiss_problem(id)) unknown.push_back(id);
  if (!io.quiet && ids.size() > unknown.size())
    io.out << counted(ids.size() - unknown.size(), "problem") << " dismissed\n";
  if (unknown.empty()) return Exit::done;
  throw UsageError(fmt::format("no open problem {}", fmt::join(unknown, ", ")),
                   "dmarcq problems list");
}

}  // namespace dmarcq

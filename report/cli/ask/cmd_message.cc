// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>

#include "ingest/dns/key_resolver.h"
#include "report/answers/message_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/answers/message.h"

namespace dmarcq {
namespace {

std::string mail_text(const std::string& file) {
  if (file != "-") return file_text(file);
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

/// A database is of use and not needed: without one, only the mail itself is explained.
std::unique_ptr<Snapshot> database_if_any(const Args& args, const Settings& settings, Io& io) {
  if (!args.has("--db") && !settings.database.may_exist()) return nullptr;
  return open_for_reading(settings, io);
}

std::vector<std::string> receivers_of(const Args& args, const Settings& settings) {
  std::vector<std::string> receivers = settings.receivers;
  for (const std::string& id : args.values("--authserv-id"))
    receivers.push_back(authserv_id_argument("--authserv-id", id));
  return receivers;
}

bool is_of_rows(Format format) {
  return format == Format::plain || format == Format::csv || format == Format::tsv ||
         format == Format::markdown;
}

/// The rows of one more mail, behind the name of its file.
void add_rows(ResultTable& table, ResultTable mail, const std::string& file) {
  if (table.columns.empty()) {
    table.columns = std::move(mail.columns);
    table.columns.insert(table.columns.begin(), {.key = "file", .title = "file"});
  }
  for (std::vector<Cell>& row : mail.rows) {
    row.insert(row.begin(), Cell(file));
    table.rows.push_back(std::move(row));
  }
}

}  // namespace

Exit run_message(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const Format format = format_of(args);
  const DnsChoice dns(args, settings, nullptr);
  std::optional<KeyResolver> key;
  if (const auto file = args.value("--key")) {
    auto record = KeyResolver::record_in(file_text(*file));
    if (!record) throw FileError(fmt::format("{}: {}", *file, record.error()));
    key.emplace(std::move(*record), dns.resolver());
  }
  MessageQuestion question{.receivers = receivers_of(args, settings),
                           .resolver = key ? &*key : dns.resolver(),
                           .keys_only = dns.resolver() == nullptr,
                           .limits = settings.limits,
                           .today = today()};
  const std::unique_ptr<Snapshot> snapshot = database_if_any(args, settings, io);
  Exit exit = Exit::done;
  bool first = true;
  ResultTable table;
  for (const std::string& file : args.operands) {
    const std::string mail = mail_text(file);
    question.mail = mail;
    const auto answer = message_answer(snapshot.get(), question);
    if (!answer) {
      say_error(io, fmt::format("{}: {}", file, answer.error().text));
      exit = Exit::partial;
      continue;
    }
    const bool several = args.operands.size() > 1;
    if (is_of_rows(format)) {
      add_rows(table, message_table(*answer), file);
    } else if (format != Format::table) {
      write_message_json(io.out, *answer, file, several || format == Format::ndjson);
    } else {
      if (several) io.out << (first ? "" : "\n") << terminal_text(file) << "\n\n";
      write_message_text(io.out, *answer, style_of(io));
    }
    first = false;
    if (args.has("--exit-code") && !answer->authentication.dmarc.passes.value_or(false) &&
        exit == Exit::done)
      exit = Exit::found;
  }
  if (is_of_rows(format) && !table.columns.empty()) show_data(io, format, table);
  dns.warn_of_silence(io);
  return exit;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/cli/args/database.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/numbers.h"
#include "report/render/overloaded.h"
#include "report/render/phrases/wording.h"
#include "store/sql_views.h"

namespace dmarcq {
namespace {

Cell cell_of(const SqlValue& value) {
  return std::visit(Overloaded{
                        [](std::monostate) { return Cell(); },
                        [](std::int64_t number) { return Cell(Digits{std::to_string(number)}); },
                        [](double number) { return Cell(Digits{fmt::format("{}", number)}); },
                        [](const std::string& text) { return Cell(text); },
                    },
                    value);
}

void write_value(JsonWriter& json, const SqlValue& value) {
  std::visit(Overloaded{
                 [&](std::monostate) { json.null(); },
                 [&](const auto& known) { json.value(known); },
             },
             value);
}

/// Of an answer that has to be held to be shown, since columns are as wide as what stands in them.
/// A query may have no end.
constexpr std::size_t most_held = 256u << 20;

Exit show_views(const Args& args, Io& io) {
  struct Line {
    const SqlView* view;
    const SqlColumn* column;
  };
  std::vector<Line> lines;
  for (const SqlView& view : sql_views())
    for (const SqlColumn& column : view.columns) lines.push_back({&view, &column});
  Listing listing;
  listing.schema = "dmarcq.sql-views/1";
  listing.name = "columns";
  listing.size = lines.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    json.object()
        .member("view", lines[i].view->name)
        .member("rows", lines[i].view->meaning)
        .member("column", lines[i].column->name)
        .member("meaning", lines[i].column->meaning)
        .end();
  };
  listing.table = [&] {
    ResultTable table;
    table.columns = {{.key = "view", .title = "view"},
                     {.key = "column", .title = "column"},
                     {.key = "meaning", .title = "meaning", .min_width = 16, .wraps = true}};
    for (const Line& line : lines)
      table.rows.push_back({line.view->name, line.column->name, line.column->meaning});
    return table;
  };
  listing.below.emplace_back();
  for (const SqlView& view : sql_views())
    listing.below.push_back(fmt::format("{}: {}", view.name, view.meaning));
  show(io, format_of(args), listing);
  return Exit::done;
}

}  // namespace

Exit run_sql(const Args& args, Io& io) {
  if (args.operands.empty()) return show_views(args, io);
  std::optional<std::uint64_t> limit;
  if (const auto text = args.value("--limit")) limit = number_argument("--limit", *text);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  std::vector<std::string> names;
  std::vector<std::vector<SqlValue>> rows;
  std::uint64_t taken = 0, left_out = 0;
  std::size_t held = 0;
  const Format format = format_of(args);
  const auto write_row = [&](JsonWriter& json, const std::vector<SqlValue>& row) {
    json.object();
    for (std::size_t column = 0; column < names.size(); ++column) {
      json.key(names[column]);
      write_value(json, row[column]);
    }
    json.end();
  };
  snapshot->ask(
      fmt::format("{}", fmt::join(args.operands, " ")),
      [&](const auto& columns) { names = columns; },
      [&](const std::vector<SqlValue>& row) {
        if (limit && taken >= *limit) {
          ++left_out;
          return;
        }
        ++taken;
        if (format != Format::ndjson) {
          for (const SqlValue& value : row)
            held += sizeof value + (std::holds_alternative<std::string>(value)
                                        ? std::get<std::string>(value).size()
                                        : 0);
          if (held > most_held)
            throw UsageError("the answer is larger than 256 MiB",
                             "--limit N, or --format ndjson, which writes each row as it comes");
          rows.push_back(row);
          return;
        }
        // Lines are written as they come: there may be millions.
        JsonWriter json(io.out);
        write_row(json, row);
        json.finish();
      });
  if (format == Format::ndjson) return Exit::done;

  Listing listing;
  listing.schema = "dmarcq.sql/1";
  listing.name = "rows";
  listing.size = rows.size();
  listing.head = [&](JsonWriter& json) { json.member("columns", names); };
  listing.element = [&](JsonWriter& json, std::size_t i) { write_row(json, rows[i]); };
  listing.table = [&] {
    ResultTable table;
    for (std::size_t column = 0; column < names.size(); ++column) {
      const bool number = !rows.empty() &&
                          !std::holds_alternative<std::string>(rows.front()[column]) &&
                          !std::holds_alternative<std::monostate>(rows.front()[column]);
      table.columns.push_back({.key = names[column],
                               .title = names[column],
                               .right = number,
                               .min_width = number ? 0u : 12u});
    }
    for (const auto& row : rows) {
      auto& cells = table.rows.emplace_back();
      for (const SqlValue& value : row) cells.push_back(cell_of(value));
    }
    return table;
  };
  if (rows.empty()) listing.below = {"no rows"};
  if (left_out > 0) listing.below = {left_out_words(counted(left_out, "row"))};
  show(io, format, listing);
  return Exit::done;
}

}  // namespace dmarcq

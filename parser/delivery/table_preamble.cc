// SPDX-License-Identifier: MIT
#include "parser/delivery/table_preamble.h"

#include <algorithm>
#include <charconv>

#include "ingest/base/percent.h"
#include "ingest/base/text.h"
#include "ingest/source/table.h"

namespace dmarcq {
namespace {

constexpr std::string_view mark = table_preamble_word;

bool is_map_field(std::string_view name) {
  return std::ranges::find(map_fields, name, &MapField::name) != map_fields.end();
}

/// Takes what stands before the separator, and the separator.
std::string_view take_word(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

std::expected<ColumnMap, std::string> parse_column_map(std::string_view text) {
  ColumnMap map;
  while (!text.empty()) {
    std::string_view pair = take_word(text, ',');
    if (!pair.contains('='))
      return std::unexpected("expected field=column: '" + std::string(pair) + "'");
    const std::string_view field = trimmed(take_word(pair, '='));
    std::string column(trimmed(percent_decoded(pair)));
    if (!is_map_field(field)) return std::unexpected("unknown field '" + std::string(field) + "'");
    if (column.empty()) return std::unexpected("no column for '" + std::string(field) + "'");
    if (std::ranges::find(map, field, &ColumnMap::value_type::first) != map.end())
      return std::unexpected("'" + std::string(field) + "' is mapped twice");
    map.emplace_back(field, std::move(column));
  }
  for (const std::string_view needed : {"email", "date"})
    if (std::ranges::find(map, needed, &ColumnMap::value_type::first) == map.end())
      return std::unexpected("no column for '" + std::string(needed) + "'");
  return map;
}

std::string table_preamble(const TablePreamble& preamble) {
  std::string line(mark);
  if (preamble.dates) line += " dates=" + std::string(to_text(*preamble.dates));
  if (preamble.dates && preamble.dates_guessed) line += " guessed=yes";
  if (preamble.first_row != TablePreamble().first_row)
    line += " first-row=" + std::to_string(preamble.first_row);
  if (!preamble.map.empty()) line += " map=";
  for (const auto& [field, column] : preamble.map)
    line += (line.ends_with('=') ? "" : ",") + field + "=" + percent_encoded(column, "-_.");
  return line + "\n";
}

TablePreamble take_table_preamble(std::string_view& text) {
  TablePreamble preamble;
  if (!text.starts_with(mark)) return preamble;
  std::string_view rest = text;
  std::string_view line = trimmed(take_word(rest, '\n'));
  line.remove_prefix(mark.size());
  if (!line.empty() && line.front() != ' ') return preamble;
  text = rest;
  while (!line.empty()) {
    std::string_view value = take_word(line, ' ');
    const std::string_view key = take_word(value, '=');
    if (key == "dates") {
      preamble.dates = date_order_from(value);
    } else if (key == "guessed") {
      preamble.dates_guessed = value == "yes";
    } else if (key == "first-row") {
      std::from_chars(value.data(), value.data() + value.size(), preamble.first_row);
    } else if (key == "map") {
      if (auto map = parse_column_map(value)) preamble.map = std::move(*map);
    }
  }
  return preamble;
}

}  // namespace dmarcq

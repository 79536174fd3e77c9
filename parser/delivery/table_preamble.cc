// SPDX-License-Identifier: MIT
#include "parser/delivery/table_preamble.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::string_view mark = "#dmarcq-table";
constexpr std::array<std::string_view, 13> field_names{
    "email",  "date", "text",       "code", "type", "state", "stage",
    "sender", "from", "message-id", "ip",   "host", "user"};

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         std::string_view("-_.").contains(c);
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return out;
}

/// What is no escape stays as it is.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Takes what stands before the separator, and the separator.
std::string_view take_word(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

std::span<const std::string_view> mapped_field_names() { return field_names; }

std::expected<ColumnMap, std::string> parse_column_map(std::string_view text) {
  ColumnMap map;
  while (!text.empty()) {
    std::string_view pair = take_word(text, ',');
    if (!pair.contains('='))
      return std::unexpected("expected field=column: '" + std::string(pair) + "'");
    const std::string_view field = trimmed(take_word(pair, '='));
    std::string column(trimmed(percent_decoded(pair)));
    if (std::ranges::find(field_names, field) == field_names.end())
      return std::unexpected("unknown field '" + std::string(field) + "'");
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
  if (preamble.first_row != TablePreamble().first_row)
    line += " first-row=" + std::to_string(preamble.first_row);
  if (!preamble.map.empty()) line += " map=";
  for (const auto& [field, column] : preamble.map)
    line += (line.ends_with('=') ? "" : ",") + field + "=" + percent_encoded(column);
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
    } else if (key == "first-row") {
      std::from_chars(value.data(), value.data() + value.size(), preamble.first_row);
    } else if (key == "map") {
      if (auto map = parse_column_map(value)) preamble.map = std::move(*map);
    }
  }
  return preamble;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "ingest/base/csv.h"

#include <algorithm>
#include <array>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::array<char, 3> delimiters{',', '\t', ';'};
/// So far the closing quote of a cell is looked for.
constexpr std::size_t longest_quoted = 1u << 20;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/// How often each delimiter stands in the first line, outside of quotes.
std::array<std::size_t, delimiters.size()> count_delimiters(std::string_view text) {
  std::array<std::size_t, delimiters.size()> counts{};
  bool quoted = false;
  for (const char c : text.substr(0, longest_csv_cell)) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (is_line_end(c)) break;
    for (std::size_t i = 0; i < delimiters.size(); ++i) counts[i] += c == delimiters[i] ? 1 : 0;
  }
  return counts;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, char delimiter, CsvEnd end) noexcept
    : text_(text), end_(end), delimiter_(delimiter) {
  if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
}

bool CsvReader::next(CsvRow& row) {
  while (at_ < text_.size()) {
    read_row(row);
    if (cells_.size() > 1 || !trimmed(cells_.front()).empty()) return true;
  }
  return false;
}

void CsvReader::read_row(CsvRow& row) {
  cells_.clear();
  used_ = 0;
  row = {};
  row.number = ++number_;
  row.begin = at_;
  for (;;) {
    if (at_ >= text_.size() || text_[at_] != '"' || !read_quoted(row)) {
      const std::size_t begin = at_;
      pass_text();
      add_cell(text_.substr(begin, at_ - begin), row);
    }
    if (at_ >= text_.size()) break;
    if (text_[at_++] == delimiter_) continue;
    if (text_[at_ - 1] == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    break;
  }
  row.end = at_;
  row.cells = cells_;
}

void CsvReader::pass_text() noexcept {
  while (at_ < text_.size() && text_[at_] != delimiter_ && !is_line_end(text_[at_])) ++at_;
}

void CsvReader::add_cell(std::string_view cell, CsvRow& row) {
  if (cells_.size() >= most_csv_cells) {
    row.shortened = true;
    return;
  }
  row.shortened = row.shortened || cell.size() > longest_csv_cell;
  cells_.push_back(cell.substr(0, longest_csv_cell));
}

bool CsvReader::read_quoted(CsvRow& row) {
  const std::size_t begin = at_ + 1;
  const std::string_view within = text_.substr(0, begin + longest_quoted);
  bool doubled = false;
  std::size_t close = within.find('"', begin);
  while (close != within.npos && close + 1 < text_.size() && text_[close + 1] == '"') {
    doubled = true;
    close = within.find('"', close + 2);
  }
  if (close == within.npos) {
    if (within.size() < text_.size() || end_ == CsvEnd::whole) {
      // The quote is text. All quotes up to here are doubled, so that no row that begins within
      // them looks as far once more.
      row.open_quote = true;
      return false;
    }
    row.cut = true;
    close = text_.size();
  }
  at_ = std::min(close + 1, text_.size());
  const std::size_t tail = at_;
  pass_text();
  const std::string_view cell = text_.substr(begin, close - begin);
  const std::string_view behind = trimmed(text_.substr(tail, at_ - tail));
  if (!doubled && behind.empty()) {
    add_cell(cell, row);
    return true;
  }
  if (used_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& text = unescaped_[used_++];
  text.clear();
  for (std::size_t i = 0; i < cell.size() && text.size() <= longest_csv_cell; ++i) {
    text += cell[i];
    if (cell[i] == '"') ++i;
  }
  text += behind.substr(0, longest_csv_cell);
  add_cell(text, row);
  return true;
}

char csv_delimiter(std::string_view text) {
  const auto counts = count_delimiters(text);
  const auto most = std::ranges::max_element(counts);
  return *most == 0 ? '\0' : delimiters[static_cast<std::size_t>(most - counts.begin())];
}

bool looks_like_table(std::string_view head) {
  const char delimiter = csv_delimiter(head);
  if (delimiter == '\0') return false;
  for (const char c : head)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && !is_line_end(c)) || c == 0x7F)
      return false;
  CsvReader reader(head, delimiter, CsvEnd::more_follows);
  CsvRow row;
  if (!reader.next(row) || row.cut) return false;
  const auto has_text = [](std::string_view cell) { return !trimmed(cell).empty(); };
  if (std::ranges::count_if(row.cells, has_text) < 2) return false;
  const std::size_t cells = row.cells.size();
  if (!reader.next(row) || row.cut) return true;
  const bool whole = row.end < head.size() || is_line_end(head.back());
  return !whole || row.cells.size() == cells;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

inline constexpr std::size_t longest_csv_cell = 32u << 10, most_csv_cells = 500;

/// One row. Its cells are valid until the next row is read.
struct CsvRow {
  std::uint64_t number = 0;        ///< 1 is the first row of the text; empty lines count
  std::size_t begin = 0, end = 0;  ///< bytes of the text; `end` is behind the line end
  std::span<const std::string_view> cells;
  bool cut = false;         ///< the text ends within quotes: with more text the row may go on
  bool open_quote = false;  ///< a cell begins with a quote that is never closed, which is read as
                            ///< text
  bool shortened = false;   ///< had longer or more cells than are read
};

/// What stands behind the text that is read.
enum class CsvEnd {
  whole,         ///< nothing: a quote that is still open there is text
  more_follows,  ///< more of the file: the row is cut
};

/// Reads CSV (RFC 4180) row by row: quoted cells, doubled quotes, line ends within quotes; CRLF, LF
/// or CR; a byte order mark is passed over, and so are empty lines. Quotes within a cell that does
/// not begin with one are text, and so is a quote that is not closed within 1 MiB. Linear.
class CsvReader {
 public:
  CsvReader(std::string_view text, char delimiter, CsvEnd end = CsvEnd::whole) noexcept;
  /// The next row; false at the end.
  bool next(CsvRow& row);

 private:
  void read_row(CsvRow& row);
  /// False when the quote is text.
  bool read_quoted(CsvRow& row);
  /// Up to the next delimiter or line end.
  void pass_text() noexcept;
  void add_cell(std::string_view cell, CsvRow& row);

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t number_ = 0;
  std::vector<std::string_view> cells_;
  std::deque<std::string> unescaped_;  ///< of the row at hand
  std::size_t used_ = 0;               ///< of `unescaped_`
  CsvEnd end_;
  char delimiter_;
};

/// Comma, tab or semicolon: that of which the first line of the text has most outside of quotes; 0
/// when it has none.
char csv_delimiter(std::string_view text);

/// Do these first bytes of a file begin a table: a line of at least two cells with text, a second
/// line (if it is whole) of as many cells, and no control characters?
bool looks_like_table(std::string_view head);

}  // namespace dmarcq

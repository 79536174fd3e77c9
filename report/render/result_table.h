// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/calendar.h"
#include "report/render/escape.h"

namespace dmarcq {

/// Colour is only ever an addition to a word or number that says the same.
enum class Tone { plain, good, bad, quiet };

struct Share {
  std::uint64_t part = 0, whole = 0;
};  ///< a pass rate
struct OnDay {
  Day day = 0;
};
struct AtTime {
  EpochSeconds time = 0;
};
struct ByteCount {
  std::uint64_t bytes = 0;
};
struct Digits {
  std::string text;
};  ///< a number as it stands, in a table too: a year, -5, 0.25

/// What a cell holds, still typed, so that each format can show it its own way. monostate: absent.
using CellValue = std::variant<std::monostate, std::string, std::uint64_t, Share, OnDay, AtTime,
                               ByteCount, Digits>;
struct Cell {
  CellValue value;
  Tone tone = Tone::plain;

  Cell() = default;
  Cell(std::string text, Tone t = Tone::plain) : value(std::move(text)), tone(t) {}
  Cell(std::string_view text, Tone t = Tone::plain) : value(std::string(text)), tone(t) {}
  Cell(const char* text, Tone t = Tone::plain) : value(std::string(text)), tone(t) {}
  Cell(std::uint64_t number, Tone t = Tone::plain) : value(number), tone(t) {}
  Cell(Share share, Tone t = Tone::plain) : value(share), tone(t) {}
  Cell(OnDay day, Tone t = Tone::plain) : value(day), tone(t) {}
  Cell(AtTime time, Tone t = Tone::plain) : value(time), tone(t) {}
  Cell(ByteCount bytes, Tone t = Tone::plain) : value(bytes), tone(t) {}
  Cell(Digits digits, Tone t = Tone::plain) : value(std::move(digits)), tone(t) {}
};

struct Column {
  std::string key;    ///< name in CSV: "dmarc_fail"
  std::string title;  ///< heading in tables: "fail"
  enum class Shown {
    always,
    data_only,
    table_only
  } shown = Shown::always;  ///< data: CSV; table: table and Markdown
  bool right = false;       ///< numbers
  unsigned drop_order = 0;  ///< on a terminal that is too narrow, columns leave in the order of
                            ///< this number, before any text is cut; 0: the last to leave
  unsigned min_width = 0;  ///< may be cut to this width with "…" once no column can leave; 0: never
  bool wraps = false;      ///< is broken over several lines instead, down to min_width; to half
                           ///< as much more before columns leave
};

/// The answer of a listing command: built once, shown in any format.
struct ResultTable {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::vector<Cell> totals;  ///< a last line in tables; empty: none
  /// For CSV and TSV only: more rows, each made when it is written, by several threads at a time.
  /// There may be hundreds of thousands.
  struct Later {
    std::size_t size = 0;
    std::function<std::vector<Cell>(std::size_t)> row;
  } later = {};
};

/// How much room and colour the reader has.
struct TableStyle {
  unsigned width = 0;  ///< of the terminal; 0: unknown, nothing is cut off
  bool colour = false;
};

/// For people: aligned columns, numbers with thousands separators, an underlined head only by its
/// capitals. No line is wider than the style says, unless an address or a number alone is. Returns
/// the titles of the columns that had no room: say so with write_left_out().
std::vector<std::string> write_table(std::ostream&, const ResultTable&, const TableStyle&);
/// "no room for REPORTERS, LAST DAY: --format csv has all columns"; nothing where all had room.
void write_left_out(std::ostream&, const std::vector<std::string>& titles,
                    std::string_view all_columns = "--format csv");
/// For grep and awk: a line for each row and nothing else, nothing cut off, numbers as digits, "-"
/// where nothing is.
void write_plain(std::ostream&, const ResultTable&);
/// RFC 4180 with LF; plain numbers.
void write_csv(std::ostream&, const ResultTable&, Formulas = Formulas::guarded);
/// The same with tabs between the fields and without quotes: no field has a tab or a line break.
void write_tsv(std::ostream&, const ResultTable&, Formulas = Formulas::guarded);
/// A GitHub table, for tickets.
void write_markdown(std::ostream&, const ResultTable&);

/// "example.com: ready for p=reject" above an answer, with the verdict in its tone, and an empty
/// line.
void write_heading(std::ostream&, std::string_view name, std::string_view verdict, Tone,
                   bool colour);

/// A cell's text in tables, not yet escaped.
std::string human_text(const Cell&);
/// A cell's text in CSV, not yet escaped.
std::string data_text(const Cell&);

/// SGR sequences around a text, or the text as it is.
std::string toned(std::string_view text, Tone, bool colour);

}  // namespace dmarcq

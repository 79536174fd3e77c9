// SPDX-License-Identifier: MIT
// CSV (RFC 4180), read past what exports get wrong; and what looks like a table.
#include "ingest/base/csv.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

/// Cells in brackets, rows behind each other: "[a][b] [c]".
std::string read(std::string_view text, char delimiter = ',', CsvEnd end = CsvEnd::whole) {
  std::string out;
  CsvReader reader(text, delimiter, end);
  for (CsvRow row; reader.next(row);) {
    if (!out.empty()) out += ' ';
    for (const std::string_view cell : row.cells) out += "[" + std::string(cell) + "]";
    if (row.cut) out += "cut";
    if (row.open_quote) out += "open";
  }
  return out;
}

}  // namespace

TEST_CASE("csv: cells and rows") {
  struct Row {
    const char *name, *text, *expected;
  };
  for (const Row& row : {
           Row{"nothing", "", ""},
           Row{"one row without an end", "a,b", "[a][b]"},
           Row{"three line ends", "a\nb\r\nc\rd", "[a] [b] [c] [d]"},
           Row{"empty cells", ",a,\n,", "[][a][] [][]"},
           Row{"empty lines are passed over", "a,b\n\n \r\nc,d\n", "[a][b] [c][d]"},
           Row{"a byte order mark", "\xEF\xBB\xBF\"a\",b\n", "[a][b]"},
           Row{"quotes", "\"a,b\",\"c\"\"d\",\"\"\n", "[a,b][c\"d][]"},
           Row{"line ends within quotes", "\"a\r\nb\",c\nd,e", "[a\r\nb][c] [d][e]"},
           Row{"a quote within a cell is text", "a\"b,c\" d\"\n", "[a\"b][c\" d\"]"},
           Row{"text behind a closing quote", "\"a\"b,\"c\" ,d\n", "[ab][c][d]"},
           Row{"a doubled quote at the end", "\"a\"\"\"\n", "[a\"]"},
           Row{"an open quote is text", "a,\"b\nc,d\n", "[a][\"b]open [c][d]"},
           Row{"an open quote before doubled ones", "\"a\n\"\"x\n", "[\"a]open [x]"},
       }) {
    CAPTURE(row.name);
    CHECK(read(row.text) == row.expected);
  }
  CHECK(read("a\tb,c", '\t') == "[a][b,c]");
  CHECK(read("a;\"b;c\"", ';') == "[a][b;c]");
}

TEST_CASE("csv: numbers, places, and a row that is cut") {
  const std::string text = "h,i\n\n\"a\nb\",c\r\nd,\"e";
  CsvReader reader(text, ',', CsvEnd::more_follows);
  CsvRow row;
  REQUIRE(reader.next(row));
  CHECK(row.number == 1);
  CHECK(text.substr(row.begin, row.end - row.begin) == "h,i\n");
  REQUIRE(reader.next(row));
  CHECK(row.number == 3);
  CHECK(text.substr(row.begin, row.end - row.begin) == "\"a\nb\",c\r\n");
  CHECK(!row.cut);
  REQUIRE(reader.next(row));
  CHECK(row.cut);
  CHECK(row.begin == text.size() - 4);
  CHECK(row.end == text.size());
  CHECK(!reader.next(row));
}

TEST_CASE("csv: long cells, many cells, and hostile quotes") {
  CsvRow row;
  const std::string long_cell(longest_csv_cell + 10, 'x');
  const std::string text = long_cell + ",\"" + long_cell + "\"";
  CsvReader reader(text, ',');
  REQUIRE(reader.next(row));
  CHECK(row.shortened);
  CHECK(row.cells[0].size() == longest_csv_cell);
  CHECK(row.cells[1].size() == longest_csv_cell);
  const std::string commas(most_csv_cells + 5, ',');
  CsvReader wide(commas, ',');
  REQUIRE(wide.next(row));
  CHECK(row.shortened);
  CHECK(row.cells.size() == most_csv_cells);
  // An open quote in each line: by looking for its end from each it would take minutes.
  std::string open;
  for (int i = 0; i < 400'000; ++i) open += "\"\"\"\"a,\"\"\"\"\n";
  open += "\"";
  std::size_t rows = 0;
  for (CsvReader hostile(open, ','); hostile.next(row);) ++rows;
  CHECK(rows == 400'001);
}

TEST_CASE("csv: the delimiter, and what looks like a table") {
  CHECK(csv_delimiter("a,b;c,d\n;;;;") == ',');
  CHECK(csv_delimiter("\"a,b,c\";d\n") == ';');
  CHECK(csv_delimiter("a\tb") == '\t');
  CHECK(csv_delimiter("a b\nc,d") == '\0');
  struct Row {
    const char* text;
    bool expected;
  };
  for (const Row& row : {
           Row{"Email,Created\na@example.net,2026-11-24\n", true},
           Row{"Email;Created\r\na;b", true},
           Row{"Email,Created", true},
           Row{"Email,Created\na", true},     // the second line is not whole
           Row{"Email,Created\na\n", false},  // it is, and has one cell
           Row{"Email,\na,b\n", false},
           Row{"Email\na\n", false},
           Row{"Email,Cre\x01ted\n", false},
           Row{"", false},
       }) {
    CAPTURE(row.text);
    CHECK(looks_like_table(row.text) == row.expected);
  }
}

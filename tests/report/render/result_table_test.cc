// SPDX-License-Identifier: MIT
// The forms of whole tables: table_test.cc.
#include "report/render/result_table.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace dmarcq;

TEST_CASE("cells: as people read them, and as programs do") {
  struct Row {
    const char* name;
    Cell cell;
    std::string human, data;
  };
  const Row rows[] = {
      {"absent", {}, "", ""},
      {"an empty text", "", "", ""},
      {"a text is not escaped yet", "a\x1b[31m,\"", "a\x1b[31m,\"", "a\x1b[31m,\""},
      {"nought", std::uint64_t{0}, "0", "0"},
      {"a number", std::uint64_t{1'204'331}, "1,204,331", "1204331"},
      {"the largest number", UINT64_MAX, "18,446,744,073,709,551,615", "18446744073709551615"},
      {"a share", Share{1, 3}, "33.3 %", "0.3333"},
      {"a share of all", Share{7, 7}, "no failure in 7", "1.0000"},
      {"a share of none", Share{0, 7}, "none of 7", "0.0000"},
      {"a share of nothing", Share{0, 0}, "–", ""},
      {"a day", OnDay{20'000}, "2024-10-04", "2024-10-04"},
      {"a time", AtTime{1'767'225'600}, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
      {"few bytes", ByteCount{1}, "1 byte", "1"},
      {"bytes", ByteCount{1'900'000'000}, "1.9 GB", "1900000000"},
      {"digits stay as they are", Digits{"2026"}, "2026", "2026"},
      {"digits with a sign", Digits{"-0.25"}, "-0.25", "-0.25"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      CHECK(human_text(row.cell) == row.human);
      CHECK(data_text(row.cell) == row.data);
    }
  }
}

TEST_CASE("toned: a sequence that is ended, or the text as it is") {
  for (const Tone tone : {Tone::good, Tone::bad, Tone::quiet}) {
    const std::string text = toned("x", tone, true);
    CHECK(text.starts_with("\x1b["));
    CHECK(text.ends_with("mx\x1b[0m"));
    CHECK(toned("x", tone, false) == "x");
    CHECK(toned("", tone, true) == "");
  }
  CHECK(toned("x", Tone::plain, true) == "x");
  CHECK(toned("x", Tone::good, true) != toned("x", Tone::bad, true));
}

TEST_CASE("columns: data only in CSV and TSV, table only in tables and Markdown") {
  ResultTable table;
  using enum Column::Shown;
  table.columns = {{.key = "always", .title = "a"},
                   {.key = "data", .title = "d", .shown = data_only},
                   {.key = "table", .title = "t", .shown = table_only}};
  table.rows = {{"1", "2", "3"}};
  const auto written = [&](auto write) {
    std::ostringstream out;
    write(out);
    return out.str();
  };
  CHECK(written([&](std::ostream& out) { write_csv(out, table); }) == "always,data\n1,2\n");
  CHECK(written([&](std::ostream& out) { write_tsv(out, table); }) == "always\tdata\n1\t2\n");
  CHECK(written([&](std::ostream& out) { write_markdown(out, table); }) ==
        "| a | t |\n| --- | --- |\n| 1 | 3 |\n");
  CHECK(written([&](std::ostream& out) { write_table(out, table, {}); }) == "A  T\n1  3\n");
}

TEST_CASE("rows: one that is shorter than the table has nothing in the rest") {
  ResultTable table;
  table.columns = {{.key = "a", .title = "a"}, {.key = "b", .title = "b", .right = true}};
  table.rows = {{"x"}, {}, {"y", std::uint64_t{1}}};
  std::ostringstream shown, csv, markdown;
  write_table(shown, table, {});
  write_csv(csv, table);
  write_markdown(markdown, table);
  CHECK(shown.str() == "A  B\nx\n\ny  1\n");
  CHECK(csv.str() == "a,b\nx,\n,\ny,1\n");
  CHECK(markdown.str() == "| a | b |\n| --- | ---: |\n| x |  |\n|  |  |\n| y | 1 |\n");
}

TEST_CASE("plain: '-' stands where nothing is, so that columns stay where they are") {
  ResultTable table;
  table.columns = {{.key = "a", .title = "a"}, {.key = "b", .title = "b"}};
  table.rows = {{"", "x"}, {"\u202E", "x"}, {"x"}};
  std::ostringstream out;
  write_plain(out, table);
  CHECK(out.str() == "-  x\n-  x\nx  -\n");
}

TEST_CASE("result table: an IPv6 address that wraps is broken behind a colon, no other word is") {
  ResultTable table;
  table.columns = {{.key = "a", .title = "a", .min_width = 15, .wraps = true},
                   {.key = "b", .title = "b", .right = true}};
  table.rows = {{"2001:db8:1111:2222:3333:4444:5555:6666", std::uint64_t{1}},
                {"192.0.2.1", std::uint64_t{2}},
                {"a:word:that:is:no:address:at:all", std::uint64_t{3}}};
  std::ostringstream out;
  write_table(out, table, {.width = 24});
  const std::string text = out.str();
  CAPTURE(text);
  CHECK(text.contains("\n2001:db8:1111:2222:"));
  CHECK(text.contains("\n3333:4444:5555:6666\n"));
  CHECK(text.contains("\n192.0.2.1 "));
  CHECK(text.contains("a:word:that:is:no"));
  CHECK(text.contains("\xE2\x80\xA6"));
}

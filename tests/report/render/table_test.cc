// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "report/render/result_table.h"
#include "report/render/utf8.h"

using namespace dmarcq;

namespace {

ResultTable sample() {
  ResultTable table;
  table.columns = {{.key = "name", .title = "name", .min_width = 6},
                   {.key = "n", .title = "messages", .right = true},
                   {.key = "rate", .title = "pass", .right = true, .drop_order = 2},
                   {.key = "raw", .title = "raw", .shown = Column::Shown::data_only},
                   {.key = "day", .title = "day", .drop_order = 1}};
  table.rows = {
      {"example.com", std::uint64_t{1204331}, Share{1, 2}, std::uint64_t{5}, OnDay{20000}},
      {"日本.example", std::uint64_t{7}, Share{7, 7}, {}, {}}};
  return table;
}

std::string as_table(const ResultTable& table, unsigned width, bool colour = false) {
  std::ostringstream out;
  write_table(out, table, {width, colour});
  return out.str();
}

unsigned widest_line(const std::string& text) {
  unsigned widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

}  // namespace

TEST_CASE("write_table: columns are aligned by what a terminal shows") {
  CHECK(as_table(sample(), 0) ==
        "NAME           MESSAGES             PASS  DAY\n"
        "example.com   1,204,331           50.0 %  2024-10-04\n"
        "日本.example          7  no failure in 7\n");
}

TEST_CASE("write_plain: a line for each row and nothing else") {
  ResultTable table = sample();
  table.totals = {"total", std::uint64_t{1204338}};
  std::ostringstream out;
  write_plain(out, table);
  CHECK(out.str() ==
        "example.com   1204331  0.5000  2024-10-04\n"
        "日本.example        7  1.0000  -\n");
}

TEST_CASE(
    "write_csv, write_tsv: texts are guarded against formulas unless asked otherwise, numbers never") {
  ResultTable table;
  table.columns = {{.key = "text", .title = "text"}, {.key = "n", .title = "n"}};
  table.rows = {{"=HYPERLINK(\"x\")", Digits{"-5"}}, {" +1", Digits{"0.25"}}, {"a\tb", {}}};
  const auto as = [&](auto write, Formulas formulas) {
    std::ostringstream out;
    write(out, table, formulas);
    return out.str();
  };
  CHECK(as(write_csv, Formulas::guarded) ==
        "text,n\n\"'=HYPERLINK(\"\"x\"\")\",-5\n' +1,0.25\na b,\n");
  CHECK(as(write_csv, Formulas::as_they_are) ==
        "text,n\n\"=HYPERLINK(\"\"x\"\")\",-5\n\" +1\",0.25\na b,\n");
  CHECK(as(write_tsv, Formulas::guarded) == "text\tn\n'=HYPERLINK(\"x\")\t-5\n' +1\t0.25\na b\t\n");
  CHECK(as(write_tsv, Formulas::as_they_are) ==
        "text\tn\n=HYPERLINK(\"x\")\t-5\n +1\t0.25\na b\t\n");
}

TEST_CASE("write_table: on a narrow terminal columns give way in their order, then texts are cut") {
  CHECK(as_table(sample(), 52).find("DAY") != std::string::npos);
  const std::string without_day = as_table(sample(), 51);
  CHECK(without_day.find("DAY") == std::string::npos);
  CHECK(without_day.find("PASS") != std::string::npos);
  CHECK(as_table(sample(), 22) ==
        "NAME          MESSAGES\n"
        "example.com  1,204,331\n"
        "日本.examp…          7\n");
  for (unsigned width = 17; width < 60; ++width) {
    CAPTURE(width);
    CHECK(widest_line(as_table(sample(), width)) <= width);
  }
}

namespace {

/// What matters more leaves later: who fails, then how much, then the rest.
ResultTable failures() {
  ResultTable table;
  table.columns = {{.key = "ip", .title = "source ip"},
                   {.key = "service", .title = "service", .drop_order = 3, .min_width = 8},
                   {.key = "fail", .title = "fail", .right = true},
                   {.key = "why", .title = "why", .min_width = 22, .wraps = true},
                   {.key = "reporters", .title = "reporters", .right = true, .drop_order = 1},
                   {.key = "day", .title = "last day", .drop_order = 2}};
  table.rows = {{"192.0.2.1", "Salesforce core", std::uint64_t{1034},
                 "not signed (core-other-tenant) +1", std::uint64_t{15}, OnDay{20000}}};
  return table;
}

std::string left_out(const ResultTable& table, unsigned width) {
  std::ostringstream ignored, out;
  write_left_out(out, write_table(ignored, table, {width, false}));
  return out.str();
}

}  // namespace

TEST_CASE("write_table: nothing is cut while a column can leave, and those that left are named") {
  struct Row {
    const char* name;
    unsigned width;
    std::string table, left_out;
  };
  const Row rows[] = {
      {"just enough room", 91,
       "SOURCE IP  SERVICE           FAIL  WHY                                REPORTERS  LAST DAY\n"
       "192.0.2.1  Salesforce core  1,034  not signed (core-other-tenant) +1         15  2024-10-04\n",
       ""},
      {"one column less: the first in order leaves, whole", 90,
       "SOURCE IP  SERVICE           FAIL  WHY                                LAST DAY\n"
       "192.0.2.1  Salesforce core  1,034  not signed (core-other-tenant) +1  2024-10-04\n",
       "no room for REPORTERS: --format csv has all columns\n"},
      {"all three that may", 60,
       "SOURCE IP   FAIL  WHY\n"
       "192.0.2.1  1,034  not signed (core-other-tenant) +1\n",
       "no room for REPORTERS, LAST DAY, SERVICE: --format csv has all columns\n"},
      {"then a text is broken, and no word of it", 45,
       "SOURCE IP   FAIL  WHY\n"
       "192.0.2.1  1,034  not signed\n"
       "                  (core-other-tenant) +1\n",
       "no room for REPORTERS, LAST DAY, SERVICE: --format csv has all columns\n"},
      {"then it is cut", 36,
       "SOURCE IP   FAIL  WHY\n"
       "192.0.2.1  1,034  not signed\n"
       "                  (core-other-tenan…\n"
       "                  +1\n",
       "no room for REPORTERS, LAST DAY, SERVICE: --format csv has all columns\n"},
      {"at last what is left leaves from the right, but for the first column", 20,
       "SOURCE IP   FAIL\n"
       "192.0.2.1  1,034\n",
       "no room for REPORTERS, LAST DAY, SERVICE, WHY: --format csv has all columns\n"},
      {"an address alone is never cut", 6, "SOURCE IP\n192.0.2.1\n",
       "no room for REPORTERS, LAST DAY, SERVICE, WHY, FAIL: --format csv has all columns\n"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      CHECK(as_table(failures(), row.width) == row.table);
      CHECK(left_out(failures(), row.width) == row.left_out);
    }
  }
}

TEST_CASE("write_table: a text that is broken in one row leaves the other rows where they are") {
  ResultTable table = failures();
  table.rows.push_back({"192.0.2.2", "Amazon SES", std::uint64_t{2}, "not signed", {}, {}});
  CHECK(as_table(table, 45) ==
        "SOURCE IP   FAIL  WHY\n"
        "192.0.2.1  1,034  not signed\n"
        "                  (core-other-tenant) +1\n"
        "192.0.2.2      2  not signed\n");
}

TEST_CASE("write_table: a width of 0 cuts nothing") {
  ResultTable table = sample();
  table.rows[0][0] = Cell(std::string(500, 'x'));
  CHECK(as_table(table, 0).find(std::string(500, 'x')) != std::string::npos);
}

TEST_CASE("write_table: a stranger's text cannot break a line or colour the screen") {
  ResultTable table;
  table.columns = {{.key = "a", .title = "a"}, {.key = "b", .title = "b"}};
  table.rows = {{"x\n\x1b[31my", "z"}};
  CHECK(as_table(table, 0) == "A        B\nx [31my  z\n");
}

TEST_CASE("write_table: colour adds to the words and does not move columns") {
  ResultTable table = sample();
  table.rows[0][1].tone = Tone::bad;
  std::string coloured = as_table(table, 0, true);
  CHECK(coloured.find("\x1b[1;33m1,204,331\x1b[0m") != std::string::npos);
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) - at + 1);
  CHECK(coloured == as_table(table, 0));
}

TEST_CASE("write_table: totals stand last") {
  ResultTable table = sample();
  table.totals = {"total", std::uint64_t{1204338}};
  const std::string text = as_table(table, 0);
  CHECK(text.ends_with("total         1,204,338\n"));
}

TEST_CASE("write_csv: plain numbers, every data column, no totals") {
  ResultTable table = sample();
  table.rows.push_back({"=evil", std::uint64_t{1}, Share{0, 0}, {}, {}});
  table.totals = {"total"};
  std::ostringstream out;
  write_csv(out, table);
  CHECK(out.str() ==
        "name,n,rate,raw,day\n"
        "example.com,1204331,0.5000,5,2024-10-04\n"
        "日本.example,7,1.0000,,\n"
        "'=evil,1,,,\n");
}

TEST_CASE(
    "write_csv, write_tsv: rows that are made later stand after the others, in their order, however many there are") {
  for (const std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 30'000u}) {
    ResultTable table;
    table.columns = {{.key = "n", .title = "n"}, {.key = "text", .title = "text"}};
    table.rows = {{std::uint64_t{7}, "first, here"}};
    table.later = {size, [](std::size_t i) { return std::vector<Cell>{std::uint64_t{i}, "x"}; }};
    std::string csv = "n,text\n7,\"first, here\"\n", tsv = "n\ttext\n7\tfirst, here\n";
    for (std::size_t i = 0; i < size; ++i) {
      csv += std::to_string(i) + ",x\n";
      tsv += std::to_string(i) + "\tx\n";
    }
    std::ostringstream csv_out, tsv_out;
    write_csv(csv_out, table);
    write_tsv(tsv_out, table);
    CHECK((csv_out.str() == csv));
    CHECK((tsv_out.str() == tsv));
  }
  ResultTable table;
  table.columns = {{.key = "n", .title = "n"}};
  table.later = {30'000, [](std::size_t i) {
                   if (i == 20'000) throw std::out_of_range("row");
                   return std::vector<Cell>{std::uint64_t{i}};
                 }};
  std::ostringstream out;
  CHECK_THROWS_AS(write_csv(out, table), std::out_of_range);
}

TEST_CASE("write_markdown: a table for a ticket") {
  ResultTable table = sample();
  table.rows[1][0] = Cell("a|b");
  std::ostringstream out;
  write_markdown(out, table);
  CHECK(out.str() ==
        "| name | messages | pass | day |\n"
        "| --- | ---: | ---: | --- |\n"
        "| example.com | 1,204,331 | 50.0 % | 2024-10-04 |\n"
        "| a\\|b | 7 | no failure in 7 |  |\n");
}

TEST_CASE("write_table: a table without rows is its head") {
  ResultTable table;
  table.columns = {{.key = "a", .title = "a"}};
  CHECK(as_table(table, 80) == "A\n");
  CHECK(as_table({}, 80) == "\n");
}

// SPDX-License-Identifier: MIT
#include "report/render/listing.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

using namespace dmarcq;

namespace {

constexpr Format all_formats[] = {Format::table, Format::plain, Format::json,    Format::ndjson,
                                  Format::csv,   Format::tsv,   Format::markdown};

std::string written(Format format, const Listing& listing) {
  std::ostringstream out;
  write_listing(out, format, listing, {}, Formulas::guarded);
  return out.str();
}

Listing sample(std::size_t size) {
  Listing listing{.schema = "dmarcq.x/1", .name = "things", .size = size};
  listing.head = [](JsonWriter& json) { json.member("first", 1); };
  listing.element = [](JsonWriter& json, std::size_t i) { json.object().member("n", i).end(); };
  listing.tail = [](JsonWriter& json) { json.member("last", true); };
  listing.table = [size] {
    ResultTable table;
    table.columns = {{.key = "n", .title = "number", .right = true}};
    for (std::size_t i = 0; i < size; ++i) table.rows.push_back({std::uint64_t{i}});
    return table;
  };
  listing.above = "What this shows";
  listing.below = {"one line", "", "another"};
  return listing;
}

}  // namespace

TEST_CASE("write_listing: the same elements in every form") {
  struct Row {
    const char* name;
    Format format;
    std::string none, two;
  };
  const Row rows[] = {
      {"a table, with what people want to know around it", Format::table,
       "What this shows\n\none line\n\nanother\n",
       "What this shows\n\nNUMBER\n     0\n     1\none line\n\nanother\n"},
      {"plain: rows only", Format::plain, "", "0\n1\n"},
      {"CSV", Format::csv, "n\n", "n\n0\n1\n"},
      {"TSV", Format::tsv, "n\n", "n\n0\n1\n"},
      {"Markdown", Format::markdown, "| number |\n| ---: |\n",
       "| number |\n| ---: |\n| 0 |\n| 1 |\n"},
      {"ndjson: a line for each element, none for none", Format::ndjson, "",
       "{\"n\":0}\n{\"n\":1}\n"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      CHECK(written(row.format, sample(0)) == row.none);
      CHECK(written(row.format, sample(2)) == row.two);
    }
  }
}

TEST_CASE("write_listing: JSON has the schema first, then head, elements and tail") {
  using nlohmann::ordered_json;
  CHECK(ordered_json::parse(written(Format::json, sample(2))).dump() ==
        R"({"schema":"dmarcq.x/1","first":1,"things":[{"n":0},{"n":1}],"last":true})");
  CHECK(ordered_json::parse(written(Format::json, sample(0))).dump() ==
        R"({"schema":"dmarcq.x/1","first":1,"things":[],"last":true})");
  Listing bare{.schema = "dmarcq.x/1", .name = "things"};
  CHECK(ordered_json::parse(written(Format::json, bare)).dump() ==
        R"({"schema":"dmarcq.x/1","things":[]})");
}

TEST_CASE("write_listing: members that a form does not need are not called") {
  for (const Format format : all_formats) {
    const bool is_json = format == Format::json || format == Format::ndjson;
    Listing listing = sample(1);
    int of_json = 0, of_table = 0;
    const auto count = [&](JsonWriter&) { ++of_json; };
    listing.head = listing.tail = count;
    const auto element = listing.element;
    listing.element = [&, element](JsonWriter& json, std::size_t i) {
      ++of_json;
      element(json, i);
    };
    const auto table = listing.table;
    listing.table = [&, table] {
      ++of_table;
      return table();
    };
    written(format, listing);
    CAPTURE(static_cast<int>(format));
    CHECK(of_table == (is_json ? 0 : 1));
    CHECK(of_json == (format == Format::json ? 3 : format == Format::ndjson ? 1 : 0));
  }
}

TEST_CASE("write_listing: the words around a table are for people only, and escaped") {
  Listing listing = sample(1);
  listing.above =
      "seen \x1b[2J"
      "above\u202E";
  listing.below = {"seen\nbelow\x07"};
  CHECK(written(Format::table, listing) == "seen [2Jabove\n\nNUMBER\n     0\nseen below\n");
  for (const Format format : all_formats)
    if (format != Format::table) CHECK(written(format, listing).find("seen") == std::string::npos);
}

TEST_CASE("write_listing: without words above there is no empty line") {
  Listing listing = sample(1);
  listing.above.clear();
  listing.below.clear();
  CHECK(written(Format::table, listing) == "NUMBER\n     0\n");
}

TEST_CASE("has_every_column: of CSV and TSV only") {
  for (const Format format : all_formats)
    CHECK(has_every_column(format) == (format == Format::csv || format == Format::tsv));
}

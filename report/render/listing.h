// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "report/render/json.h"
#include "report/render/result_table.h"

namespace dmarcq {

enum class Format { table, plain, json, ndjson, csv, tsv, markdown };

/// Is it one of those that hold every column, for programs: CSV or TSV?
inline bool has_every_column(Format format) {
  return format == Format::csv || format == Format::tsv;
}

/// The answer of a listing command in all its forms. Members that a form does not need are not
/// called. What they refer to must outlive it.
struct Listing {
  std::string schema;                          ///< "dmarcq.sources/1"
  std::string name;                            ///< JSON member with the elements: "sources"
  std::size_t size = 0;                        ///< elements
  std::function<void(JsonWriter&)> head = {};  ///< JSON members before the elements; may be empty
  std::function<void(JsonWriter&, std::size_t)> element = {};  ///< one whole JSON value
  std::function<void(JsonWriter&)> tail = {};  ///< JSON members after the elements; may be empty
  std::function<ResultTable()> table = {};     ///< for all but JSON
  std::string above = {};                      ///< what the table shows, for people only
  std::vector<std::string> below = {};         ///< lines after it
};

void write_listing(std::ostream&, Format, const Listing&, const TableStyle&, Formulas);

/// A table in one of the forms for programs and tickets: plain, CSV, TSV or Markdown.
void write_data(std::ostream&, Format, const ResultTable&, Formulas);

}  // namespace dmarcq

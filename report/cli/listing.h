// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "report/cli/command.h"
#include "report/render/json.h"
#include "report/render/result_table.h"

namespace dmarcq {

enum class Format { table, json, ndjson, csv, markdown };

/// --format, or the table.
Format format_of(const Args&);

/// The answer of a listing command in all its forms. Members that a form does not need are not called.
struct Listing {
  std::string schema;                                   ///< "dmarcq.sources/1"
  std::string name;                                     ///< JSON member with the elements: "sources"
  std::size_t size = 0;                                 ///< elements
  std::function<void(JsonWriter&)> head;                ///< JSON members before the elements; may be empty
  std::function<void(JsonWriter&, std::size_t)> element;  ///< one whole JSON value
  std::function<void(JsonWriter&)> tail;                ///< JSON members after the elements; may be empty
  std::function<ResultTable()> table;                   ///< for table, CSV and Markdown
  std::string above;                                    ///< what the table shows, for people only
  std::vector<std::string> below;                       ///< lines after it
};

void show(Io&, Format, const Listing&);

}  // namespace dmarcq

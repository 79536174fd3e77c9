// SPDX-License-Identifier: MIT
#include "report/cli/listing.h"

namespace dmarcq {

Format format_of(const Args& args) {
  const std::string format = args.value("--format").value_or("table");
  if (format == "json") return Format::json;
  if (format == "ndjson") return Format::ndjson;
  if (format == "csv") return Format::csv;
  if (format == "tsv") return Format::tsv;
  if (format == "plain") return Format::plain;
  if (format == "markdown") return Format::markdown;
  return Format::table;
}

}  // namespace dmarcq

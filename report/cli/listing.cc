// SPDX-License-Identifier: MIT
#include "report/cli/listing.h"

#include "report/render/paragraph.h"

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

void show(Io& io, Format format, const Listing& listing) {
  switch (format) {
    case Format::json: {
      JsonWriter json(io.out, JsonWriter::Style::pretty);
      json.object().member("schema", listing.schema);
      if (listing.head) listing.head(json);
      json.key(listing.name).array();
      for (std::size_t i = 0; i < listing.size; ++i) listing.element(json, i);
      json.end();
      if (listing.tail) listing.tail(json);
      json.end().finish();
      return;
    }
    case Format::ndjson:
      for (std::size_t i = 0; i < listing.size; ++i) {
        JsonWriter json(io.out);
        listing.element(json, i);
        json.finish();
      }
      return;
    case Format::plain:
    case Format::csv:
    case Format::tsv:
    case Format::markdown: show_data(io, format, listing.table()); return;
    case Format::table: break;
  }
  if (!listing.above.empty()) {
    write_paragraph(io.out, "", listing.above);
    io.out << '\n';
  }
  if (listing.size > 0)
    write_table(io.out, listing.table(), {io.out_terminal.width, io.out_terminal.colour});
  for (const std::string& line : listing.below) write_paragraph(io.out, "", line);
}

void show_data(Io& io, Format format, const ResultTable& table) {
  if (format == Format::plain)
    write_plain(io.out, table);
  else if (format == Format::csv)
    write_csv(io.out, table, io.formulas);
  else if (format == Format::tsv)
    write_tsv(io.out, table, io.formulas);
  else
    write_markdown(io.out, table);
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/render/listing.h"

#include "report/render/paragraph.h"

namespace dmarcq {

void write_listing(std::ostream& out, Format format, const Listing& listing,
                   const TableStyle& style, Formulas formulas) {
  switch (format) {
    case Format::json: {
      JsonWriter json(out, JsonWriter::Style::pretty);
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
        JsonWriter json(out);
        listing.element(json, i);
        json.finish();
      }
      return;
    case Format::plain:
    case Format::csv:
    case Format::tsv:
    case Format::markdown: write_data(out, format, listing.table(), formulas); return;
    case Format::table: break;
  }
  if (!listing.above.empty()) {
    write_paragraph(out, "", listing.above);
    out << '\n';
  }
  if (listing.size > 0) write_left_out(out, write_table(out, listing.table(), style));
  for (const std::string& line : listing.below) write_paragraph(out, "", line);
}

void write_data(std::ostream& out, Format format, const ResultTable& table, Formulas formulas) {
  if (format == Format::plain)
    write_plain(out, table);
  else if (format == Format::csv)
    write_csv(out, table, formulas);
  else if (format == Format::tsv)
    write_tsv(out, table, formulas);
  else
    write_markdown(out, table);
}

}  // namespace dmarcq

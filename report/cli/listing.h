// SPDX-License-Identifier: MIT
#pragma once
#include "report/cli/command.h"
#include "report/render/listing.h"

namespace dmarcq {

/// --format, or the table.
Format format_of(const Args&);

/// The width and the colour of what stands behind `out`.
inline TableStyle style_of(const Io& io) { return {io.out_terminal.width, io.out_terminal.colour}; }

inline void show(Io& io, Format format, const Listing& listing) {
  write_listing(io.out, format, listing, style_of(io), io.formulas);
}
inline void show_data(Io& io, Format format, const ResultTable& table) {
  write_data(io.out, format, table, io.formulas);
}

}  // namespace dmarcq

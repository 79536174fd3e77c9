// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "parser/alignment.h"
#include "report/analysis/sender/catalogue.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/paragraph.h"
#include "store/store.h"

namespace dmarcq {

/// What answers depend on besides the mail: a result can be reproduced only with the same data.
Exit run_version(const Args& args, Io& io) {
  const SuffixList& suffixes = suffix_list();
  const Format format = format_of(args);
  if (format == Format::json || format == Format::ndjson) {
    JsonWriter json(
        io.out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    json.object()
        .member("schema", "dmarcq.version/1")
        .member("version", DMARCQ_VERSION)
        .member("sqlite", engine_version());
    json.member_or_null("sender_catalogue", catalogue_date())
        .member_or_null("public_suffix_list", suffixes.date)
        .end()
        .finish();
    return Exit::done;
  }
  io.out << fmt::format("dmarcq {}\nSQLite {}\nsender catalogue {}\n", DMARCQ_VERSION,
                        engine_version(), catalogue_date());
  write_paragraph(
      io.out, "public suffix list ",
      suffixes.date + (suffixes.from.empty() ? "" : fmt::format(" ({})", suffixes.from)),
      any_width);
  return Exit::done;
}

}  // namespace dmarcq

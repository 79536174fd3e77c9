// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <string>
#include <string_view>

#include "report/cli/terminal/terminal.h"
#include "report/render/escape.h"

namespace dmarcq {

/// Where a command writes: data to out, talk to err. Tests pass string streams.
struct Io {
  std::ostream& out;
  std::ostream& err;
  Terminal out_terminal, err_terminal;
  bool quiet = false;                     ///< --quiet: faults and errors only
  bool paged = false;                     ///< a pager stands behind out
  Formulas formulas = Formulas::guarded;  ///< of texts in CSV and TSV: --csv-safe, --csv-raw
};

/// "dmarcq: place: fact" and, when a cure is known, "hint: …" below. Both are escaped for
/// terminals.
void say_error(Io&, std::string_view text, std::string_view hint = {});
/// A line of advice for people: only where a person is looking, and not with --quiet. It stands
/// below the answer, also in a pager.
void say_next(Io&, std::string_view text);

}  // namespace dmarcq

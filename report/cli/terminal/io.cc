// SPDX-License-Identifier: MIT
#include "report/cli/terminal/io.h"

#include <algorithm>
#include <sstream>

#include "report/render/escape.h"
#include "report/render/paragraph.h"
#include "report/render/result_table.h"

namespace dmarcq {

void say_error(Io& io, std::string_view text, std::string_view hint) {
  io.out.flush();  // on a terminal both arrive in the order in which they were said
  if (io.err_terminal.width == 0) {  // a line in a log is one line, however long
    io.err << "dmarcq: " << terminal_text(text) << '\n';
    if (!hint.empty()) io.err << "hint: " << terminal_text(hint) << '\n';
    return;
  }
  write_paragraph(io.err, "dmarcq: ", text, io.err_terminal.width);
  if (hint.empty()) return;
  constexpr std::string_view lead = "hint:";
  io.err << toned(lead, Tone::quiet, io.err_terminal.colour);
  write_paragraph(io.err, " ", hint, io.err_terminal.width, lead.size());
}

void say_next(Io& io, std::string_view text) {
  if (io.quiet || !io.err_terminal.is_terminal || !io.out_terminal.is_terminal) return;
  if (!io.paged) io.out.flush();
  std::ostringstream lines;
  write_paragraph(lines, "", text,
                  io.err_terminal.width == 0 ? 100 : std::min(io.err_terminal.width, 100u));
  std::string shown = lines.str();
  shown.pop_back();  // the line end stays outside of the colour
  (io.paged ? io.out : io.err) << toned(shown, Tone::quiet, io.err_terminal.colour) << '\n';
}

}  // namespace dmarcq

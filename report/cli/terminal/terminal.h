// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace dmarcq {

enum class ColourChoice { automatic, always, never };

/// What is known of the device behind a file descriptor.
struct Terminal {
  bool is_terminal = false;
  unsigned width = 0;  ///< columns; 0: unknown, or no terminal
  bool colour = false;
  bool redraws = false;  ///< understands carriage return and erase-line: a terminal that is not
                         ///< dumb
};

/// Colour: --color beats NO_COLOR (no-color.org: any value but empty) and DMARCQ_NO_COLOR, which
/// beat TERM=dumb.
Terminal look_at_terminal(int file_descriptor, ColourChoice);

}  // namespace dmarcq

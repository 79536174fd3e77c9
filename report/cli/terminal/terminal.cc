// SPDX-License-Identifier: MIT
#include "report/cli/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace dmarcq {
namespace {

bool set_in_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

unsigned columns_of(int file_descriptor) {
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  unsigned columns = 0;
  if (const char* text = std::getenv("COLUMNS"); text != nullptr)
    std::from_chars(text, text + std::strlen(text), columns);
  return columns != 0 ? columns : 80;
}

}  // namespace

Terminal look_at_terminal(int file_descriptor, ColourChoice choice) {
  Terminal terminal;
  terminal.is_terminal = isatty(file_descriptor) == 1;
  if (terminal.is_terminal) terminal.width = columns_of(file_descriptor);
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || *term == '\0' || std::string_view(term) == "dumb";
  terminal.redraws = terminal.is_terminal && !dumb;
  const bool refused = set_in_environment("NO_COLOR") || set_in_environment("DMARCQ_NO_COLOR");
  terminal.colour = choice == ColourChoice::always ||
                    (choice == ColourChoice::automatic && terminal.redraws && !refused);
  return terminal;
}

}  // namespace dmarcq

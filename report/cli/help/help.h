// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/cli/command.h"

namespace dmarcq {

// Pages of at most `width` columns, but for examples, which are to be copied.
inline constexpr unsigned help_width = 80;

/// The page of `dmarcq help`: every command with its summary.
std::string overview(unsigned width = help_width);
/// The page of one command: usage, what it does, flags, examples.
std::string help_page(const Command&, unsigned width = help_width);
/// The page of a group ("problems"): its commands.
std::string group_page(std::string_view word, unsigned width = help_width);

}  // namespace dmarcq

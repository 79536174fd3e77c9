// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/cli/command.h"

namespace dmarcq {

/// The page of `dmarcq help`: every command with its summary.
std::string overview();
/// The page of one command: usage, what it does, flags, examples. At most 80 columns.
std::string help_page(const Command&);
/// The page of a group ("problems"): its commands.
std::string group_page(std::string_view word);

}  // namespace dmarcq

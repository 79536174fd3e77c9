// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/cli/command.h"

namespace dmarcq {

/// Which command is meant: finds the command's words among the arguments (global flags may stand
/// before them) and takes them out. "problems" alone is "problems list"; no words at all, --help
/// and --version are "help" and "version". Throws UsageError.
const Command& take_command(std::vector<std::string>& arguments);

/// The rest of the line, by the command's flags and the global ones. Throws UsageError with a
/// suggestion.
Args parse_arguments(const Command&, std::vector<std::string> arguments);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>

#include "ingest/base/error.h"

namespace dmarcq {

/// The first line of a file.
std::expected<std::string, Error> secret_from_file(const std::string& file);
/// The first line that a command prints. What it says on standard error is for the user to see.
std::expected<std::string, Error> secret_from_command(const std::string& command);

}  // namespace dmarcq

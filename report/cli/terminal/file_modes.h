// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "report/cli/terminal/io.h"

namespace dmarcq {

/// A line on standard error when others than its owner may read this file, which holds a secret.
void warn_of_readers(Io&, const std::filesystem::path&);
/// A line on standard error when everybody may change this file, which says what the program does.
void warn_of_writers(Io&, const std::filesystem::path&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace dmarcq {

/// What a file that the owner names holds. Throws FileError.
std::string file_text(const std::string& path);

}  // namespace dmarcq

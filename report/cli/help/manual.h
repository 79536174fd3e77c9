// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace dmarcq {

/// The man page dmarcq(1), in the man macros, from the command table: every command with its flags
/// and examples.
std::string manual_page();

}  // namespace dmarcq

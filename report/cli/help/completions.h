// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// A completion script for "bash", "zsh" or "fish", from the command table: commands, flags, and
/// the values of flags that have a choice.
std::string completion_script(std::string_view shell);

}  // namespace dmarcq

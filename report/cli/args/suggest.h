// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other;
/// case does not count.
unsigned edit_distance(std::string_view, std::string_view);

/// The candidate that was probably meant: near enough by edit distance, or the shortest that starts
/// with the word. "" when none is.
std::string closest(std::string_view word, std::span<const std::string> candidates);

/// ", did you mean 'sources'?" or ""
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace dmarcq

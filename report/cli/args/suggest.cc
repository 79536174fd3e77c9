// SPDX-License-Identifier: MIT
#include "report/cli/args/suggest.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"

namespace dmarcq {

unsigned edit_distance(std::string_view a, std::string_view b) {
  std::vector<unsigned> two_back(b.size() + 1), back(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) back[j] = static_cast<unsigned>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<unsigned>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({back[j] + 1, row[j - 1] + 1, back[j - 1] + (same ? 0u : 1u)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], two_back[j - 2] + 1);
    }
    std::swap(two_back, back);
    std::swap(back, row);
  }
  return back[b.size()];
}

std::string closest(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > 200) return {};
  const std::string* best = nullptr;
  unsigned best_distance = 0;
  for (const std::string& candidate : candidates) {
    const unsigned distance = edit_distance(word, candidate);
    if (best == nullptr || distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  // A third of the letters may be wrong: "souces" is sources, "frobnicate" is nothing.
  if (best != nullptr &&
      best_distance <= std::max<std::size_t>(1, std::max(word.size(), best->size()) / 3))
    return *best;
  // Or only its beginning was typed: the shortest that begins so.
  const std::string* extended = nullptr;
  for (const std::string& candidate : candidates)
    if (word.size() >= 3 && candidate.starts_with(word) &&
        (extended == nullptr || candidate.size() < extended->size()))
      extended = &candidate;
  return extended != nullptr ? *extended : std::string();
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string meant = closest(word, candidates);
  return meant.empty() ? std::string() : fmt::format(", did you mean '{}'?", meant);
}

}  // namespace dmarcq

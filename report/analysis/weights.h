// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace dmarcq {

/// The keys of a map of weights, the heaviest first, then by key.
template <class Key>
std::vector<Key> by_weight(const std::map<Key, std::uint64_t>& weights) {
  std::vector<std::pair<Key, std::uint64_t>> list(weights.begin(), weights.end());
  std::ranges::stable_sort(list, [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<Key> keys;
  for (auto& [key, weight] : list) keys.push_back(std::move(key));
  return keys;
}

}  // namespace dmarcq

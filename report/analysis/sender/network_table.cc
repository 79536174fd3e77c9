// SPDX-License-Identifier: MIT
#include "report/analysis/sender/network_table.h"

#include <algorithm>
#include <numeric>

namespace dmarcq {

NetworkTable::NetworkTable(std::span<const IpNetwork> networks) {
  struct Span {
    Key first, last;
    unsigned prefix;
  };
  std::vector<Span> spans;
  std::vector<Key> cuts;  // where a range begins
  spans.reserve(networks.size());
  for (const auto& network : networks) {
    const unsigned prefix = network.prefix + (network.address.is_v4() ? 96 : 0);
    const Key first = network.address.number();
    // The bits behind the prefix, all set: in the lower half, and in the upper one.
    const std::uint64_t low = prefix <= 64    ? ~std::uint64_t{0}
                              : prefix == 128 ? 0
                                              : ~std::uint64_t{0} >> (prefix - 64),
                        high = prefix >= 64 ? 0 : ~std::uint64_t{0} >> prefix;
    const Span span{first, {first.first | high, first.second | low}, prefix};
    cuts.push_back(span.first);
    const Key after{span.last.first + (span.last.second == ~std::uint64_t{0}),
                    span.last.second + 1};
    if (after != Key{0, 0})
      cuts.push_back(after);  // else the network reaches the last address there is
    spans.push_back(span);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());

  std::vector<std::uint32_t> order(spans.size());  // positions, most specific first
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return spans[a].prefix > spans[b].prefix; });
  for (const auto& cut : cuts) {
    Range range{cut, static_cast<std::uint32_t>(hits_.size()), 0};
    for (const auto position : order)
      if (spans[position].first <= cut && cut <= spans[position].last) hits_.push_back(position);
    range.end = static_cast<std::uint32_t>(hits_.size());
    ranges_.push_back(range);
  }
}

std::span<const std::uint32_t> NetworkTable::holding(const IpAddress& address) const {
  const Key wanted = address.number();
  auto range = std::upper_bound(ranges_.begin(), ranges_.end(), wanted,
                                [](const Key& k, const Range& r) { return k < r.first; });
  if (range == ranges_.begin()) return {};
  --range;
  return std::span(hits_).subspan(range->begin, range->end - range->begin);
}

}  // namespace dmarcq

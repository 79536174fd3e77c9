// SPDX-License-Identifier: MIT
#include "report/analysis/network_table.h"

#include <algorithm>
#include <numeric>

namespace dmarcq {

NetworkTable::Key NetworkTable::key(const IpAddress& address) {
  Key key{};
  const auto bytes = address.bytes();
  if (bytes.size() == 4) key[10] = key[11] = 0xff;
  std::transform(bytes.begin(), bytes.end(), key.end() - static_cast<std::ptrdiff_t>(bytes.size()),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return key;
}

NetworkTable::NetworkTable(std::span<const IpNetwork> networks) {
  struct Span { Key first, last; unsigned prefix; };
  std::vector<Span> spans;
  std::vector<Key> cuts;  // where a range begins
  spans.reserve(networks.size());
  for (const auto& network : networks) {
    const unsigned prefix = network.prefix + (network.address.is_v4() ? 96 : 0);
    Span span{key(network.address), key(network.address), prefix};
    for (unsigned bit = prefix; bit < 128; ++bit) span.last[bit / 8] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
    cuts.push_back(span.first);
    Key after = span.last;
    std::size_t i = after.size();
    while (i > 0 && ++after[i - 1] == 0) --i;
    if (i > 0) cuts.push_back(after);  // else the network reaches the last address there is
    spans.push_back(span);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());

  std::vector<std::uint32_t> order(spans.size());  // positions, most specific first
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return spans[a].prefix > spans[b].prefix; });
  for (const auto& cut : cuts) {
    Range range{cut, static_cast<std::uint32_t>(hits_.size()), 0};
    for (const auto position : order)
      if (spans[position].first <= cut && cut <= spans[position].last) hits_.push_back(position);
    range.end = static_cast<std::uint32_t>(hits_.size());
    ranges_.push_back(range);
  }
}

std::span<const std::uint32_t> NetworkTable::holding(const IpAddress& address) const {
  const auto wanted = key(address);
  auto range = std::upper_bound(ranges_.begin(), ranges_.end(), wanted, [](const Key& k, const Range& r) { return k < r.first; });
  if (range == ranges_.begin()) return {};
  --range;
  return std::span(hits_).subspan(range->begin, range->end - range->begin);
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "parser/ip_address.h"

namespace dmarcq {

/// Answers "which of these networks hold this address" by one binary search. The networks are cut
/// once into ranges that do not overlap, each with the list of networks that cover it; IPv4 lies in
/// ::ffff:0:0/96.
class NetworkTable {
 public:
  NetworkTable() = default;
  explicit NetworkTable(std::span<const IpNetwork>);
  /// Positions in the list given, the most specific network first, then in the order of the list.
  /// Valid as long as the table.
  std::span<const std::uint32_t> holding(const IpAddress&) const;
  /// What all answers are parts of: lets a user keep a parallel list.
  std::span<const std::uint32_t> all() const { return hits_; }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  ///< as IpAddress::number()
  struct Range {
    Key first;
    std::uint32_t begin, end;
  };  ///< up to the next range; positions are hits_[begin, end)
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> hits_;
};

}  // namespace dmarcq

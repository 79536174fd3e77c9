// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ip_address.h"

namespace dmarcq {

/// A 128-bit number. IPv4 addresses are the numbers below 2^32 of their own family.
__extension__ typedef unsigned __int128 IpNumber;

enum class IpFamily { v4, v6 };
constexpr std::string_view to_text(IpFamily family) {
  return family == IpFamily::v4 ? "IPv4" : "IPv6";
}
inline IpFamily family_of(const IpAddress& address) {
  return address.is_v4() ? IpFamily::v4 : IpFamily::v6;
}

/// Addresses of one family, both ends included.
struct IpInterval {
  IpNumber first = 0, last = 0;
  friend bool operator==(const IpInterval&, const IpInterval&) = default;
};

/// A set of addresses of one family, as intervals that are sorted and do not touch.
class IpIntervals {
 public:
  explicit IpIntervals(IpFamily family = IpFamily::v4) : family_(family) {}
  static IpIntervals all(IpFamily);
  /// Of those networks that are of the family. n log n.
  static IpIntervals of(IpFamily, const std::vector<IpNetwork>&);
  /// In any order; they may overlap.
  static IpIntervals of(IpFamily, std::vector<IpInterval>);

  IpFamily family() const { return family_; }
  const std::vector<IpInterval>& intervals() const { return intervals_; }
  bool empty() const { return intervals_.empty(); }
  bool contains(const IpAddress&) const;

  // With a set of the same family. Linear.
  IpIntervals united(const IpIntervals&) const;
  IpIntervals intersected(const IpIntervals&) const;
  IpIntervals without(const IpIntervals&) const;
  /// The fewest networks that have exactly these addresses, in order. Without those that start
  /// among the IPv4-mapped addresses: no IPv6 client has one.
  std::vector<IpNetwork> networks() const;

  friend bool operator==(const IpIntervals&, const IpIntervals&) = default;

 private:
  IpFamily family_;
  std::vector<IpInterval> intervals_;
};

IpNumber number_of(const IpAddress&);
IpAddress address_of(IpFamily, IpNumber);
/// The largest number of the family.
IpNumber last_of(IpFamily);
/// "192.0.2.0/24" where it is one network, else "192.0.2.0-192.0.2.9".
std::string to_text(IpFamily, const IpInterval&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dmarcq {

/// An IPv4 or IPv6 address; IPv4-mapped IPv6 is folded to IPv4 (reporters write both for the same
/// sender).
class IpAddress {
 public:
  IpAddress() = default;
  /// From text, surrounding white space ignored. IPv6 may be in any form; no zone, no port, no
  /// prefix.
  static std::optional<IpAddress> parse(std::string_view);
  /// From 4 or 16 network-order bytes.
  static std::optional<IpAddress> from_bytes(std::string_view);

  bool is_v4() const { return size_ == 4; }
  /// 4 or 16 bytes, network order: the form in the database.
  std::string_view bytes() const { return {reinterpret_cast<const char*>(octets_.data()), size_}; }
  /// The upper and the lower half of the IPv6 number; IPv4 lies in ::ffff:0:0/96.
  std::pair<std::uint64_t, std::uint64_t> number() const {
    if (!is_v4()) return {half(0), half(8)};
    return {0, 0xffff00000000u | half(0) >> 32};
  }
  /// Canonical text (RFC 5952).
  std::string to_text() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  /// IPv4 before IPv6, then by number. Addresses are sorted by the million.
  friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
    if (a.size_ != b.size_) return a.size_ <=> b.size_;
    if (const auto high = a.half(0) <=> b.half(0); high != 0) return high;
    return a.half(8) <=> b.half(8);
  }

 private:
  /// Eight of the octets as the number that they are.
  std::uint64_t half(std::size_t at) const {
    std::uint64_t number;
    std::memcpy(&number, octets_.data() + at, sizeof number);
    return std::endian::native == std::endian::little ? std::byteswap(number) : number;
  }
  std::uint8_t size_ = 4;
  std::array<std::uint8_t, 16> octets_{};
};

/// A network, "192.0.2.0/24". A bare address is its own network (/32 or /128). Host bits are
/// cleared.
struct IpNetwork {
  IpAddress address;
  unsigned prefix = 32;
  static std::optional<IpNetwork> parse(std::string_view);
  bool contains(const IpAddress&) const;
  std::string to_text() const;
  friend auto operator<=>(const IpNetwork&, const IpNetwork&) = default;
};

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// An IPv4 or IPv6 address; IPv4-mapped IPv6 is folded to IPv4 (reporters write both for the same sender).
class IpAddress {
 public:
  IpAddress() = default;
  /// From text, surrounding white space ignored. IPv6 may be in any form; no zone, no port, no prefix.
  static std::optional<IpAddress> parse(std::string_view);
  /// From 4 or 16 network-order bytes.
  static std::optional<IpAddress> from_bytes(std::string_view);

  bool is_v4() const { return size_ == 4; }
  /// 4 or 16 bytes, network order: the form in the database.
  std::string_view bytes() const { return {reinterpret_cast<const char*>(octets_.data()), size_}; }
  /// Canonical text (RFC 5952).
  std::string to_text() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::uint8_t size_ = 4;
  std::array<std::uint8_t, 16> octets_{};
};

/// A network, "192.0.2.0/24". A bare address is its own network (/32 or /128). Host bits are cleared.
struct IpNetwork {
  IpAddress address;
  unsigned prefix = 32;
  static std::optional<IpNetwork> parse(std::string_view);
  bool contains(const IpAddress&) const;
  std::string to_text() const;
  friend auto operator<=>(const IpNetwork&, const IpNetwork&) = default;
};

}  // namespace dmarcq

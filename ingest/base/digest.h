// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dmarcq {

/// SHA-256. Names documents and items; its first 8 bytes index interned sets (a stranger cannot make two sets collide).
using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
std::string to_hex(const Digest&);

/// For hash maps: any 8 bytes of a SHA-256 are as good as a hash.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept;
};

}  // namespace dmarcq

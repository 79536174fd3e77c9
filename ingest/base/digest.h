// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dmarcq {

/// SHA-256. Names documents and items; its first 8 bytes index interned sets (a stranger cannot
/// make two sets collide).
using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

/// The same of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  Digest finish();  ///< once

 private:
  std::shared_ptr<void> context_;
};
std::string to_hex(const Digest&);

/// For hash maps: any 8 bytes of a SHA-256 are as good as a hash.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept;
};

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace dmarcq {

// Hashes for tables whose keys strangers choose: with a seed of this process alone nobody can write
// keys that fall on one place. Nothing that is stored or shown may depend on a hash, nor on the
// order in which a table is gone through.

struct HashSeed {
  std::uint64_t a, b;
};
inline const HashSeed hash_seed = [] {
  std::random_device random;
  const auto word = [&] { return std::uint64_t{random()} << 32 | random(); };
  return HashSeed{word(), word()};
}();

/// SipHash-1-3.
class SeededHash {
 public:
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    State state{hash_seed.a ^ 0x736f6d6570736575u, hash_seed.b ^ 0x646f72616e646f6du,
                hash_seed.a ^ 0x6c7967656e657261u, hash_seed.b ^ 0x7465646279746573u};
    const char* p = text.data();
    std::size_t left = text.size();
    std::uint64_t word;
    for (; left >= 8; p += 8, left -= 8) {
      std::memcpy(&word, p, 8);
      state.take(word);
    }
    word = 0;
    if (left > 0) std::memcpy(&word, p, left);
    state.take(word | std::uint64_t{text.size()} << 56);
    state.v2 ^= 0xff;
    for (int i = 0; i < 3; ++i) state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
  }

 private:
  struct State {
    std::uint64_t v0, v1, v2, v3;
    void take(std::uint64_t word) {
      v3 ^= word;
      round();
      v0 ^= word;
    }
    void round() {
      v0 += v1, v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1, v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  };
};

/// Of 16 bytes, or fewer as numbers: one multiplication.
inline std::size_t seeded_hash(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ typedef unsigned __int128 Product;
  const Product product = static_cast<Product>(a ^ hash_seed.a) * (b ^ hash_seed.b);
  return static_cast<std::size_t>(product ^ product >> 64);
}

}  // namespace dmarcq

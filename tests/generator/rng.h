// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace dmarcq::generator {

/// Folds a seed and some names into a new seed, so that each (scenario, day, reporter) owns its
/// dice and removing one reporter leaves every other report as it was.
std::uint64_t mix(std::uint64_t seed, std::initializer_list<std::string_view> names,
                  std::uint64_t number = 0);

/// xoshiro256** seeded by splitmix64 (Blackman and Vigna, public domain). The standard's
/// distributions are implementation-defined; everything here is integer arithmetic, so a seed means
/// the same bytes everywhere.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);

  std::uint64_t next();
  /// 0 … bound-1. The bias of the plain remainder is below 2^-40 for every bound used here.
  std::uint64_t below(std::uint64_t bound) { return bound <= 1 ? 0 : next() % bound; }
  /// first … last, both included.
  std::int64_t between(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(last - first) + 1));
  }
  bool chance(std::uint64_t part, std::uint64_t whole) { return below(whole) < part; }
  /// 0 … bound-1, small numbers more often: how old customers, addresses and names come back.
  std::uint64_t skewed(std::uint64_t bound) { return below(below(bound) + 1); }
  /// amount * part / whole, rounded up or down so that the mean is exact.
  std::uint64_t share(std::uint64_t amount, std::uint64_t part, std::uint64_t whole) {
    return (amount * part + below(whole)) / whole;
  }

  template <class Container>
  const auto& pick(const Container& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }

  std::string digits(std::size_t length);
  std::string hex(std::size_t length);
  std::string lower_alphanumeric(std::size_t length);
  std::string base64_text(std::size_t length);
  /// 8-4-4-4-12 hexadecimal digits
  std::string uuid();

 private:
  std::string from_alphabet(std::string_view alphabet, std::size_t length);

  std::array<std::uint64_t, 4> state_;
};

}  // namespace dmarcq::generator

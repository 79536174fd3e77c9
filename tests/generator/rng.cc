// SPDX-License-Identifier: MIT
#include "tests/generator/rng.h"

#include <bit>

namespace dmarcq::generator {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t mix(std::uint64_t seed, std::initializer_list<std::string_view> names,
                  std::uint64_t number) {
  std::uint64_t hash = 0xcbf29ce484222325 ^ seed;  // FNV-1a over the names; a zero byte ends each
  const auto feed = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (const std::string_view name : names) {
    for (const char c : name) feed(static_cast<unsigned char>(c));
    feed(0);
  }
  std::uint64_t state = hash ^ (number * 0x9e3779b97f4a7c15);
  return splitmix64(state);
}

Rng::Rng(std::uint64_t seed) : state_{} {
  for (std::uint64_t& word : state_) word = splitmix64(seed);
}

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::string Rng::from_alphabet(std::string_view alphabet, std::size_t length) {
  std::string text(length, '\0');
  for (char& c : text) c = alphabet[static_cast<std::size_t>(below(alphabet.size()))];
  return text;
}

std::string Rng::digits(std::size_t length) {
  std::string text = from_alphabet("0123456789", length);
  if (!text.empty() && text.front() == '0')
    text.front() = '7';  // reporters print numbers: no leading zero
  return text;
}

std::string Rng::hex(std::size_t length) { return from_alphabet("0123456789abcdef", length); }

std::string Rng::lower_alphanumeric(std::size_t length) {
  return from_alphabet("abcdefghijklmnopqrstuvwxyz0123456789", length);
}

std::string Rng::base64_text(std::size_t length) {
  return from_alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", length);
}

std::string Rng::uuid() {
  return hex(8) + '-' + hex(4) + '-' + hex(4) + '-' + hex(4) + '-' + hex(12);
}

}  // namespace dmarcq::generator

// SPDX-License-Identifier: MIT
#include "ingest/base/percent.h"

#include <charconv>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

/// The byte of the escape that the text begins with.
std::optional<char> escape_at(std::string_view text) {
  unsigned byte = 0;
  if (text.size() < 3 || text.front() != '%') return std::nullopt;
  const auto [end, fault] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
  if (fault != std::errc() || end != text.data() + 3) return std::nullopt;
  return static_cast<char>(byte);
}

}  // namespace

void append_percent(std::string& out, char byte) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  ((out += '%') += digits[value >> 4]) += digits[value & 15];
}

std::string percent_encoded(std::string_view text, std::string_view plain) {
  std::string out;
  for (const char c : text) {
    if (is_letter_or_digit(c) || plain.contains(c))
      out += c;
    else
      append_percent(out, c);
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = escape_at(text.substr(i));
    out += byte.value_or(text[i]);
    if (byte) i += 2;
  }
  return out;
}

std::optional<std::string> percent_decoded_strictly(std::string_view text) {
  for (std::size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 3))
    if (!escape_at(text.substr(at))) return std::nullopt;
  return percent_decoded(text);
}

}  // namespace dmarcq

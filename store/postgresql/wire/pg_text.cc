// SPDX-License-Identifier: MIT
#include "store/postgresql/wire/pg_text.h"

#include <algorithm>

#include "ingest/mail/encoded_text.h"

namespace dmarcq {
namespace {

constexpr std::string_view hex_mark = "\\x";
constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

bool is_pg_text(std::string_view bytes) {
  const auto is_plain = [](char c) { return c > 0; };
  return std::ranges::all_of(bytes, is_plain) ||
         (bytes.find('\0') == bytes.npos && valid_utf8(bytes) == bytes);
}

std::string pg_text(std::string_view bytes) {
  if (!bytes.starts_with(hex_mark) && is_pg_text(bytes)) return std::string(bytes);
  std::string text(hex_mark);
  for (const unsigned char byte : bytes) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::string from_pg_text(std::string_view text) {
  if (!text.starts_with(hex_mark)) return std::string(text);
  std::string bytes;
  for (std::size_t i = hex_mark.size(); i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(hex_digits.find(text[i]) << 4 | hex_digits.find(text[i + 1]));
  return bytes;
}

}  // namespace dmarcq

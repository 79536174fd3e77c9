// SPDX-License-Identifier: MIT
#include "report/render/page/html_names.h"

#include <cstdint>
#include <limits>

#include "report/render/escape.h"
#include "report/render/utf8.h"

namespace dmarcq {
namespace {

bool is_a_label(std::string_view label) {
  return label.size() > 4 && (label[0] == 'x' || label[0] == 'X') &&
         (label[1] == 'n' || label[1] == 'N') && label[2] == '-' && label[3] == '-';
}

/// Characters that no label holds, and that would make the readable form say something else: stops,
/// solidi and full-width forms of ASCII among them.
bool forbidden(char32_t c) {
  return c < 0x80 || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF || c == 0x3002 || c == 0xFF61 ||
         c == 0x2024 || c == 0xFE52 || c == 0x2044 || c == 0x2215 || c == 0x29F8 ||
         (c >= 0xFF01 && c <= 0xFF5E);
}

/// The ASCII part of a label: letters, digits and hyphens (RFC 5890 section 2.3.1).
bool is_letter_digit_hyphen(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

std::optional<std::string> from_punycode(std::string_view label) {
  // RFC 3492 section 6.2, with the parameters of section 5.
  constexpr std::uint32_t base = 36, t_min = 1, t_max = 26, skew = 38, damp = 700;
  if (label.size() > 63) return std::nullopt;
  std::u32string out;
  const std::size_t dash = label.rfind('-');
  std::size_t in = 0;
  if (dash != std::string_view::npos && dash > 0) {
    for (const char c : label.substr(0, dash)) {
      if (!is_letter_digit_hyphen(c)) return std::nullopt;
      out += static_cast<char32_t>(c);
    }
    in = dash + 1;
  }
  if (in == label.size()) return std::nullopt;  // nothing but ASCII: no A-label
  std::uint32_t n = 128, i = 0, bias = 72;
  while (in < label.size()) {
    const std::uint32_t old = i;
    std::uint32_t weight = 1;
    for (std::uint32_t k = base;; k += base) {
      if (in >= label.size()) return std::nullopt;
      const char c = label[in++];
      const std::uint32_t digit = c >= 'a' && c <= 'z'   ? static_cast<std::uint32_t>(c - 'a')
                                  : c >= 'A' && c <= 'Z' ? static_cast<std::uint32_t>(c - 'A')
                                  : c >= '0' && c <= '9' ? static_cast<std::uint32_t>(c - '0') + 26
                                                         : base;
      constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
      if (digit >= base || digit > (most - i) / weight) return std::nullopt;
      i += digit * weight;
      const std::uint32_t t = k <= bias ? t_min : k >= bias + t_max ? t_max : k - bias;
      if (digit < t) break;
      if (weight > most / (base - t)) return std::nullopt;
      weight *= base - t;
    }
    const auto points = static_cast<std::uint32_t>(out.size()) + 1;
    std::uint32_t delta = old == 0 ? i / damp : (i - old) / 2;
    delta += delta / points;
    std::uint32_t k = 0;
    for (; delta > (base - t_min) * t_max / 2; k += base) delta /= base - t_min;
    bias = k + (base - t_min + 1) * delta / (delta + skew);
    n += i / points;
    i %= points;
    if (forbidden(n)) return std::nullopt;
    out.insert(i, 1, static_cast<char32_t>(n));
    ++i;
  }
  std::string utf8;
  for (const char32_t c : out) append_utf8(utf8, c);
  // A label with characters that show nothing is better left unreadable.
  if (utf8.empty() || terminal_text(utf8) != utf8) return std::nullopt;
  return utf8;
}

std::string domain_text(std::string_view name) {
  std::string readable;
  bool differs = false;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    const std::string_view label = name.substr(at, end - at);
    const auto decoded = is_a_label(label) ? from_punycode(label.substr(4)) : std::nullopt;
    if (at > 0) readable += '.';
    readable += decoded ? *decoded : std::string(label);
    differs |= decoded.has_value();
    at = end + 1;
  }
  return differs ? std::string(name) + " (" + readable + ")" : std::string(name);
}

}  // namespace dmarcq

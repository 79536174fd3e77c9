// SPDX-License-Identifier: MIT
#include "report/render/utf8.h"

#include <wchar.h>

#include <locale.h>
#include <clocale>

namespace dmarcq {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// The C library knows the widths of all of Unicode and is updated with the system; it only has to
/// be asked in a UTF-8 locale. This one is made for the purpose, so that neither LANG nor the rest
/// of the program matters.
locale_t utf8_locale() {
  static const locale_t locale = [] {
    const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made != nullptr ? made : newlocale(LC_CTYPE_MASK, "en_US.UTF-8", nullptr);
  }();
  return locale;
}

class WithUtf8Locale {
 public:
  WithUtf8Locale()
      : known_(utf8_locale() != nullptr), before_(known_ ? uselocale(utf8_locale()) : nullptr) {}
  ~WithUtf8Locale() {
    if (known_) uselocale(before_);
  }
  WithUtf8Locale(const WithUtf8Locale&) = delete;
  WithUtf8Locale& operator=(const WithUtf8Locale&) = delete;
  unsigned width(char32_t c) const {
    if (c < 0x7F) return c < 0x20 ? 0 : 1;
    if (!known_) return 1;
    const int columns = ::wcwidth(static_cast<wchar_t>(c));
    return columns < 0 ? 0 : static_cast<unsigned>(columns);
  }

 private:
  bool known_;
  locale_t before_;
};

bool ascii(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) return false;
  return true;
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  // The ranges of the second byte (Unicode table 3-7) exclude overlong forms, surrogates and values
  // past U+10FFFF.
  std::size_t length = 0;
  unsigned char low = 0x80, high = 0xBF;
  char32_t value = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    value = lead & 0x1Fu;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    value = lead & 0x0Fu;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    value = lead & 0x07u;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {replacement, 1, false};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || byte(i) < low || byte(i) > high) return {replacement, i, false};
    value = (value << 6) | (byte(i) & 0x3Fu);
    low = 0x80;
    high = 0xBF;
  }
  return {value, length, true};
}

void append_utf8(std::string& to, char32_t c) {
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += static_cast<char>(0xC0 | (c >> 6));
    to += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    to += static_cast<char>(0xE0 | (c >> 12));
    to += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    to += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    to += static_cast<char>(0xF0 | (c >> 18));
    to += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    to += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    to += static_cast<char>(0x80 | (c & 0x3F));
  }
}

unsigned display_width(char32_t c) { return WithUtf8Locale().width(c); }

unsigned display_width(std::string_view utf8) {
  if (ascii(utf8)) return static_cast<unsigned>(utf8.size());
  const WithUtf8Locale locale;
  unsigned width = 0;
  while (!utf8.empty()) {
    const CodePoint c = first_code_point(utf8);
    width += locale.width(c.value);
    utf8.remove_prefix(c.size);
  }
  return width;
}

std::string truncated(std::string_view utf8, unsigned width) {
  if (display_width(utf8) <= width) return std::string(utf8);
  if (width == 0) return {};
  const WithUtf8Locale locale;
  std::string kept;
  unsigned used = 0;
  while (!utf8.empty()) {
    const CodePoint c = first_code_point(utf8);
    const unsigned columns = locale.width(c.value);
    if (used + columns > width - 1) break;
    used += columns;
    append_utf8(kept, c.value);
    utf8.remove_prefix(c.size);
  }
  return kept + "…";
}

}  // namespace dmarcq

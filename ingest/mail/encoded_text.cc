// SPDX-License-Identifier: MIT
#include "ingest/mail/encoded_text.h"

#include <algorithm>
#include <optional>

#include "ingest/base/text.h"
#include "ingest/mail/charset.h"
#include "ingest/mail/transfer_encoding.h"
#include "ingest/names.h"

namespace dmarcq {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Length of the UTF-8 sequence that the text starts with; 0 when it is none (RFC 3629: no
/// surrogates, no overlong forms).
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return tail(1) ? 2 : 0;
  if (first < 0xf0) {
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (first > 0xf4 || (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f))
    return 0;
  return tail(1) && tail(2) && tail(3) ? 4 : 0;
}

struct Word {
  std::string charset;
  std::string bytes;
  std::size_t size;  ///< of the encoded form
};

/// "=?charset*lang?B?text?=" at the start of the text.
std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with("=?")) return {};
  text = text.substr(0, 1000);  // RFC 2047 allows 75; looking further would make a hostile header
                                // quadratic
  const auto charset_end = text.find('?', 2);
  if (charset_end == text.npos || charset_end + 3 > text.size() || text[charset_end + 2] != '?')
    return {};
  const auto end = text.find("?=", charset_end + 3);
  if (end == text.npos) return {};
  std::string_view charset = text.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));  // RFC 2231 section 5: a language
  if (charset.empty() || charset.find_first_of(" \t") != charset.npos) return {};
  const std::string_view content = text.substr(charset_end + 3, end - charset_end - 3);
  Word word{std::string(charset), {}, end + 2};
  switch (text[charset_end + 1]) {
    case 'B':
    case 'b': word.bytes = decode_base64(content); break;
    case 'Q':
    case 'q': {
      std::string blanks(content);
      std::ranges::replace(blanks, '_', ' ');
      word.bytes = decode_quoted_printable(blanks);
      break;
    }
    default: return {};
  }
  return word;
}

}  // namespace

std::string valid_utf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    if (length == 0)
      result += replacement;
    else
      result += bytes.substr(0, length);
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::size_t size_of_conversion(std::string_view xml) {
  using namespace std::string_view_literals;
  const std::string_view start = xml.substr(0, 4);
  // UTF-16 makes at most three bytes of two, UTF-32 four of four.
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff") ||
      start.find('\0') != start.npos)
    return xml.size() / 2 * 3;
  const auto beyond_ascii = static_cast<std::size_t>(
      std::ranges::count_if(xml, [](char c) { return static_cast<signed char>(c) <= 0; }));
  if (beyond_ascii == 0) return 0;
  const std::string_view declaration = xml.substr(0, std::min<std::size_t>(xml.find("?>"), 1024));
  const std::string declared =
      lower(declaration.substr(std::min(declaration.find("encoding"), declaration.size())));
  if ((declared.empty() || declared.find("utf") != declared.npos) && xml.find('\0') == xml.npos) {
    std::string_view rest = xml;
    while (!rest.empty()) {
      const std::size_t length = sequence_length(rest);
      if (length == 0) break;
      rest.remove_prefix(length);
    }
    if (rest.empty()) return 0;
  }
  return xml.size() + 2 * beyond_ascii;
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  if (same_word(charset, "utf-8") || same_word(charset, "us-ascii") || same_word(charset, "utf8"))
    return valid_utf8(bytes);
  std::string text;
  return append_as_utf8(text, bytes, charset) ? text : valid_utf8(bytes);
}

std::string decode_words(std::string_view text) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = text.find("=?", at);
    if (start == text.npos) break;
    auto word = word_at(text.substr(start));
    if (!word) {
      result += valid_utf8(text.substr(at, start + 2 - at));
      at = start + 2;
      continue;
    }
    result += valid_utf8(text.substr(at, start - at));
    at = start + word->size;
    // Blanks between words mean nothing; words of one charset are joined first, since some senders
    // cut inside a character.
    for (;;) {
      const std::size_t next = text.find_first_not_of(" \t\r\n", at);
      if (next == text.npos) break;
      auto following = word_at(text.substr(next));
      if (!following) break;
      if (same_word(following->charset, word->charset)) {
        word->bytes += following->bytes;
      } else {
        result += to_utf8(word->bytes, word->charset);
        word->charset = following->charset;
        word->bytes = std::move(following->bytes);
      }
      at = next + following->size;
    }
    result += to_utf8(word->bytes, word->charset);
  }
  return result += valid_utf8(text.substr(std::min(at, text.size())));
}

}  // namespace dmarcq

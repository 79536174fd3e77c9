// SPDX-License-Identifier: MIT
#include "parser/aggregate/xml_text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "ingest/mail/charset.h"

namespace dmarcq {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view space = " \t\r\n";

/// Length of the UTF-8 character at the front, 0 if there is none. No overlong forms, no
/// surrogates, no more than U+10FFFF.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return follows(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (!follows(1) || !follows(2)) return 0;
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    return 3;
  }
  if (lead < 0xF5) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

/// Length of the leading ASCII.
std::size_t ascii_length(std::string_view text) {
  std::size_t at = 0;
  for (; at + 32 <= text.size(); at += 32) {
    std::uint64_t block[4];
    std::memcpy(block, text.data() + at, sizeof block);
    if ((block[0] | block[1] | block[2] | block[3]) & 0x8080808080808080u) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

std::size_t utf8_prefix_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    at += ascii_length(text.substr(at));
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
      const std::size_t length = utf8_length(text.substr(at));
      if (length == 0) return at;
      at += length;
    }
  }
  return at;
}

std::string repaired_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 16);
  while (!bytes.empty()) {
    const std::size_t good = utf8_prefix_length(bytes);
    out += bytes.substr(0, good);
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    out += replacement;
    bytes.remove_prefix(1);
  }
  return out;
}

std::string upper_name(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
    else if (c < ' ' || c > '~')
      c = '?';  // also all that is not ASCII
  return out;
}

/// The encoding that <?xml … encoding="x"?> names, in upper case, '?' for what no name holds; ""
/// without one. `bytes` are ASCII-compatible.
std::string declared_encoding(std::string_view bytes) {
  bytes.remove_prefix(std::min(bytes.find_first_not_of(space), bytes.size()));
  if (!bytes.starts_with("<?xml")) return {};
  const std::string_view declaration =
      bytes.substr(0, std::min<std::size_t>(bytes.find("?>"), 1024));
  std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  at = declaration.find_first_not_of(space, at + 8);
  if (at == std::string_view::npos || declaration[at] != '=') return {};
  at = declaration.find_first_not_of(space, at + 1);
  if (at == std::string_view::npos || (declaration[at] != '"' && declaration[at] != '\''))
    return {};
  const std::size_t end = declaration.find(declaration[at], at + 1);
  if (end == std::string_view::npos) return {};
  std::string name = upper_name(declaration.substr(at + 1, end - at - 1));
  name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
  while (name.ends_with(' ')) name.pop_back();
  return name;
}

/// The name is a stranger's choice, and the C library's rarer tables have had their share of hangs
/// and overflows (CVE-2016-10228, CVE-2024-2961): only families that XML is written in are let
/// through.
bool trusted(std::string_view name) {
  static constexpr std::string_view families[] = {
      "ISO-8859-",   "ISO8859-",  "ISO_8859-", "WINDOWS-",  "CP125", "CP874",
      "KOI8-",       "EUC-",      "SHIFT_JIS", "SHIFT-JIS", "SJIS",  "CP932",
      "ISO-2022-JP", "GB2312",    "GBK",       "GB18030",   "BIG5",  "TIS-620",
      "LATIN",       "MACINTOSH", "IBM437",    "IBM850"};
  if (name.size() > 24) return false;
  for (const char c : name)
    if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
  return std::any_of(std::begin(families), std::end(families),
                     [&](std::string_view f) { return name.starts_with(f); });
}

/// UTF-16 or UTF-32 by byte order mark or by the zeros around its first two (ASCII) characters.
struct Wide {
  const char* name;
  std::size_t unit, skip;
};
std::optional<Wide> wide_encoding(std::string_view bytes) {
  const auto starts = [&](std::string_view mark) { return bytes.starts_with(mark); };
  using namespace std::string_view_literals;
  if (starts("\xFF\xFE\0\0"sv)) return Wide{"UTF-32LE", 4, 4};
  if (starts("\0\0\xFE\xFF"sv)) return Wide{"UTF-32BE", 4, 4};
  if (starts("\xFF\xFE"sv)) return Wide{"UTF-16LE", 2, 2};
  if (starts("\xFE\xFF"sv)) return Wide{"UTF-16BE", 2, 2};
  if (bytes.size() < 4) return std::nullopt;
  unsigned shape = 0;  // one bit a byte: is it a character
  for (std::size_t i = 0; i < 4; ++i) {
    if (static_cast<unsigned char>(bytes[i]) >= 0x80) return std::nullopt;
    shape = shape << 1 | (bytes[i] != 0 ? 1u : 0u);
  }
  switch (shape) {
    case 0b1000: return Wide{"UTF-32LE", 4, 0};
    case 0b0001: return Wide{"UTF-32BE", 4, 0};
    case 0b1010: return Wide{"UTF-16LE", 2, 0};
    case 0b0101: return Wide{"UTF-16BE", 2, 0};
    default: return std::nullopt;
  }
}

}  // namespace

bool is_ascii(std::string_view text) { return ascii_length(text) == text.size(); }
bool is_utf8(std::string_view text) { return utf8_prefix_length(text) == text.size(); }

XmlText to_utf8(std::string_view bytes) {
  XmlText text;
  const auto note = [&](std::string_view found, std::string_view read_as) {
    text.deviations.push_back({"encoding", std::string(found), std::string(read_as)});
  };

  if (const auto wide = wide_encoding(bytes)) {
    text.converted.reserve(bytes.size() / wide->unit + 16);
    if (const auto invalid =
            append_as_utf8(text.converted, bytes.substr(wide->skip), wide->name, wide->unit)) {
      text.is_converted = true;
      if (*invalid > 0) note(std::string("invalid ") + wide->name, "U+FFFD");
      return text;
    }
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) text.skip = 3;
  const std::string_view body = bytes.substr(text.skip);

  const std::string declared = text.skip > 0 ? std::string() : declared_encoding(body);
  const bool utf8_expected = declared.empty() || declared == "UTF-8" || declared == "UTF8";
  const bool ascii_name = declared == "US-ASCII" || declared == "ASCII" ||
                          declared == "ANSI_X3.4-1968";
  const std::size_t ascii = ascii_length(body);
  // Of the trusted encodings only ISO-2022-JP gives another meaning to ASCII bytes, and it needs
  // ESC for that.
  const bool all_ascii = ascii == body.size() &&
                         !(declared.starts_with("ISO-2022") && body.find('\x1B') != body.npos);

  if (!utf8_expected && !ascii_name) {
    if (!trusted(declared)) {
      note(declared.substr(0, 64), "UTF-8");  // also UTF-16, UCS-2 …: the bytes, readable as ASCII,
                                              // say otherwise
    } else if (!all_ascii) {
      const bool latin1 = declared == "ISO-8859-1" || declared == "ISO8859-1" ||
                          declared == "ISO_8859-1" || declared == "LATIN1";
      text.converted.reserve(body.size() + body.size() / 16);
      if (const auto invalid =
              append_as_utf8(text.converted, body, latin1 ? "WINDOWS-1252" : declared)) {
        text.is_converted = true;
        if (*invalid > 0) note("invalid " + declared, "U+FFFD");
        return text;
      }
      note(declared, "UTF-8");
    }
  }
  if (ascii == body.size() || ascii + utf8_prefix_length(body.substr(ascii)) == body.size())
    return text;
  note("invalid UTF-8", "U+FFFD");
  text.is_converted = true;
  text.converted = repaired_utf8(body);
  return text;
}

}  // namespace dmarcq

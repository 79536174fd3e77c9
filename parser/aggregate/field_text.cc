// SPDX-License-Identifier: MIT
#include "parser/aggregate/field_text.h"

#include <bit>
#include <cstring>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::uint64_t each(unsigned char byte) { return 0x0101010101010101u * byte; }
/// High bit set in (at least) the lowest byte of `block` that is below `bound`, 1 … 0x80; none set
/// when no byte is.
constexpr std::uint64_t below(std::uint64_t block, unsigned char bound) {
  return (block - each(bound)) & ~block & each(0x80);
}

constexpr std::string_view reference_characters =
    "#0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct Seen {
  std::uint64_t special = 0, upper = 0;
  void look(std::uint64_t block) {
    // DEL (0x7F) + 1 carries into the high bit, which no ASCII byte has.
    special |= (block & each(0x80)) | below(block, 0x20) | below(block ^ each('&'), 1) |
               ((block + each(1)) & each(0x80));
    upper |= (block + each(0x80 - 'A')) & ~(block + each(0x80 - 'Z' - 1)) & each(0x80);
  }
};

TextShape shape(const Seen& seen, std::string_view raw) {
  return {seen.special == 0 && !raw.empty() && raw.front() != ' ' && raw.back() != ' ',
          seen.upper != 0};
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)),
        put(0x80 | (c & 0x3F));
  }
}

/// Length of the reference at the front of `raw` ("&…;"), its character appended to `out`; 0 if it
/// is none.
std::size_t append_reference(std::string& out, std::string_view raw) {
  const std::size_t end = raw.substr(0, 16).find(';');
  if (end == std::string_view::npos) return 0;
  const std::string_view name = raw.substr(1, end - 1);
  struct Named {
    std::string_view name;
    char character;
  };
  static constexpr Named predefined[] = {
      {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
  for (const Named& entity : predefined) {
    if (name == entity.name) {
      out += entity.character;
      return end + 1;
    }
  }
  if (name.size() < 2 || name[0] != '#') return 0;
  const bool hex = name[1] == 'x' || name[1] == 'X';
  const std::string_view digits = name.substr(hex ? 2 : 1);
  if (digits.empty()) return 0;
  std::uint32_t character = 0;
  for (const char c : digits) {
    unsigned digit;
    if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0');
    else if (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
      digit = static_cast<unsigned>((c | 0x20) - 'a' + 10);
    else
      return 0;
    character = character > 0x10FFFF ? character : character * (hex ? 16 : 10) + digit;
  }
  append_utf8(out, character);
  return end + 1;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

TextShape shape_of(std::string_view raw) {
  Seen seen;
  const char* p = raw.data();
  std::size_t left = raw.size();
  std::uint64_t block;
  for (; left >= 8; p += 8, left -= 8) {
    std::memcpy(&block, p, 8);
    seen.look(block);
  }
  if (left > 0) {
    block = each('0');
    std::memcpy(&block, p, left);
    seen.look(block);
  }
  return shape(seen, raw);
}

std::string_view text_until_markup(const char* begin, const char* end, TextShape& of) {
  Seen seen;
  const char* p = begin;
  if constexpr (std::endian::native == std::endian::little) {
    for (std::uint64_t block; end - p >= 8; p += 8) {
      std::memcpy(&block, p, 8);
      const std::uint64_t markup = below(block ^ each('<'), 1);  // its lowest bit is exact
      if (markup != 0) {
        const int bits = std::countr_zero(markup) & ~7;
        const std::uint64_t behind = ~std::uint64_t{0} << bits;
        seen.look((block & ~behind) | (each('0') & behind));
        const std::string_view raw(
            begin, static_cast<std::size_t>(p - begin) + static_cast<std::size_t>(bits / 8));
        of = shape(seen, raw);
        return raw;
      }
      seen.look(block);
    }
  }
  while (p != end && *p != '<') ++p;
  const std::string_view raw(begin, static_cast<std::size_t>(p - begin));
  of = shape_of(raw);
  return raw;
}

void append_decoded(std::string& out, std::string_view raw, TextFlaws& flaws) {
  for (;;) {
    const std::size_t at = raw.find('&');
    out += raw.substr(0, at);
    if (at == std::string_view::npos) return;
    raw.remove_prefix(at);
    std::size_t length = append_reference(out, raw);
    if (length == 0) {
      if (flaws.reference.empty()) {
        const std::size_t end = raw.substr(0, 16).find_first_not_of(reference_characters, 1);
        flaws.reference = end < raw.size() && raw[end] == ';' ? raw.substr(0, end + 1) : "&";
      }
      out += '&';
      length = 1;
    }
    raw.remove_prefix(length);
  }
}

void tidy(std::string& text, std::size_t limit, TextFlaws& flaws) {
  std::size_t from = 0, end = text.size();
  while (from < end && is_space(text[from])) ++from;
  while (end > from && is_space(text[end - 1])) --end;
  std::string out;
  out.reserve(end - from);
  while (from < end) {
    const char c = text[from];
    const auto byte = static_cast<unsigned char>(c);
    if (is_space(c)) {
      std::size_t run = from;
      bool lines = false;
      for (; is_space(text[run]); ++run)
        lines = lines || text[run] != ' ';  // ends: the last character is no space
      if (lines)
        out += ' ';
      else
        out.append(text, from, run - from);
      from = run;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\xEF\xBF\xBD";
      flaws.control = true;
      ++from;
    } else if (byte == 0xC2 && from + 1 < end &&
               static_cast<unsigned char>(text[from + 1]) < 0xA0) {  // C1: 80 … 9F
      out += "\xEF\xBF\xBD";
      flaws.control = true;
      from += 2;
    } else {
      out += c;
      ++from;
    }
  }
  if (out.size() > limit) {
    flaws.cut = true;
    std::size_t length = limit;
    while (length > 0 && (static_cast<unsigned char>(out[length]) & 0xC0) == 0x80) --length;
    out.resize(length);
    while (!out.empty() && out.back() == ' ') out.pop_back();
  }
  text = std::move(out);
}

void lower_ascii(std::string& text) {
  for (char& c : text) c = lower(c);
}

std::string shortened(std::string_view text, std::size_t length) {
  std::string out(text.substr(0, length + 4));
  if (out.size() < text.size()) {  // the last character may be cut
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
  }
  TextFlaws flaws;
  tidy(out, length, flaws);
  if (flaws.cut || text.size() > length + 4) out += "…";
  return out;
}

std::optional<std::uint64_t> count_from(std::string_view text) {
  constexpr std::uint64_t largest = std::uint64_t{1} << 53;
  std::uint64_t count = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    count = count * 10 + static_cast<std::uint64_t>(text[at] - '0');
    if (count > largest) return std::nullopt;
  }
  if (at == 0) return std::nullopt;
  if (at < text.size()) {
    if (text[at] != '.' || text.find_first_not_of('0', at + 1) != std::string_view::npos)
      return std::nullopt;
  }
  return count;
}

std::optional<IpAddress> address_in_brackets(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (text.size() > 5 && (text[0] == 'I' || text[0] == 'i') && text.substr(1, 4) == "Pv6:")
    text.remove_prefix(5);
  return IpAddress::parse(text);
}

std::optional<std::uint64_t> grouped_count_from(std::string_view text) {
  std::string digits;
  const std::size_t first = text.find(',');
  if (first == std::string_view::npos || first == 0 || first > 3 || text.front() == '0')
    return std::nullopt;
  digits = text.substr(0, first);
  for (text.remove_prefix(first); !text.empty(); text.remove_prefix(4)) {
    if (text.size() < 4 || text.front() != ',' || (text.size() > 4 && text[4] != ','))
      return std::nullopt;
    digits += text.substr(1, 3);
  }
  return digits.find_first_not_of("0123456789") == std::string::npos ? count_from(digits)
                                                                     : std::nullopt;
}

std::optional<EpochSeconds> epoch_from(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos &&
      text.find_first_not_of("0123456789", point + 1) != std::string_view::npos)
    return std::nullopt;
  const auto whole = count_from(text.substr(0, point));
  if (!whole) return std::nullopt;
  return static_cast<EpochSeconds>(*whole);
}

}  // namespace dmarcq

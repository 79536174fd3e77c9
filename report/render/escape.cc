// SPDX-License-Identifier: MIT
#include "report/render/escape.h"

#include <array>

#include "report/render/utf8.h"

namespace dmarcq {
namespace {

/// Characters that change how others are shown, or show nothing: bidi marks, embeddings, overrides
/// and isolates, zero-width characters, fillers, variation selectors, line and paragraph
/// separators, interlinear marks, shorthand and musical controls, tags, and non-characters.
bool deceptive(char32_t c) {
  return c == 0x00AD || c == 0x034F || c == 0x061C || c == 0x115F || c == 0x1160 || c == 0x17B4 ||
         c == 0x17B5 || (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0x3164 ||
         (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
         c == 0xFFA0 || (c >= 0xFFF0 && c <= 0xFFFB) || (c >= 0x1BCA0 && c <= 0x1BCA3) ||
         (c >= 0x1D173 && c <= 0x1D17A) || (c >= 0xE0000 && c <= 0xE0FFF) || (c & 0xFFFE) == 0xFFFE;
}

bool control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool plain_ascii(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) return false;
  return true;
}

}  // namespace

std::string terminal_text(std::string_view text) {
  if (plain_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    text.remove_prefix(c.size);
    if (c.value == '\t' || c.value == '\n' || c.value == '\r')
      out += ' ';
    else if (!control(c.value) && !deceptive(c.value))
      append_utf8(out, c.value);
  }
  return out;
}

std::string field_text(std::string_view text, Formulas formulas) {
  // Line breaks and tabs inside a field are legal CSV, but no field of ours needs them, and tools
  // trip over them.
  std::string clean = terminal_text(text);
  if (formulas == Formulas::as_they_are) return clean;
  const bool formula = !text.empty() &&
                       std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos;
  // Spreadsheets pass over blanks, and over what was taken out above.
  const std::size_t first = clean.find_first_not_of(' ');
  const bool formula_later = first != std::string::npos &&
                             std::string_view("=+-@").find(clean[first]) != std::string_view::npos;
  if (formula || formula_later) clean.insert(0, 1, '\'');
  return clean;
}

std::string csv_text(std::string_view text, Formulas formulas) {
  const std::string clean = field_text(text, formulas);
  if (clean.find_first_of("\",;") == std::string::npos &&
      (clean.empty() || (clean.front() != ' ' && clean.back() != ' ')))
    return clean;
  std::string quoted = "\"";
  for (const char c : clean) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string markdown_text(std::string_view text) {
  const std::string clean = terminal_text(text);
  std::string out;
  for (const char c : clean) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\\':
      case '|':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '~':
      case '#':
      case '!':
      case '$':
        out += '\\';
        out += c;
        break;
      default: out += c;
    }
  }
  return out;
}

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    // Most text needs nothing: copy it in one go.
    std::size_t plain = 0;
    while (plain < text.size()) {
      const auto c = static_cast<unsigned char>(text[plain]);
      if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\') break;
      ++plain;
    }
    to.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const CodePoint c = first_code_point(text);
    text.remove_prefix(c.size);
    switch (c.value) {
      case '"': to += "\\\""; break;
      case '\\': to += "\\\\"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      default:
        // Controls must be escaped; so are C1, line separators, bidi and invisible characters,
        // since people look at JSON in terminals.
        if (control(c.value) || deceptive(c.value)) {
          const auto escape = [&](char32_t unit) {
            static constexpr std::array<char, 17> digits{"0123456789abcdef"};
            to += "\\u";
            for (int shift = 12; shift >= 0; shift -= 4) to += digits[(unit >> shift) & 0xF];
          };
          if (c.value >= 0x10000)
            escape(0xD800 + ((c.value - 0x10000) >> 10)), escape(0xDC00 + (c.value & 0x3FF));
          else
            escape(c.value);
        } else {
          append_utf8(to, c.value);
        }
    }
  }
  to += '"';
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "parser/tls_report/json_document.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/mail/encoded_text.h"

namespace dmarcq {
namespace {

/// The number of "\u12aB" at the front of a text; nothing for all else.
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    const char digit = lower(c);
    if (digit >= '0' && digit <= '9')
      unit = unit * 16 + static_cast<unsigned>(digit - '0');
    else if (digit >= 'a' && digit <= 'f')
      unit = unit * 16 + static_cast<unsigned>(digit - 'a' + 10);
    else
      return std::nullopt;
  }
  return unit;
}
bool is_first_half(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_second_half(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// Goes once over a text: finds the end of its first value, measures it, and mends its strings.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) { out.reserve(text.size()); }

  std::string out;  ///< the value, mended
  std::size_t deepest = 0, names = 0, separators = 0;
  bool closed = false, broken_text = false, raw_controls = false;

  /// Returns where the value ends.
  std::size_t run() {
    for (std::size_t open = 0; at_ < text_.size() && !closed;) {
      const char c = text_[at_];
      out += c;
      ++at_;
      if (c == '"') {
        take_string();
      } else if (c == '{' || c == '[') {
        deepest = std::max(deepest, ++open);
        ++separators;
      } else if (c == '}' || c == ']') {
        closed = --open == 0;  // the text begins with an opening one
      } else if (c == ':') {
        ++names;
      } else if (c == ',') {
        ++separators;
      }
    }
    return at_;
  }

 private:
  void take_string() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        take_escape();
        continue;
      }
      ++at_;
      const bool control = static_cast<unsigned char>(c) < 0x20;
      raw_controls |= control;
      out += control ? ' ' : c;
      if (c == '"') return;
    }
  }

  void take_escape() {
    std::size_t length = 2;
    if (const auto unit = escaped_unit(text_.substr(at_))) {
      const auto next = escaped_unit(text_.substr(at_ + 6));
      const bool pair = is_first_half(*unit) && next && is_second_half(*next);
      length = pair ? 12 : 6;
      if (!pair && (is_first_half(*unit) || is_second_half(*unit))) {
        out += "\\ufffd";
        at_ += length;
        broken_text = true;
        return;
      }
    }
    const std::string_view escape = text_.substr(at_, length);
    out += escape;
    at_ += escape.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::unexpected<Error> invalid(std::string text) {
  return std::unexpected(Error{Fault::invalid_report, std::move(text), {}});
}

}  // namespace

std::expected<JsonDocument, Error> read_json_document(std::string_view text,
                                                      const JsonBounds& bounds) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = trimmed(text);
  if (!text.starts_with('{') && !text.starts_with('[')) return invalid("no JSON object");
  JsonDocument document;
  Scan scan(text);
  document.rest = trimmed(text.substr(scan.run()));
  std::string value = valid_utf8(scan.out);
  document.had_broken_text = scan.broken_text || value != scan.out;
  document.had_raw_controls = scan.raw_controls;
  if (scan.deepest > bounds.depth)
    return invalid("JSON nested more than " + std::to_string(bounds.depth) + " levels deep");
  if (scan.separators > bounds.values)
    return invalid("JSON of more than " + with_thousands(bounds.values) + " values");
  auto root = JsonValue::parse(value, bounds.depth);
  if (!root) {
    const std::size_t fault = JsonValue::fault_in(value);
    if (!scan.closed && fault >= value.size())
      return std::unexpected(Error{Fault::truncated, "the text ends within the JSON object", {}});
    const auto lines = std::ranges::count(std::string_view(value).substr(0, fault), '\n');
    return invalid("no valid JSON: line " + with_thousands(static_cast<std::uint64_t>(lines) + 1));
  }
  document.had_repeated_names = root->members_at_all_depths() != scan.names;
  document.root = std::move(*root);
  return document;
}

}  // namespace dmarcq

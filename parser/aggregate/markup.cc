// SPDX-License-Identifier: MIT
#include "parser/aggregate/markup.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace dmarcq {
namespace {

enum : std::uint8_t { is_space = 1, is_start = 2, is_name = 4 };

// The classes of pugixml's own table.
constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (const char c : {' ', '\t', '\r', '\n'}) table[static_cast<unsigned char>(c)] = is_space;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = is_start | is_name;
  for (unsigned c = 0x80; c <= 0xFF; ++c) table[c] = is_start | is_name;
  table['_'] = table[':'] = is_start | is_name;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = is_name;
  table['-'] = table['.'] = is_name;
  return table;
}();

bool is(char c, std::uint8_t what) { return classes[static_cast<unsigned char>(c)] & what; }

Markup until(std::string_view text, std::size_t from, std::string_view terminator,
             Markup::Kind kind) {
  const std::size_t at = text.find(terminator, from);
  if (at == std::string_view::npos) return {Markup::Kind::unfinished, text.size(), {}, 0};
  return {kind, at + terminator.size(), {}, 0};
}

}  // namespace

Markup markup_at(std::string_view text, std::size_t at) {
  using Kind = Markup::Kind;
  const std::string_view rest = text.substr(at);
  const Markup stray{Kind::stray, at + 1, {}, 0}, unfinished{Kind::unfinished, text.size(), {}, 0};
  if (rest.size() < 2) return unfinished;
  const char second = rest[1];

  if (second == '!') {
    if (rest.starts_with("<!--")) return until(text, at + 4, "-->", Kind::comment);
    if (rest.starts_with("<![CDATA[")) return until(text, at + 9, "]]>", Kind::cdata);
    if (rest.starts_with("<!DOCTYPE") || rest.starts_with("<!doctype"))
      return {Kind::doctype, at + 9, {}, 0};  // refused anyway, so its end is of no interest
    for (const std::string_view whole : {"<!--", "<![CDATA[", "<!DOCTYPE", "<!doctype"})
      if (whole.starts_with(rest)) return unfinished;
    return stray;
  }
  if (second == '?') {
    if (rest.size() == 2) return unfinished;
    if (!is(rest[2], is_start)) return stray;
    return until(text, at + 3, "?>", Kind::instruction);
  }

  const bool closing = second == '/';
  std::size_t p = at + (closing ? 2 : 1);
  if (p == text.size()) return unfinished;
  if (!is(text[p], is_start)) return stray;
  const std::size_t name_at = p;
  while (p < text.size() && is(text[p], is_name)) ++p;
  Markup tag{closing ? Kind::end : Kind::start, 0, text.substr(name_at, p - name_at), 0};
  const auto skip_space = [&] {
    while (p < text.size() && is(text[p], is_space)) ++p;
  };

  if (closing) {
    skip_space();
    if (p == text.size()) return unfinished;
    if (text[p] != '>') return stray;
    tag.end = p + 1;
    return tag;
  }
  if (p < text.size() && !is(text[p], is_space) && text[p] != '/' && text[p] != '>' &&
      text[p] != '<')
    return stray;
  for (;;) {
    skip_space();
    if (p == text.size()) return unfinished;
    if (text[p] == '>') {
      tag.end = p + 1;
      return tag;
    }
    if (text[p] == '<') {
      tag.kind = Kind::cut_short;
      tag.end = p;
      return tag;
    }
    if (text[p] == '/') {
      if (p + 1 == text.size()) return unfinished;
      if (text[p + 1] != '>') return stray;
      tag.kind = Kind::empty;
      tag.end = p + 2;
      return tag;
    }
    if (!is(text[p], is_start)) return stray;
    while (p < text.size() && is(text[p], is_name)) ++p;
    skip_space();
    if (p == text.size()) return unfinished;
    if (text[p] != '=') return stray;
    ++p;
    skip_space();
    if (p == text.size()) return unfinished;
    if (text[p] != '"' && text[p] != '\'') return stray;
    p = text.find(text[p], p + 1);
    if (p == std::string_view::npos) return unfinished;
    ++p;
    ++tag.attributes;
    if (p < text.size() && is(text[p], is_start)) return stray;
  }
}

std::string_view local_name(std::string_view qualified) {
  return qualified.substr(qualified.rfind(':') + 1);
}

std::string_view prefix_of(std::string_view qualified) {
  const std::size_t colon = qualified.rfind(':');
  return colon == std::string_view::npos ? std::string_view() : qualified.substr(0, colon);
}

bool Attributes::next() {
  const std::size_t equals = tag_.find('=', at_);
  if (equals == std::string_view::npos) return false;
  std::size_t name_end = equals, quote = equals + 1;
  while (name_end > at_ && is(tag_[name_end - 1], is_space)) --name_end;
  std::size_t name_at = name_end;
  while (name_at > at_ && is(tag_[name_at - 1], is_name)) --name_at;
  while (quote < tag_.size() && is(tag_[quote], is_space)) ++quote;
  if (quote == tag_.size() || (tag_[quote] != '"' && tag_[quote] != '\'')) return false;
  const std::size_t end = tag_.find(tag_[quote], quote + 1);
  if (end == std::string_view::npos) return false;
  name = tag_.substr(name_at, name_end - name_at);
  value = tag_.substr(quote + 1, end - quote - 1);
  at_ = end + 1;
  return true;
}

Extent element_at(std::string_view text, std::size_t at, std::size_t depth, std::size_t max_depth) {
  using Kind = Markup::Kind;
  Extent extent;
  std::vector<std::string_view> open;
  for (;;) {
    const Markup piece = markup_at(text, at);
    switch (piece.kind) {
      case Kind::start:
      case Kind::empty:
        extent.nodes += 1 + piece.attributes;
        if (depth + open.size() > max_depth) {
          extent.fault = Extent::Fault::too_deep;
          extent.end = at;
          return extent;
        }
        if (piece.kind == Kind::start) open.push_back(piece.name);
        break;
      case Kind::end:
        if (piece.name != open.back()) {
          extent.fault = Extent::Fault::mismatch;
          extent.end = at;
          extent.open = open.back();
          extent.found = piece.name;
          return extent;
        }
        open.pop_back();
        break;
      case Kind::comment:
      case Kind::cdata:
      case Kind::instruction: break;
      case Kind::stray:
      case Kind::cut_short: extent.repairs = true; break;
      case Kind::doctype:
        extent.fault = Extent::Fault::doctype;
        extent.end = at;
        return extent;
      case Kind::unfinished:
        extent.fault = Extent::Fault::unfinished;
        extent.end = at;
        return extent;
    }
    if (open.empty()) {
      extent.end = piece.end;
      return extent;
    }
    at = text.find('<', piece.end);
    if (at == std::string_view::npos) {
      extent.fault = Extent::Fault::unfinished;
      extent.end = text.size();
      return extent;
    }
  }
}

std::string repaired(std::string_view text) {
  using Kind = Markup::Kind;
  std::string out;
  out.reserve(text.size() + 64);
  std::size_t done = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos;) {
    const Markup piece = markup_at(text, at);
    if (piece.kind == Kind::stray || piece.kind == Kind::cut_short) {
      out.append(text, done, at - done);
      if (piece.kind == Kind::stray) out += "&lt;";
      done = piece.end;
    }
    at = text.find('<', piece.end);
  }
  out.append(text, done);
  return out;
}

Flaws first_flaws(std::string_view text) {
  using Kind = Markup::Kind;
  Flaws flaws;
  for (std::size_t at = text.find('<');
       at != std::string_view::npos && (flaws.stray.empty() || flaws.cut.empty());) {
    const Markup piece = markup_at(text, at);
    const std::size_t next = text.find('<', piece.end);
    if (piece.kind == Kind::stray && flaws.stray.empty())
      flaws.stray = text.substr(at, std::min(next, text.size()) - at);
    if (piece.kind == Kind::cut_short && flaws.cut.empty())
      flaws.cut = text.substr(at, piece.end - at);
    at = next;
  }
  return flaws;
}

bool has_end_tag(std::string_view text, std::size_t from, std::string_view name) {
  const std::string tag = "</" + std::string(name);
  for (std::size_t at = from; (at = text.find(tag, at)) != std::string_view::npos; at += tag.size())
    if (const Markup piece = markup_at(text, at);
        piece.kind == Markup::Kind::end && piece.name == name)
      return true;
  return false;
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  return 1 + static_cast<std::size_t>(std::count(
                 text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
// mimetic is used for what it does well, the parameters of single fields. Its tree of entities is
// not: it recurses once per level of nesting (50,000 nested multiparts, 3 MB, overflow the stack),
// gives up at the broken headers described in header.h, and copies every body.
#include "ingest/mail/content_type.h"

#include <mimetic/contenttype.h>
#include <mimetic/fieldparam.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>

#include "ingest/base/percent.h"
#include "ingest/base/text.h"
#include "ingest/mail/charset.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "ingest/names.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_parameters = 200;
constexpr std::size_t longest_field = 16u << 10;  ///< reporters stay below 1 KiB

/// Splits at semicolons outside quotes and drops comments, neither of which mimetic does.
std::vector<std::string> segments_of(std::string_view text) {
  std::vector<std::string> segments(1);
  bool quoted = false;
  int comments = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\' && i + 1 < text.size()) {
      // Outlook writes Windows paths unescaped: a backslash before an ordinary character stays.
      if (text[i + 1] != '"' && text[i + 1] != '\\')
        segments.back() += c;
      else if (text[i + 1] == '\\')
        segments.back() += c;
      if (text[i + 1] == '"') segments.back() += '\'';
      ++i;
      if (text[i] != '"' && text[i] != '\\') segments.back() += text[i];
      continue;
    }
    if (!quoted && c == '(' && segments.back().find('=') == std::string::npos)
      ++comments;
    else if (comments > 0 && c == ')')
      --comments;
    else if (comments > 0)
      continue;
    else if (c == '"')
      quoted = !quoted, segments.back() += c;
    else if (c == ';' && !quoted) {
      if (segments.size() >= most_parameters) break;
      segments.emplace_back();
    } else
      segments.back() += c;
  }
  return segments;
}

}  // namespace

FieldValue parse_value(std::string_view text) {
  FieldValue value;
  auto segments = segments_of(text.substr(0, longest_field));
  std::string first(trimmed(segments.front()));
  // `application/zip name="a.zip"`: the semicolon is missing.
  if (const auto blank = first.find_first_of(" \t"); blank != first.npos) {
    if (first.find('=', blank) != first.npos)
      segments.insert(segments.begin() + 1, first.substr(blank));
    first.resize(blank);
  }
  if (first.find('=') != first.npos)
    segments.insert(segments.begin() + 1, std::exchange(first, {}));
  value.word = lower(std::move(first));
  for (std::size_t i = 1; i < segments.size(); ++i) {
    const mimetic::FieldParam parameter{std::string(trimmed(segments[i]))};
    std::string name = lower(std::string(trimmed(std::string_view(parameter.name()))));
    std::string_view content = trimmed(parameter.value());
    if (content.starts_with('"')) content.remove_prefix(1);  // a quote that is never closed
    if (content.ends_with('"')) content.remove_suffix(1);
    if (!name.empty()) value.parameters.emplace_back(std::move(name), std::string(content));
  }
  return value;
}

std::string media_type(const FieldValue& value) {
  const mimetic::ContentType type(value.word);
  if (type.type().empty() || type.subtype().empty()) return {};
  return lower(type.type() + "/" + type.subtype());
}

std::string parameter(const FieldValue& value, std::string_view name) {
  struct Piece {
    std::string_view text;
    bool encoded;
  };
  std::map<unsigned, Piece> pieces;
  for (const auto& [key, text] : value.parameters) {
    if (!key.starts_with(name) || key.size() <= name.size() || key[name.size()] != '*') continue;
    std::string_view rest = std::string_view(key).substr(name.size() + 1);
    const bool encoded = rest.empty() || rest.ends_with('*');
    if (rest.ends_with('*')) rest.remove_suffix(1);
    unsigned number = 0;
    const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (!rest.empty() && (fault != std::errc() || end != rest.data() + rest.size())) continue;
    pieces.try_emplace(number, Piece{text, encoded});
  }
  if (!pieces.empty()) {
    std::string charset, bytes;
    bool first = true;
    for (const auto& [number, piece] : pieces) {
      std::string_view text = piece.text;
      if (std::exchange(first, false) && piece.encoded) {
        const auto quote = text.find('\'');
        const auto second = quote == text.npos ? quote : text.find('\'', quote + 1);
        if (second != text.npos) {
          charset = text.substr(0, quote);
          text.remove_prefix(second + 1);
        }
      }
      bytes += piece.encoded ? percent_decoded(text) : std::string(text);
    }
    return charset.empty() ? decode_words(bytes) : to_utf8(bytes, charset);
  }
  const std::string* plain = value.find(name);
  return plain != nullptr ? decode_words(*plain) : std::string();
}

std::string file_part(std::string name) {
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  // Outlook for Windows used to send whole paths.
  if (name.size() > 2 && name[1] == ':' && name.find('\\') != name.npos)
    name.erase(0, name.rfind('\\') + 1);
  return std::string(trimmed(name));
}

}  // namespace dmarcq

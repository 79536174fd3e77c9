// SPDX-License-Identifier: MIT
#include "ingest/mail/header.h"

#include <algorithm>
#include <cctype>

#include "ingest/names.h"

namespace dmarcq {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
bool is_alnum(char c) noexcept { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Length of the field name that the line starts with; 0 when it is not a field. Rarer characters
/// that RFC 5322 allows are left out: "<a:b>" is markup.
std::size_t name_length(std::string_view line) noexcept {
  std::size_t i = 0;
  while (i < line.size() &&
         (is_alnum(line[i]) || line[i] == '-' || line[i] == '_' || line[i] == '.'))
    ++i;
  if (i == 0 || !is_alnum(line[0])) return 0;
  std::size_t colon = i;
  while (colon < line.size() && is_blank(line[colon])) ++colon;
  return colon < line.size() && line[colon] == ':' && !line.substr(colon).starts_with("://") ? i
                                                                                             : 0;
}

/// `name="a.zip"`: a parameter. Not the end of a base64 line ("Zg==").
bool is_parameter(std::string_view line) noexcept {
  std::size_t i = 0;
  while (i < line.size() && (is_alnum(line[i]) || line[i] == '-' || line[i] == '*')) ++i;
  return i > 0 && i + 1 < line.size() && line[i] == '=' && line[i + 1] != '=' && i < 40;
}

bool is_base64_line(std::string_view line) noexcept {
  return line.size() >= 16 && std::ranges::all_of(line, [](char c) {
           return is_alnum(c) || c == '+' || c == '/' || c == '=';
         });
}

struct Line {
  std::string_view text;  ///< without its end
  std::size_t next;       ///< where the next one starts
};
Line line_at(std::string_view bytes, std::size_t at) noexcept {
  const std::size_t end = bytes.find('\n', at);
  if (end == bytes.npos) return {bytes.substr(at), bytes.size()};
  std::string_view text = bytes.substr(at, end - at);
  while (text.ends_with('\r')) text.remove_suffix(1);
  return {text, end + 1};
}

}  // namespace

std::optional<Header> read_header(std::string_view entity, std::size_t limit) {
  Header header;
  std::size_t at = 0;
  const auto continue_field = [&](std::size_t next) {
    auto& raw = header.fields.back().raw;
    raw = {raw.data(), static_cast<std::size_t>(entity.data() + next - raw.data())};
  };
  while (at < entity.size()) {
    if (at > limit) return {};
    const Line line = line_at(entity.substr(0, std::min(entity.size(), at + limit + 2)), at);
    if (line.next - at > limit) return {};
    if (line.text.empty()) {
      header.size = line.next;
      return header;
    }
    if (is_blank(line.text.front()) && !header.fields.empty()) {
      // A line of blanks only: some gateways end the header so.
      if (line.text.find_first_not_of(" \t") == line.text.npos) {
        const Line following = line_at(entity, line.next);
        if (!following.text.empty() && !is_blank(following.text.front()) &&
            name_length(following.text) == 0) {
          header.size = line.next;
          return header;
        }
      }
      continue_field(line.next);
    } else if (const std::size_t length = name_length(line.text); length != 0) {
      const std::size_t colon = line.text.find(':', length);
      header.fields.push_back(
          {line.text.substr(0, length), entity.substr(at + colon + 1, line.next - at - colon - 1)});
    } else if (at == 0 && (line.text.starts_with("From ") || line.text.starts_with(">From "))) {
      // an envelope line that stayed
    } else if (is_parameter(line.text) && !header.fields.empty()) {
      continue_field(line.next);
    } else if (line.text.starts_with("--") || line.text.starts_with('<') ||
               line.text.starts_with('{') || line.text.starts_with("PK\3\4") ||
               line.text.starts_with("\x1f\x8b") || is_base64_line(line.text)) {
      header.size = at;  // the empty line is missing
      return header;
    } else {
      const Line following = line_at(entity, line.next);
      const bool header_goes_on =
          name_length(following.text) != 0 || is_parameter(following.text) ||
          (!following.text.empty() && is_blank(following.text.front()) && !header.fields.empty());
      if (!header_goes_on) {
        header.size = following.text.empty() && line.next < entity.size() && !header.fields.empty()
                          ? following.next
                          : at;
        return header;
      }
      // a junk line: passed over
    }
    at = line.next;
  }
  header.size = entity.size();
  return header;
}

std::string unfold(std::string_view raw) {
  std::string value;
  value.reserve(raw.size());
  std::size_t at = 0;
  while (at < raw.size()) {
    const Line line = line_at(raw, at);
    if (at != 0) {
      if (!line.text.empty() && !is_blank(line.text.front()) && !value.ends_with(';')) value += ';';
      if (!line.text.empty() && !is_blank(line.text.front())) value += ' ';
    }
    value += line.text;
    at = line.next;
  }
  const auto first = value.find_first_not_of(" \t\r");
  if (first == value.npos) return {};
  value.erase(value.find_last_not_of(" \t\r") + 1);
  value.erase(0, first);
  return value;
}

std::string Header::value(std::string_view name) const {
  for (const Field& field : fields)
    if (same_word(field.name, name))
      if (std::string text = unfold(field.raw); !text.empty()) return text;
  return {};
}

}  // namespace dmarcq

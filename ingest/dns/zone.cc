// SPDX-License-Identifier: MIT
#include "ingest/dns/zone.h"

#include <algorithm>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

struct Token {
  std::string text;
  bool quoted = false;
};

/// One entry of the file: its tokens, whether it began with blank (the owner before), and its line.
struct Line {
  std::vector<Token> tokens;
  bool same_owner = false;
  int number = 0;
};

std::expected<std::vector<Line>, std::string> lines_of(std::string_view text) {
  std::vector<Line> lines;
  Line line;
  int number = 1, depth = 0;
  bool at_start = true;
  line.number = number;
  const auto close = [&] {
    if (!line.tokens.empty()) lines.push_back(std::move(line));
    line = {};
    at_start = true;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      ++number;
      if (depth == 0) {
        close();
        line.number = number;
      }
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\r') {
      if (at_start && c != '\r') line.same_owner = true;
      at_start = false;
      continue;
    }
    at_start = false;
    if (c == ';') {
      while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      if (--depth < 0)
        return std::unexpected("line " + std::to_string(number) + ": ')' without '('");
    } else if (c == '"') {
      Token token{.quoted = true};
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        if (text[i] == '\n')
          return std::unexpected("line " + std::to_string(number) +
                                 ": string without closing quote");
        token.text += text[i];
      }
      line.tokens.push_back(std::move(token));
    } else {
      Token token;
      for (; i < text.size() &&
             std::string_view(" \t\r\n;()\"").find(text[i]) == std::string_view::npos;
           ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        token.text += text[i];
      }
      --i;
      line.tokens.push_back(std::move(token));
    }
  }
  if (depth > 0)
    return std::unexpected("line " + std::to_string(line.number) + ": '(' without ')'");
  close();
  return lines;
}

bool is_ttl(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}
bool is_class(std::string_view text) { return text == "IN" || text == "CH" || text == "HS"; }

}  // namespace

std::expected<Zone, std::string> Zone::parse(std::string_view text, std::string_view origin) {
  const auto lines = lines_of(text);
  if (!lines) return std::unexpected(lines.error());
  Zone zone;
  zone.origin_ = folded_domain(origin);
  std::string current = zone.origin_, owner;
  const auto absolute = [&](std::string_view name) {
    if (name == "@") return current;
    if (name.ends_with('.')) return folded_domain(name);
    return current.empty() ? lower(name) : lower(name) + "." + current;
  };
  for (const Line& line : *lines) {
    const auto& first = line.tokens.front();
    if (!first.quoted && first.text.starts_with('$')) {
      if (upper(first.text) == "$ORIGIN" && line.tokens.size() > 1)
        current = absolute(line.tokens[1].text);
      else if (upper(first.text) == "$INCLUDE")
        return std::unexpected("line " + std::to_string(line.number) +
                               ": $INCLUDE is not supported; use one complete file");
      continue;
    }
    std::size_t at = 0;
    if (!line.same_owner) owner = absolute(line.tokens[at++].text);
    while (at < line.tokens.size() && !line.tokens[at].quoted &&
           (is_ttl(line.tokens[at].text) || is_class(upper(line.tokens[at].text))))
      ++at;
    if (at >= line.tokens.size() || owner.empty())
      return std::unexpected("line " + std::to_string(line.number) + ": not a resource record");
    Entry entry{owner, upper(line.tokens[at].text), {}};
    if (entry.type == "SOA") zone.origin_ = owner;
    for (++at; at < line.tokens.size(); ++at) {
      if (entry.type == "TXT")
        entry.data += line.tokens[at].text;
      else if (entry.type == "CNAME" || entry.type == "NS")
        entry.data = absolute(line.tokens[at].text);
      else
        entry.data += (entry.data.empty() ? "" : " ") + line.tokens[at].text;
    }
    zone.entries_.push_back(std::move(entry));
  }
  if (zone.entries_.empty()) return std::unexpected("contains no resource record");
  return zone;
}

std::vector<std::string> Zone::txt(std::string_view name) const {
  std::vector<std::string> texts;
  for (const Entry& entry : entries_)
    if (entry.type == "TXT" && entry.name == lower(name)) texts.push_back(entry.data);
  return texts;
}

bool Zone::has(std::string_view name, std::string_view type) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.type == type && entry.name == lower(name);
  });
}

bool Zone::exists(std::string_view name) const {
  const auto wanted = lower(name);
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.name == wanted || is_below(entry.name, wanted);
  });
}

bool Zone::holds(std::string_view name) const {
  const auto wanted = lower(name);
  if (wanted != origin_ && !is_below(wanted, origin_)) return false;
  return std::ranges::none_of(entries_, [&](const Entry& entry) {
    return entry.type == "NS" && entry.name != origin_ &&
           (wanted == entry.name || is_below(wanted, entry.name));
  });
}

}  // namespace dmarcq

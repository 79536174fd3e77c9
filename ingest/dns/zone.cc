// SPDX-License-Identifier: MIT
#include "ingest/dns/zone.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

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

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The byte that the backslash at `at` stands for (RFC 1035 section 5.1): "\\DDD", or the character
/// behind it. Moves `at` to the last character of it.
char escaped_byte(std::string_view text, std::size_t& at) {
  if (at + 3 < text.size() && is_digit(text[at + 1]) && is_digit(text[at + 2]) &&
      is_digit(text[at + 3])) {
    const int number = (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 +
                       (text[at + 3] - '0');
    if (number < 256) {
      at += 3;
      return static_cast<char>(number);
    }
  }
  if (at + 1 < text.size()) ++at;
  return text[at];
}

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
        const bool escape = text[i] == '\\';
        const char byte = escape ? escaped_byte(text, i) : text[i];
        if (text[i] == '\n')
          return std::unexpected("line " + std::to_string(number) +
                                 ": string without closing quote");
        token.text += byte;
      }
      line.tokens.push_back(std::move(token));
    } else {
      Token token{.quoted = c == '\\'};  // as in a string, the character means nothing special
      for (; i < text.size() &&
             std::string_view(" \t\r\n;()\"").find(text[i]) == std::string_view::npos;
           ++i) {
        token.text += text[i] == '\\' ? escaped_byte(text, i) : text[i];
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

bool is_class(std::string_view text) { return text == "IN" || text == "CH" || text == "HS"; }

/// Seconds of "3600", "1h" or "1d12h". Nothing when the text is no TTL.
std::optional<std::uint32_t> ttl_of(std::string_view text) {
  constexpr std::uint64_t most = 0x7fffffff;  // RFC 2181 section 8
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::uint64_t total = 0, number = 0;
  bool open = false;
  for (const char c : text) {
    if (is_digit(c)) {
      number = std::min(number * 10 + static_cast<unsigned>(c - '0'), most);
      open = true;
      continue;
    }
    constexpr std::array<std::pair<char, std::uint64_t>, 5> units{
        {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}}};
    const auto unit = std::ranges::find(units, lower(c), &std::pair<char, std::uint64_t>::first);
    if (unit == units.end() || !open) return std::nullopt;
    total = std::min(total + number * unit->second, most);
    number = 0;
    open = false;
  }
  return static_cast<std::uint32_t>(std::min(total + number, most));
}

/// The shortest form of an address of the family; anything else as it is.
std::string address_text(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> shortest{};
  if (text.find('\0') != text.npos || inet_pton(family, text.c_str(), bytes.data()) != 1)
    return text;
  return inet_ntop(family, bytes.data(), shortest.data(), shortest.size());
}

/// Reads entries one after the other: a name or a TTL that is left out is that of the line before.
class EntryReader {
 public:
  explicit EntryReader(std::string origin) : origin_(std::move(origin)) {}

  /// Nothing for a $-line, and for a record of another class. The error says what is wrong.
  std::expected<std::optional<Zone::Entry>, std::string> read(const Line& line) {
    const Token& first = line.tokens.front();
    if (!first.quoted && first.text.starts_with('$')) return control(line.tokens);
    std::size_t at = 0;
    if (!line.same_owner) {
      owner_is_root_ = is_root(line.tokens[at]);
      owner_ = absolute(line.tokens[at++]);
    }
    if (owner_.size() > longest_name + 2) return std::unexpected("the name is too long");
    std::uint32_t ttl = default_ttl_;
    bool internet = true;
    for (; at < line.tokens.size() && !line.tokens[at].quoted; ++at) {
      const std::string word = upper(line.tokens[at].text);
      if (is_class(word))
        internet = word == "IN";
      else if (!word.empty() && is_digit(word.front()))
        ttl = ttl_of(word).value_or(0);
      else
        break;
    }
    if (at >= line.tokens.size() || (owner_.empty() && !owner_is_root_))
      return std::unexpected("not a resource record");
    if (!internet) return std::nullopt;
    const std::string type = upper(line.tokens[at].text);
    return Zone::Entry{owner_, type, data_of(type, std::span(line.tokens).subspan(at + 1)), ttl};
  }

 private:
  static constexpr std::size_t longest_name = 253;

  std::expected<std::optional<Zone::Entry>, std::string> control(const std::vector<Token>& tokens) {
    const std::string word = upper(tokens.front().text);
    if (word == "$INCLUDE")
      return std::unexpected("$INCLUDE is not supported; use one complete file");
    if (tokens.size() < 2) return std::nullopt;
    if (word == "$ORIGIN") {
      origin_is_root_ = is_root(tokens[1]);
      origin_ = absolute(tokens[1]);
    }
    if (origin_.size() > longest_name) return std::unexpected("the name is too long");
    if (word == "$TTL") default_ttl_ = ttl_of(tokens[1].text).value_or(0);
    return std::nullopt;
  }

  bool is_root(const Token& token) const {
    return !token.quoted && (token.text == "." || (token.text == "@" && origin_is_root_));
  }

  std::string absolute(const Token& token) const {
    const std::string_view name = token.text;
    if (name == "@" && !token.quoted) return origin_;
    if (name.ends_with('.')) return folded_domain(name);
    return origin_.empty() ? lower(name) : lower(name) + "." + origin_;
  }

  std::string data_of(const std::string& type, std::span<const Token> tokens) const {
    std::string data;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::string& text = tokens[i].text;
      if (type == "TXT") {
        data += text;
        continue;
      }
      if (i > 0) data += ' ';
      const bool is_name = type == "CNAME" || type == "NS" || type == "PTR" ||
                           (type == "MX" && i == 1) || (type == "SOA" && i < 2);
      if (type == "A" || type == "AAAA")
        data += address_text(type == "A" ? AF_INET : AF_INET6, text);
      else
        data += !is_name ? text : text != "." ? absolute(tokens[i]) : tokens.size() > 1 ? "." : "";
    }
    return data;
  }

  std::string origin_, owner_;
  bool origin_is_root_ = false, owner_is_root_ = false;
  std::uint32_t default_ttl_ = 0;
};

}  // namespace

std::expected<Zone, std::string> Zone::parse(std::string_view text, std::string_view origin,
                                             Emptiness emptiness) {
  const auto lines = lines_of(text);
  if (!lines) return std::unexpected(lines.error());
  Zone zone;
  zone.origin_ = folded_domain(origin);
  EntryReader reader(zone.origin_);
  for (const Line& line : *lines) {
    auto entry = reader.read(line);
    if (!entry)
      return std::unexpected("line " + std::to_string(line.number) + ": " + entry.error());
    if (!*entry) continue;
    if ((*entry)->type == "SOA") {
      zone.origin_ = (*entry)->name;
      zone.has_soa_ = true;
    }
    zone.entries_.push_back(std::move(**entry));
  }
  if (zone.entries_.empty() && emptiness == Emptiness::refused)
    return std::unexpected("contains no resource record");
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
  const bool is_root = has_soa_ && origin_.empty();
  if (!is_root && !at_or_below(wanted, origin_)) return false;
  return std::ranges::none_of(entries_, [&](const Entry& entry) {
    return entry.type == "NS" && entry.name != origin_ &&
           (wanted == entry.name || is_below(wanted, entry.name));
  });
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "parser/delivery/dsn_text.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <span>

#include "ingest/base/text.h"
#include "ingest/names.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {
namespace {

/// A bounce that names more is cut here: what matters stands at the top.
constexpr std::size_t most_lines = 4000, longest_line = 2000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < most_lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(trimmed(text.substr(0, std::min(end, longest_line))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// A line that announces the returned mail.
bool announces_returned(std::string_view line) {
  static constexpr std::array<std::string_view, 13> phrases{
      "copy of the headers",    "copy of the message", "copy of your message",
      "original message",       "original mail",       "message header",
      "unsent message",         "returned message",    "message follows",
      "headers of the message", "header follows",      "returned mail follows",
      "message headers"};
  line = trimmed(line);
  if (line.empty() || line.size() > 120) return false;
  const bool framed = std::string_view("-=*_").contains(line.front()) || line.ends_with(':') ||
                      lower(line).ends_with("follows.") || lower(line).ends_with("follows");
  if (!framed) return false;
  const std::string folded = lower(line);
  return std::ranges::any_of(phrases,
                             [&](std::string_view phrase) { return folded.contains(phrase); });
}

bool begins_header(std::string_view line) {
  if (starts_with_word(line, "return-path: ")) return true;
  if (!starts_with_word(line, "received:")) return false;
  line = trimmed(line.substr(9));
  return starts_with_word(line, "from ") || starts_with_word(line, "by ") || line.starts_with('(');
}

/// An address at the front of a line: "<user@example.net>:", "* user@example.net", "Recipient:
/// user@example.net"; if `behind_codes`, also "550 5.1.1 <user@example.net>…". `rest` is what
/// stands behind it.
std::string leading_address(std::string_view line, std::string_view& rest, bool behind_codes) {
  while (!line.empty() && std::string_view("*-|>\"' \t").contains(line.front()))
    line.remove_prefix(1);
  if (behind_codes && line.size() > 4 && is_digit(line[0]) && is_digit(line[1]) &&
      is_digit(line[2]) && line[3] == ' ') {
    line = trimmed(line.substr(4));
    if (is_digit(line.front())) line = trimmed(line.substr(std::min(line.find(' '), line.size())));
  }
  // "[Status: Error, Address: <user@example.net>, ResponseCode 421, , Host not reachable.]"
  constexpr std::string_view within = ", Address: <";
  if (const std::size_t at = line.find(within); at != line.npos)
    line.remove_prefix(at + within.size() - 1);
  for (const std::string_view word :
       {"recipient:", "rcpt to:", "final-recipient: rfc822;", "recipient address:", "address:",
        "for ", "failed address:", "e-mail:", "email:", "recipient email address:", "mailto:"})
    if (starts_with_word(line, word)) {
      line = trimmed(line.substr(word.size()));
      break;
    }
  if (starts_with_word(line, "smtp:")) line.remove_prefix(5);
  const std::size_t at = line.find('@');
  if (at == line.npos) return {};
  const std::size_t open = line.find('<');
  std::string_view token;
  if (open == 0) {
    const std::size_t close = line.find('>');
    if (close == line.npos) return {};
    token = line.substr(1, close - 1);
    rest = line.substr(close + 1);
  } else {
    const std::size_t end = std::min(line.find_first_of(" \t<>()[],;:'\"|"), line.size());
    token = line.substr(0, end);
    rest = line.substr(end);
    // "user@example.net<mailto:user@example.net>"
    if (rest.starts_with("<mailto:")) rest = rest.substr(std::min(rest.find('>'), rest.size()));
  }
  while (token.ends_with('.')) token.remove_suffix(1);
  return delivery_address(token);
}

/// The first address anywhere in the line.
std::string any_address(std::string_view line, const std::vector<std::string>& not_these) {
  for (std::size_t at = line.find('@'); at != line.npos; at = line.find('@', at + 1)) {
    constexpr std::string_view ends = " \t<>()[],;:'\"|=";
    const std::size_t before = line.find_last_of(ends, at),
                      first = before == line.npos ? 0 : before + 1;
    std::string_view token = line.substr(first, line.find_first_of(ends, at) - first);
    while (token.ends_with('.')) token.remove_suffix(1);
    std::string address = delivery_address(token);
    if (!address.empty() && std::ranges::find(not_these, address) == not_these.end())
      return address;
  }
  return {};
}

/// Where an SMTP reply code begins: "550 5.1.1", "550-", "421 4.7.0" after the start, a blank, a
/// quote, or a colon.
std::size_t reply_code_in(std::string_view text) {
  for (std::size_t i = 0; i + 4 <= text.size(); ++i) {
    if ((text[i] != '4' && text[i] != '5') || !is_digit(text[i + 1]) || !is_digit(text[i + 2]) ||
        text[i + 1] > '5')
      continue;
    if (text[i + 3] != ' ' && text[i + 3] != '-') continue;
    if (i > 0 && !std::string_view(" \t'\"(<:#").contains(text[i - 1])) continue;
    return i;
  }
  return text.npos;
}

bool has_words(std::string_view text) { return std::ranges::count_if(text, is_letter) >= 6; }

bool has_reply_code(std::span<const std::string_view> lines) {
  return std::ranges::any_of(
      lines, [](std::string_view line) { return reply_code_in(line) != line.npos; });
}

/// What bounces say whatever the reason is.
bool is_boilerplate(std::string_view line) {
  static constexpr std::array<std::string_view, 17> phrases{"created automatically by",
                                                            "a message that you sent",
                                                            "one or more of its",
                                                            "recipients. this is a",
                                                            "recipients after more than",
                                                            "message is kept in the queue",
                                                            "temporary failure report",
                                                            "do not need to re",
                                                            "sorry to have to inform you",
                                                            "further assistance",
                                                            "include this problem report",
                                                            "delete your own text",
                                                            "the mail system",
                                                            "permanent error; i've given",
                                                            "no action is required on your",
                                                            "this is an automatically generated",
                                                            "message will be retried"};
  const std::string folded = lower(line);
  return std::ranges::any_of(phrases,
                             [&](std::string_view phrase) { return folded.contains(phrase); });
}

/// What a block of lines says: from its first reply code to the end of that paragraph, or all.
std::string words_of(std::span<const std::string_view> lines) {
  std::string from_code, all;
  bool coded = false, done = false;
  for (const std::string_view line : lines) {
    if (all.size() < longest_line && !is_boilerplate(line)) (all += ' ') += line;
    if (done) continue;
    if (coded && line.empty()) {
      done = true;
      continue;
    }
    std::string_view words = line;
    if (!coded) {
      const std::size_t at = reply_code_in(line);
      if (at == line.npos) continue;
      coded = true;
      words = line.substr(at);
    }
    if (from_code.size() < longest_line) (from_code += ' ') += words;
  }
  return one_line(coded && has_words(from_code) ? from_code : all, longest_line);
}

/// What a block says that begins with its address: from its first reply code, or the rest of the
/// first paragraph that has words. "" when there is nothing but the address.
std::string words_in_block(std::span<const std::string_view> block) {
  std::string_view behind;
  leading_address(block.front(), behind, true);
  if (has_reply_code(block)) return words_of(block);
  std::string words(behind);
  for (const std::string_view line : block.subspan(1)) {
    if (line.empty() && has_words(words)) break;
    if (!is_boilerplate(line) && words.size() < longest_line) (words += ' ') += line;
  }
  while (!words.empty() && std::string_view(" :;,.").contains(words.front())) words.erase(0, 1);
  return has_words(words) ? one_line(words, longest_line) : "";
}

struct FoundAddress {
  std::string recipient;
  std::size_t line;
};

/// Each once, in order.
std::vector<FoundAddress> leading_addresses(std::span<const std::string_view> lines,
                                            const std::vector<std::string>& not_these,
                                            std::size_t most, bool behind_codes) {
  std::vector<FoundAddress> found;
  std::set<std::string, std::less<>> seen(not_these.begin(), not_these.end());
  for (std::size_t i = 0; i < lines.size() && found.size() < most; ++i) {
    std::string_view rest;
    std::string address = leading_address(lines[i], rest, behind_codes);
    if (!address.empty() && seen.insert(address).second) found.push_back({std::move(address), i});
  }
  return found;
}

}  // namespace

std::string_view take_returned(std::string_view& text) {
  std::size_t at = 0, lines = 0;
  while (at < text.size() && lines++ < most_lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, std::min(end - at, longest_line));
    const bool announced = announces_returned(line);
    if (announced || begins_header(line)) {
      std::string_view returned = text.substr(announced ? std::min(end + 1, text.size()) : at);
      text = text.substr(0, at);
      returned.remove_prefix(std::min(returned.find_first_not_of("\r\n"), returned.size()));
      return returned;
    }
    at = end + 1;
  }
  return {};
}

std::vector<TextRefusal> refusals_in_text(std::string_view text,
                                          const std::vector<std::string>& not_these,
                                          std::size_t most) {
  const std::vector<std::string_view> lines = lines_of(text);
  const std::span<const std::string_view> all(lines);
  std::vector<FoundAddress> found = leading_addresses(lines, not_these, most, false);
  if (found.empty()) found = leading_addresses(lines, not_these, most, true);
  std::vector<TextRefusal> refusals;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::size_t first = found[i].line,
                      end = i + 1 < found.size() ? found[i + 1].line : lines.size();
    const auto block = all.subspan(first, end - first);
    std::string words = words_in_block(block);
    // A list of addresses, with what is said of them above or below it; or a reply above the one
    // address.
    if (words.empty() || (found.size() == 1 && !has_reply_code(block) && has_reply_code(all)))
      words = words_of(all);
    refusals.push_back({std::move(found[i].recipient), std::move(words)});
  }
  if (!refusals.empty()) return refusals;
  for (const std::string_view line : lines) {
    std::string address = any_address(line, not_these);
    if (address.empty()) continue;
    refusals.push_back({std::move(address), words_of(all)});
    break;
  }
  return refusals;
}

std::string words_about(std::string_view text, std::string_view recipient) {
  for (TextRefusal& refusal : refusals_in_text(text, {}, 100))
    if (same_word(refusal.recipient, recipient)) return std::move(refusal.words);
  return words_of(lines_of(text));
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "parser/failure_report/feedback_fields.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "ingest/names.h"
#include "parser/aggregate/field_text.h"
#include "parser/delivery/date_order.h"
#include "parser/delivery/parsed_delivery.h"
#include "parser/failure_report/failure_report.h"
#include "parser/mail_date.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_word = 64;

}  // namespace

std::string without_comments(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && (quoted || depth > 0)) {
      if (depth == 0) out.append(text.substr(i, 2));
      ++i;
    } else if (depth > 0) {
      if (c == '(') ++depth;
      if (c == ')') --depth;
    } else if (c == '(' && !quoted) {
      depth = 1;
      out += ' ';
    } else {
      if (c == '"') quoted = !quoted;
      out += c;
    }
  }
  return std::string(trimmed(out));
}

std::vector<std::string> words_of_list(std::string_view text, std::size_t most, bool& all) {
  constexpr std::string_view between = ",; \t\r\n\"";
  std::vector<std::string> words;
  const std::string plain = without_comments(text);
  std::string_view rest = plain;
  all = true;
  while (!(rest = rest.substr(std::min(rest.find_first_not_of(between), rest.size()))).empty()) {
    const std::size_t end = std::min(rest.find_first_of(between), rest.size());
    std::string word = one_line(lower(rest.substr(0, end)), longest_word);
    all = all && end <= longest_word;
    rest.remove_prefix(end);
    if (word.empty() || std::ranges::find(words, word) != words.end()) continue;
    if (words.size() == most) {
      all = false;
      break;
    }
    words.push_back(std::move(word));
  }
  return words;
}

std::optional<IpAddress> source_ip_from(std::string_view text) {
  const auto parse = [](std::string_view word) -> std::optional<IpAddress> {
    word = trimmed(word);
    if (const auto bracketed = address_in_brackets(word)) return bracketed;
    if (starts_with_word(word, "ipv6:")) word.remove_prefix(5);
    return IpAddress::parse(word);
  };
  text = text.substr(0, longest_failure_text);
  if (const auto whole = parse(without_comments(text))) return whole;
  constexpr std::string_view between = " \t()[]<>,;\"'=";
  while (!(text = text.substr(std::min(text.find_first_not_of(between), text.size()))).empty()) {
    const std::size_t end = std::min(text.find_first_of(between), text.size());
    if (const auto found = parse(text.substr(0, end))) return found;
    text.remove_prefix(end);
  }
  return std::nullopt;
}

std::string_view behind_address_type(std::string_view text) {
  text = trimmed(text);
  const std::size_t semicolon = text.find(';');
  if (semicolon == text.npos || semicolon > 20) return text;
  if (text.substr(0, semicolon).find_first_of("@.<\" \t") != text.npos) return text;
  return trimmed(text.substr(semicolon + 1));
}

std::string address_token(std::string_view text) {
  text = behind_address_type(text);
  const std::size_t open = text.find('<'), close = text.rfind('>');
  if (open != text.npos && close != text.npos && open < close)
    text = text.substr(open + 1, close - open - 1);
  return one_line(text, longest_failure_text);
}

std::optional<EpochSeconds> receipt_time(std::string_view text) {
  constexpr EpochSeconds latest = EpochSeconds{65'536} * 86'400;  // days in calendar.h
  text = trimmed(text);
  while (text.ends_with('.')) text.remove_suffix(1);
  if (const auto time = time_from_text(text, DateOrder::day_first)) return time;
  const auto time = parse_mail_date(text);
  return time && *time >= 0 && *time < latest ? time : std::nullopt;
}

}  // namespace dmarcq

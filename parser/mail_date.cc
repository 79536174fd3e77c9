// SPDX-License-Identifier: MIT
#include "parser/mail_date.h"

#include <charconv>
#include <string>
#include <vector>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_date = 200;

/// Without comments, the words between blanks and commas.
std::vector<std::string_view> words_of(std::string_view text, std::string& plain) {
  int depth = 0;
  for (const char c : text) {
    if (c == '(')
      ++depth;
    else if (c == ')' && depth > 0)
      --depth;
    else if (depth == 0)
      plain += c == ',' || c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
  }
  std::vector<std::string_view> words;
  std::string_view rest = plain;
  while (!(rest = trimmed(rest)).empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    words.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return words;
}

std::optional<int> number(std::string_view digits, int most) {
  int value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc() || end != digits.data() + digits.size() || value < 0 || value > most)
    return std::nullopt;
  return value;
}

/// Seconds of "13:37" or "13:37:05".
std::optional<int> seconds_of(std::string_view word) {
  const std::size_t first = word.find(':');
  if (first == word.npos) return std::nullopt;
  const std::size_t second = word.find(':', first + 1);
  const auto hours = number(word.substr(0, first), 23);
  const auto minutes = number(word.substr(first + 1, second - first - 1), 59);
  const auto seconds = second == word.npos ? std::optional(0) : number(word.substr(second + 1), 60);
  if (!hours || !minutes || !seconds) return std::nullopt;
  return *hours * 3600 + *minutes * 60 + *seconds;
}

/// Seconds east of UTC.
int offset_of(std::string_view zone) {
  if (zone.size() == 5 && (zone[0] == '+' || zone[0] == '-')) {
    const auto hours = number(zone.substr(1, 2), 23), minutes = number(zone.substr(3), 59);
    if (!hours || !minutes) return 0;
    return (zone[0] == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
  }
  return zone_from_word(zone).value_or(0) * 3600;
}

}  // namespace

std::optional<EpochSeconds> parse_mail_date(std::string_view text) {
  std::string plain;
  const std::vector<std::string_view> words = words_of(text.substr(0, longest_date), plain);
  std::size_t at = 0;
  if (!words.empty() && !number(words[0], 31)) ++at;  // the day of the week
  if (words.size() < at + 4) return std::nullopt;
  const auto day = number(words[at], 31), month = month_from_word(words[at + 1]);
  auto year = number(words[at + 2], 9999);
  const auto seconds = seconds_of(words[at + 3]);
  if (!day || !month || !year || !seconds) return std::nullopt;
  if (words[at + 2].size() <= 2)
    *year += *year < 50 ? 2000 : 1900;
  else if (words[at + 2].size() == 3)
    *year += 1900;
  std::string iso = std::to_string(*year);
  iso.insert(0, 4 - std::min<std::size_t>(4, iso.size()), '0');
  const auto two = [](int value) {
    return std::string(value < 10 ? "-0" : "-") + std::to_string(value);
  };
  const auto date = day_from_text(iso + two(*month) + two(*day));
  if (!date) return std::nullopt;
  const int offset = words.size() > at + 4 ? offset_of(words[at + 4]) : 0;
  return EpochSeconds{*date} * 86'400 + *seconds - offset;
}

}  // namespace dmarcq

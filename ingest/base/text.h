// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dmarcq {

// ASCII only, whatever the locale: domain names, field names and words are compared so.

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

/// Without the white space at both ends.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// A domain name as it is compared: lower case, without a final dot.
inline std::string folded_domain(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return lower(name);
}

/// Is the domain name below the zone? Both are folded.
constexpr bool is_below(std::string_view name, std::string_view zone) noexcept {
  return name.size() > zone.size() && name.ends_with(zone) &&
         name[name.size() - zone.size() - 1] == '.';
}
constexpr bool at_or_below(std::string_view name, std::string_view zone) noexcept {
  return name == zone || is_below(name, zone);
}

/// "1,204,331"
inline std::string with_thousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

/// "1 mail", "3 mails", "9,120 records". `plural` defaults to the singular and an s.
inline std::string counted(std::uint64_t number, std::string_view singular,
                           std::string_view plural = {}) {
  std::string words = with_thousands(number) + " ";
  if (number == 1) return words.append(singular);
  if (plural.empty()) return words.append(singular).append("s");
  return words.append(plural);
}

}  // namespace dmarcq

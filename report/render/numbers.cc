// SPDX-License-Identifier: MIT
#include "report/render/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace dmarcq {

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1000) return counted(bytes, "byte");
  static constexpr std::array<std::string_view, 5> units{"kB", "MB", "GB", "TB", "PB"};
  double amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (amount /= 1000; amount >= 999.95 && unit + 1 < units.size(); ++unit) amount /= 1000;
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(0.0, std::ceil(seconds)));
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string days_text(Day first, Day last) {
  if (first == last) return iso_date(first) + " (UTC)";
  return fmt::format("{} to {} (UTC days)", iso_date(first), iso_date(last));
}

std::string unusable_words(std::uint64_t records, std::uint64_t messages) {
  return fmt::format("{} ({}) left out: without a usable address or count",
                     counted(records, "record"), counted(messages, "message"));
}

}  // namespace dmarcq

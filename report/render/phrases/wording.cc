// SPDX-License-Identifier: MIT
#include "report/render/phrases/wording.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "report/render/phrases/percent.h"

namespace dmarcq {

std::string capitalized(std::string words) {
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

std::string with_full_stop(std::string words) {
  if (!words.empty() && words.back() != '.' && words.back() != '?') words += '.';
  return words;
}

std::string counted_verb(std::uint64_t number, std::string_view of_one, std::string_view of_many) {
  return fmt::format("{} {}", with_thousands(number), number == 1 ? of_one : of_many);
}

std::string left_out_words(std::string_view number, std::string_view how, std::string_view which) {
  return fmt::format("{} more{}{}: {}", number, which.empty() ? "" : " ", which, how);
}

std::string days_words(std::int64_t number) {
  return counted(static_cast<std::uint64_t>(std::max<std::int64_t>(0, number)), "day");
}

std::string threshold_words(double share) {
  std::string text = fmt::format("{:.2f}", share * 100);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + " %";
}

std::string rate_words(std::uint64_t passed, std::uint64_t failed) {
  const auto all = passed + failed;
  if (all == 0) return "no mail";
  if (failed > 0)
    return fmt::format("{}, {} of {} fail", percent(passed, all), with_thousands(failed),
                       with_thousands(all));
  // Rule of three: with no failure in n, the 95 % upper bound of the share that fails is about 3/n.
  if (all < 3) return "no failure in " + counted(all, "message");
  const double bound = 300.0 / static_cast<double>(all);
  return fmt::format("no failure in {} (at most {} fail, with 95 % confidence)",
                     counted(all, "message"),
                     bound < 0.1 ? "0.1 %" : fmt::format("{:.1f} %", bound));
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/render/phrases/percent.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ingest/base/text.h"

namespace dmarcq {

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "–";
  if (part == 0) return "0 %";
  if (part >= whole) return "100 %";
  const double exact = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  const double shown = std::min(std::round(exact * 10) / 10, 99.9);
  return shown < 0.1 ? "<0.1 %" : fmt::format("{:.1f} %", shown);
}

std::string pass_rate(std::uint64_t passed, std::uint64_t messages) {
  if (messages == 0) return "–";
  if (passed >= messages) return "no failure in " + with_thousands(messages);
  if (passed == 0) return "none of " + with_thousands(messages);
  return percent(passed, messages);
}

std::string failure_words(std::uint64_t failed, std::uint64_t messages, std::string_view as) {
  const std::string all = counted(messages, "message");
  if (failed == 0) return fmt::format("no failure in {}{}", all, as);
  if (messages == 1) return fmt::format("{}{} fails DMARC", all, as);
  if (failed >= messages) return fmt::format("all {}{} fail DMARC", all, as);
  return fmt::format("{} of {}{} {} DMARC", with_thousands(failed), all, as,
                     failed == 1 ? "fails" : "fail");
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/cli/terminal/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/render/numbers.h"
#include "report/render/utf8.h"

namespace dmarcq {

namespace {

std::string time_left(const ProgressFigures& now, double seconds) {
  if (now.bytes_done >= *now.bytes_total) return "  finishing";
  if (now.bytes_done <= now.bytes_before) return {};
  return fmt::format(
      "  {} left", duration_text(seconds * static_cast<double>(*now.bytes_total - now.bytes_done) /
                                 static_cast<double>(now.bytes_done - now.bytes_before)));
}

}  // namespace

std::string progress_text(const ProgressFigures& now, std::size_t room) {
  std::string text, left;
  const bool known = now.bytes_total && *now.bytes_total > 0;
  if (known) {
    const double share =
        std::min(1.0, static_cast<double>(now.bytes_done) / static_cast<double>(*now.bytes_total));
    text = fmt::format("{:3.0f} %  {} of {}", std::min(99.0, share * 100),
                       bytes_text(now.bytes_done), bytes_text(*now.bytes_total));
  } else {
    text = bytes_text(now.bytes_done);
  }
  std::vector<std::string> parts{"  " + counted(now.items, "item"),
                                 "  " + counted(now.reports, "report")};
  if (now.seconds > 0.5) {
    parts.push_back(
        fmt::format("  {} records/s", with_thousands(static_cast<std::uint64_t>(
                                          static_cast<double>(now.records) / now.seconds))));
    // Early guesses jump about; wait until there is something to go by.
    const double seconds = now.source_seconds.value_or(now.seconds);
    if (known && seconds > 2) left = time_left(now, seconds);
  }
  const auto width = [&] {
    std::size_t sum = display_width(text) + display_width(left);
    for (const std::string& part : parts) sum += display_width(part);
    return sum;
  };
  while (!parts.empty() && width() > room) parts.pop_back();
  return fmt::format("{}{}{}", text, fmt::join(parts, ""), left);
}

void ProgressLine::show(const ProgressFigures& now) {
  if (!on_) return;
  const auto moment = std::chrono::steady_clock::now();
  if (drawn_ && moment - last_ < std::chrono::milliseconds(100)) return;
  last_ = moment;
  drawn_ = true;
  // The last column stays free: some terminals wrap there.
  const unsigned room = io_.err_terminal.width > 1 ? io_.err_terminal.width - 1 : 79;
  io_.err << '\r' << truncated(progress_text(now, room), room) << "\x1b[K" << std::flush;
}

void ProgressLine::wipe() {
  if (!drawn_) return;
  io_.err << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace dmarcq

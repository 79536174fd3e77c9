// SPDX-License-Identifier: MIT
#include "report/cli/fault_lines.h"

#include <fmt/format.h>

#include "report/render/numbers.h"

namespace dmarcq {

namespace {
constexpr std::uint64_t most_lines = 20;
}

void FaultLines::say(const Origin& origin, const Error& error) {
  ++seen_;
  if (!all_ && seen_ > most_lines) return;
  progress_.wipe();
  say_error(io_, fmt::format("{}: {}", to_text(origin), error.text.empty() ? reason_of(error) : error.text));
}

void FaultLines::finish() {
  progress_.wipe();
  if (!all_ && seen_ > most_lines) io_.err << fmt::format("… and {} more; see dmarcq problems list\n", with_thousands(seen_ - most_lines));
}

}  // namespace dmarcq

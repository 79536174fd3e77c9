// SPDX-License-Identifier: MIT
#include "report/cli/terminal/fault_lines.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"

namespace dmarcq {

namespace {
constexpr std::uint64_t most_lines = 20;
}

void log_json(Io& io, std::string_view level, std::string_view place, std::string_view text) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto milliseconds = now.time_since_epoch().count();
  io.out.flush();
  JsonWriter json(io.err);
  json.object().member(
      "time",
      fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                  fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)), milliseconds % 1000));
  json.member("level", level);
  if (!place.empty()) json.member("place", place);
  json.member("text", text).end().finish();
}

void FaultLines::say(const Origin& origin, const Error& error) {
  ++seen_;
  if (!all_ && seen_ > most_lines) return;
  progress_.wipe();
  if (as_json_)
    return log_json(io_, "warning", to_text(origin),
                    error.text.empty() ? reason_of(error) : error.text);
  say_error(io_, fmt::format("{}: {}", to_text(origin),
                             error.text.empty() ? reason_of(error) : error.text));
}

void FaultLines::note(const Origin& origin, std::string_view text) {
  if (!all_ && ++notes_ > most_lines) return;
  progress_.wipe();
  if (as_json_) return log_json(io_, "info", to_text(origin), text);
  if (!io_.quiet) say_error(io_, fmt::format("{}: {}", to_text(origin), text));
}

void FaultLines::finish() {
  progress_.wipe();
  if (all_ || seen_ <= most_lines) return;
  if (as_json_)
    log_json(io_, "warning", "",
             fmt::format("{} more faults; see dmarcq problems list", seen_ - most_lines));
  else
    write_paragraph(
        io_.err, "",
        fmt::format("… and {} more; see dmarcq problems list", with_thousands(seen_ - most_lines)),
        any_width);
}

}  // namespace dmarcq

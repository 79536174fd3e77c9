// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>

#include "report/analysis/readiness/timeline.h"
#include "report/analysis/stream/streams.h"

namespace dmarcq {

/// A sender that used to be there and is not: silent longer than its rhythm explains, though those
/// who reported on it still report.
struct Silence {
  Day last_seen = 0;
  Day days = 0;     ///< of silence
  Day longest = 0;  ///< silence before
  std::uint64_t messages = 0;
};
std::optional<Silence> silence_of(const Stream&, const Timeline&, Day last, unsigned silence_days);

}  // namespace dmarcq

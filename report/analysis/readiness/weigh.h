// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "report/analysis/stream/streams.h"

namespace dmarcq {

/// A reporter that is treated as if it had not reported: what would be said without its word?
using LeftOut = std::optional<std::uint32_t>;

/// So many of so many messages are bad.
struct BadShare {
  std::uint64_t part = 0, whole = 0;
  double share() const {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};
/// Must be linear: the share of a sum is made from the sums of parts and wholes.
using Measure = BadShare (*)(const StreamCount&);
BadShare share_failing(const StreamCount&);
BadShare share_by_spf_only(const StreamCount&);

/// Whether a share is above its limit, and who was overruled in finding out.
struct Weighed {
  bool fault = false;
  std::optional<std::uint32_t> aside;   ///< only this reporter's word made it a fault: it does not
                                        ///< count
  std::optional<std::uint32_t> masked;  ///< only this reporter's word hid it: it counts
};

/// Is the share above the limit? `by_reporter`: one entry for each reporter, by its key.
///
/// One reporter's word must not decide: reports are easily forged (RFC 9990 section 8), and
/// receivers break signatures of their own. Failures that one reporter alone sees are set aside
/// when at least two others saw the sender too and found it well within the limit. And passes that
/// one reporter alone vouches for do not cover failures far above the limit that several others see
/// in numbers.
///
/// `without`: this reporter is left out, and what the others say is taken as it is.
Weighed weigh(std::span<const StreamCount> by_reporter, Measure, double limit,
              const LeftOut& without = {});

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "report/analysis/stream/placement.h"

namespace dmarcq {

/// Good signatures of the owner's in bulk from strangers, on days of the window: recorded mail sent
/// again (DKIM replay), not forwarding.
struct Replay {
  Day first = 0, last = 0;     ///< the days on which it was found
  std::uint64_t messages = 0;  ///< on these
};

/// Forwarders pass on a share of the mail of each day. More good signatures at strangers than the
/// owner's own senders made, for some days only and from many addresses, are one signed mail sent
/// again and again. The placements are those of the rows, with all that days decide.
std::optional<Replay> find_replay(std::span<const Placement>, std::span<const SourceRow>,
                                  const Judgement&, const RowCounts&, Day window_first, Day last);

}  // namespace dmarcq

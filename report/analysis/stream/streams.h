// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/stream/handover.h"
#include "report/analysis/stream/stream.h"

namespace dmarcq {

/// Takes a part of the mail out, or pretends that it were repaired: "and if we fixed this first?".
struct Scenario {
  std::vector<std::string> exclude;  ///< senders by any part of their name, case folded
  std::vector<FindingCode> fixed;    ///< mail with these codes counts as signed and passing
};

struct StreamQuestion {
  Day first = 0, last = 0;  ///< both inclusive; names are learned from all of it
  Day window_first = 0;
  std::string domain = {};  ///< only this policy domain and below; "": all
  Scenario scenario = {};
};

/// Judges whose mail a timeline shows, in steps, each a function of this folder: rows in scope,
/// their placements by what is known of each alone (placement.h, standing.h), what only the days
/// decide (unexplained.h, copied_signatures.h, default_identity.h), streams and their counts, and
/// what is noticed of them (replay.h, handover.h, persistence.h).
Streams find_streams(const Timeline&, const RowLookup&, const Owner&, const StreamQuestion&);

}  // namespace dmarcq

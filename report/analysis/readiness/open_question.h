// SPDX-License-Identifier: MIT
#pragma once
#include "report/analysis/readiness/window_facts.h"

namespace dmarcq {

/// Was the sender seen by two reporters, or by one that is known?
bool is_vouched_for(const WindowFacts&, const SenderFacts&, const LeftOut& without = {});

/// Is this mail of unproven origin worth a question to the owner? It is when it keeps coming, or
/// when it comes on several days and is a part of all mail that matters. A single mail, a single
/// row, a burst is not: a day's volume can be had by anybody.
bool is_open_question(const WindowFacts&, const SenderFacts&, const LeftOut& without = {});

/// The share of the owner's mail up to which an unidentified source does not matter.
double unknown_share(const WindowFacts&);

}  // namespace dmarcq

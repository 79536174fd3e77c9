// SPDX-License-Identifier: MIT
#pragma once
#include "report/answers/failures/failures_answer.h"
#include "report/render/listing.h"

namespace dmarcq {

// Listings refer to the answer that they are of.

/// The groups, and single reports where they are asked for. "dmarcq.failures/1".
Listing failures_listing(const FailuresAnswer&);
/// Single reports, for NDJSON, CSV and the like.
Listing failure_examples_listing(const FailuresAnswer&);
/// Single reports for people: all that is stored of them, never a body.
void write_failure_examples(std::ostream&, const FailuresAnswer&);

}  // namespace dmarcq

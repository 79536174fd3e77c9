// SPDX-License-Identifier: MIT
#pragma once
#include "report/answers/summary_answer.h"
#include "report/render/listing.h"

namespace dmarcq {

/// `summary` in all its forms; "dmarcq.summary/1". Refers to the answer.
Listing summary_listing(const SummaryAnswer&);

}  // namespace dmarcq

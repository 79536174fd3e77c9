// SPDX-License-Identifier: MIT
#pragma once
#include "report/answers/disagreements.h"
#include "report/answers/sources_answer.h"
#include "report/render/listing.h"

namespace dmarcq {

/// `sources` in all its forms; "dmarcq.sources/1". Refers to the answer.
Listing sources_listing(const SourcesAnswer&, Format);

/// `sources --disagreements`; "dmarcq.disagreements/1". Refers to the answer.
Listing disagreements_listing(const DisagreementsAnswer&);

}  // namespace dmarcq

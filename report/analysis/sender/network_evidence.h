// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "report/analysis/sender/candidate.h"
#include "report/analysis/sender/row_evidence.h"

namespace dmarcq {

/// What published networks say of the sender. Nothing when the address lies in none.
std::optional<Candidate> network_candidate(const RowEvidence&, SenderWords&);

}  // namespace dmarcq

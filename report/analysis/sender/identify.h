// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "report/analysis/sender/candidate.h"
#include "report/analysis/sender/learned/known_senders.h"
#include "report/analysis/sender/owner.h"
#include "report/analysis/sender/row_evidence.h"

namespace dmarcq {

/// What identification knows beside the row. All but the words is constant.
struct IdentificationContext {
  const KnownSenders& known;  ///< concluded
  const OwnerRules& owner;
  const SenderCatalogue& catalogue;
  SenderWords& words;
};

enum class CandidateDepth {
  strongest,  ///< the first only, and nothing weaker is computed
  all,
};

/// Who may have sent the row's mail, by the strength of the evidence, never empty: the first is the
/// answer. Names beat addresses: addresses are shared, forwarded through, and move. `out` is
/// cleared first; a caller with many rows keeps it, so that its memory is kept.
void find_candidates(const RowEvidence&, const IdentificationContext&, CandidateDepth,
                     Candidates& out);

/// All candidates as readings for people, the one taken first; then those of the catalogue that the
/// address fits too.
std::vector<Reading> readings(const RowEvidence&, const IdentificationContext&);

}  // namespace dmarcq

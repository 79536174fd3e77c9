// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/readiness/gates/gate.h"
#include "report/analysis/readiness/policy_ladder.h"
#include "report/analysis/readiness/policy_record.h"

namespace dmarcq {

// What is said of policy records and of the DNS around them. Clauses have neither a capital at the
// start nor a full stop.

std::string clause_of(const DnsFault&);      ///< "the DMARC record has no rua"
std::string clause_of(const RecordRemark&);  ///< "it has no rua: no reports come, and …"

struct StepPhrases {
  std::string change;              ///< what changes, one sentence
  std::vector<std::string> watch;  ///< on that rung
  std::string step_back;           ///< when to go back, and to what; may be empty
};
StepPhrases phrases_of(const NextStep&);

}  // namespace dmarcq

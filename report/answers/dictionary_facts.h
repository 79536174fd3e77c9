// SPDX-License-Identifier: MIT
#pragma once
#include "report/analysis/diagnosis.h"
#include "store/queries.h"

namespace dmarcq {

/// What a database's dictionary knows of its rows, as analysis asks for it: names, identities, evaluations, reporters. Policies and accounts are
/// for the caller to add. The dictionary outlives it.
Facts facts_of(Dictionary&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include "report/analysis/finding/diagnose.h"
#include "store/queries.h"

namespace dmarcq {

/// What a database's dictionary knows of its rows, as analysis asks for it: names, identities,
/// evaluations, reporters. Policies and accounts are for the caller to add. The dictionary outlives
/// it.
RowLookup lookup_of(Dictionary&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include "report/analysis/failures/judged_failure.h"
#include "report/render/json.h"

namespace dmarcq {

/// What of a report is written: all that is stored with what aggregate rows say, or for answers
/// that tell of these themselves, its facts that name nobody.
enum class FailurePart { all, without_people };

/// One report as an object.
void write_failure(JsonWriter&, const JudgedFailure&, FailurePart);

}  // namespace dmarcq

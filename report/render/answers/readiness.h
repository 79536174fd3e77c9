// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>

#include "report/answers/readiness_answer.h"
#include "report/render/json.h"

namespace dmarcq {

// `explain`: with the thresholds.

void write_readiness_text(std::ostream&, const ReadinessAnswer&, bool explain, bool colour);
/// "dmarcq.readiness/1"
void write_readiness_json(std::ostream&, const ReadinessAnswer&, bool explain, JsonWriter::Style);

}  // namespace dmarcq

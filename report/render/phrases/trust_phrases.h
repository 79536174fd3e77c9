// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/analysis/suspicion.h"
#include "store/model.h"

namespace dmarcq {

/// One sentence: how a report comes to its trust.
std::string trust_text(const ReportInfo&);
/// Why a report is suspicious.
std::string suspicion_text(const Suspicion&, const ReportInfo&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/analysis/alert/alert.h"

namespace dmarcq {

/// One or two sentences: what happened, and what to do about it.
std::string alert_text(const Alert&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/analysis/alert/alert.h"

namespace dmarcq {

/// One or two sentences: what happened, and what to do about it.
std::string alert_text(const Alert&);
/// What a code stands for, for the manual.
std::string_view meaning_of(AlertCode);

}  // namespace dmarcq

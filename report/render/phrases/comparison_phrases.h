// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/analysis/comparison.h"

namespace dmarcq {

/// What became of a sender: "better: more than noise", "new, all fail".
std::string change_words(const ComparedSender&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/analysis/readiness/gates/gate.h"

namespace dmarcq {

struct GatePhrases {
  std::string name;      ///< "pass rate of your own mail"
  std::string measured;  ///< "97.2 %, 12 of 430 fail"
  std::string required;  ///< "98 % of all, 95 % of each sender"
  std::string why;       ///< one sentence
};
GatePhrases phrases_of(const Gate&);
/// The name alone, as of a gate that found nothing.
std::string name_of(GateId);

}  // namespace dmarcq

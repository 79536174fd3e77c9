// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/answers/page/stakeholder_page.h"

namespace dmarcq {

struct VerdictPhrases {
  std::string sentence, next_step;  ///< complete sentences; empty where there is nothing to say
  std::string brief;  ///< the sentence's reason, for a table that already names domain and state
};
VerdictPhrases phrases_of(const DomainVerdict&);

}  // namespace dmarcq

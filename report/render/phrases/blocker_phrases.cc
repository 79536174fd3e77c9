// SPDX-License-Identifier: MIT
#include "report/render/phrases/blocker_phrases.h"

#include <algorithm>
#include <iterator>

#include "report/render/phrases/finding_phrases.h"

namespace dmarcq {

std::vector<std::string> fix_of(const Blocker& blocker) {
  std::vector<std::string> fix = blocker.fix;
  if (blocker.code && blocker.names)
    std::ranges::move(sentences_of(*blocker.code, *blocker.names).fix, std::back_inserter(fix));
  return fix;
}

std::string verify_of(const Blocker& blocker) {
  return blocker.code && blocker.names ? sentences_of(*blocker.code, *blocker.names).verify
                                       : std::string();
}

std::string first_repair(const Blocker& blocker) {
  const std::vector<std::string> fix = fix_of(blocker);
  if (fix.empty()) return blocker.text;
  std::string step = fix.front();
  if (step[0] >= 'a' && step[0] <= 'z') step[0] = static_cast<char>(step[0] - 'a' + 'A');
  if (step.back() != '.' && step.back() != '?') step += '.';
  return blocker.text + " " + step;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/answers/dictionary_facts.h"

namespace dmarcq {

Facts facts_of(Dictionary& dictionary) {
  Facts facts;
  facts.domain = [&dictionary](std::int64_t key) -> const std::string& { return dictionary.domain(key); };
  facts.identity = [&dictionary](std::int64_t key) -> const Identity& { return dictionary.identity(key); };
  facts.evaluation = [&dictionary](std::int64_t key) -> const PolicyEvaluated& { return dictionary.evaluation(key); };
  facts.reporter = [&dictionary](std::uint32_t key) -> const std::string& { return dictionary.reporter(key); };
  facts.believed = [&dictionary](std::uint32_t key) { return dictionary.believed(key); };
  return facts;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/answers/base/dictionary_lookup.h"

namespace dmarcq {

RowLookup lookup_of(Dictionary& dictionary) {
  RowLookup lookup;
  lookup.domain = [&dictionary](std::int64_t key) -> const std::string& {
    return dictionary.domain(key);
  };
  lookup.identity = [&dictionary](std::int64_t key) -> const Identity& {
    return dictionary.identity(key);
  };
  lookup.evaluation = [&dictionary](std::int64_t key) -> const PolicyEvaluated& {
    return dictionary.evaluation(key);
  };
  lookup.reporter = [&dictionary](std::uint32_t key) -> const std::string& {
    return dictionary.reporter(key);
  };
  lookup.believed = [&dictionary](std::uint32_t key) { return dictionary.believed(key); };
  return lookup;
}

}  // namespace dmarcq

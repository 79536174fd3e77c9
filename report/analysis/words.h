// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "ingest/base/seeded_hash.h"

namespace dmarcq {

/// A text's place among Words: equal texts have the same one. Null where a user says what that
/// means.
using InternedString = const std::string*;

/// Texts kept once each, so that equal ones are told by their place: there are as many to compare
/// as sources, and few different ones.
class Words {
 public:
  InternedString operator[](std::string_view text) {
    const auto found = words_.find(text);
    return &*(found != words_.end() ? found : words_.emplace(text).first);
  }

 private:
  std::unordered_set<std::string, SeededHash, std::equal_to<>> words_;  // which leaves its elements
                                                                        // where they are
};

}  // namespace dmarcq

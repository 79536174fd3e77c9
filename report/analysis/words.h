// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace dmarcq {

/// A text's place among Words: equal texts have the same one. Null where a user says what that means.
using Word_ = const std::string*;

/// Texts kept once each, so that equal ones are told by their place: there are as many to compare as sources, and few different ones.
class Words {
 public:
  Word_ operator[](std::string_view text) {
    const auto found = words_.find(text);
    return &*(found != words_.end() ? found : words_.emplace(text).first);
  }

 private:
  struct Hash : std::hash<std::string_view> { using is_transparent = void; };
  std::unordered_set<std::string, Hash, std::equal_to<>> words_;  // which leaves its elements where they are
};

}  // namespace dmarcq

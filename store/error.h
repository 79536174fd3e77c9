// SPDX-License-Identifier: MIT
#pragma once
#include <stdexcept>
#include <string>

namespace dmarcq {

/// The store cannot do its work. `kind` decides the exit code.
class StoreError : public std::runtime_error {
 public:
  /// interrupted: what a killed run left behind must be undone first, and this connection may not
  /// write.
  enum class Kind { busy, damaged, newer, interrupted, io, usage, bug };
  StoreError(Kind what_kind, const std::string& text) : std::runtime_error(text), kind(what_kind) {}
  Kind kind;
};

}  // namespace dmarcq

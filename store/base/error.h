// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace dmarcq {

/// The store cannot do its work. `kind` decides the exit code.
class StoreError : public std::runtime_error {
 public:
  /// interrupted: what a killed run left behind must be undone first, and this connection may not
  /// write.
  enum class Kind { busy, damaged, newer, interrupted, io, usage, bug };
  StoreError(Kind what_kind, const std::string& text, std::string what_to_do = {})
      : std::runtime_error(text), kind(what_kind), cure(std::move(what_to_do)) {}
  Kind kind;
  std::string cure;  ///< what to do about this one; "" where the kind says all
};

/// The database says what cannot be: it was damaged, or made by somebody else. Throws
/// StoreError::Kind::damaged, "PLACE: damaged: TABLE ID: WHAT". `place`: the file, or the address.
[[noreturn]] void damaged(std::string_view place, std::string_view table, std::int64_t id,
                          std::string_view what);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "report/analysis/alert/alert.h"

namespace dmarcq {

/// What an alert asks of its reader, the most urgent first. The words (to_text) are a promise to
/// users.
enum class AlertSeverity : std::uint8_t {
  act,   ///< mail is being lost, or protection is gone
  look,  ///< something that may be yours, or may become a loss
  know,  ///< information
};
inline constexpr std::size_t alert_severity_count = 3;
std::string_view to_text(AlertSeverity) noexcept;

/// One for each code, in the order of the codes: help and manual are made from it, and README's
/// table is held against it.
struct AlertKind {
  std::string_view word;        ///< to_text(AlertCode)
  AlertSeverity most, least;    ///< severity_of() gives these, or what is between them
  std::string_view says;        ///< what has happened
  std::string_view decided_by;  ///< when it is `most` and when it is less; "" where both are one
};
std::span<const AlertKind> alert_kinds();
/// "act", "act or look"
std::string severity_words(const AlertKind&);

/// By the code and its facts alone.
AlertSeverity severity_of(const Alert&);

}  // namespace dmarcq

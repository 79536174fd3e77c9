// SPDX-License-Identifier: MIT
#include "report/analysis/sender/evidence.h"

#include <array>

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, 7> evidence_words{
    "none", "claimed", "network", "name", "learned", "authenticated", "owner"};

}  // namespace

std::string_view to_text(Evidence value) noexcept {
  return evidence_words[static_cast<std::size_t>(value)];
}

}  // namespace dmarcq

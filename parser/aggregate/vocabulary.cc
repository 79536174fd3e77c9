// SPDX-License-Identifier: MIT
#include "parser/aggregate/vocabulary.h"

#include <array>
#include <cstddef>

namespace dmarcq {
namespace {

// One table for each enum, in the order of its enumerators, spelled as in the XML.
template <class Enum>
constexpr auto words = nullptr;
template <>
constexpr std::array<std::string_view, 3> words<Policy>{"none", "quarantine", "reject"};
template <>
constexpr std::array<std::string_view, 4> words<Disposition>{"none", "pass", "quarantine",
                                                             "reject"};
template <>
constexpr std::array<std::string_view, 2> words<Alignment>{"r", "s"};
template <>
constexpr std::array<std::string_view, 4> words<DmarcResult>{"pass", "fail", "unknown-pass",
                                                             "unknown-fail"};
template <>
constexpr std::array<std::string_view, 7> words<OverrideType>{
    "forwarded",    "sampled_out", "trusted_forwarder", "mailing_list",
    "local_policy", "other",       "policy_test_mode"};
template <>
constexpr std::array<std::string_view, 7> words<DkimResult>{
    "none", "pass", "fail", "policy", "neutral", "temperror", "permerror"};
template <>
constexpr std::array<std::string_view, 8> words<SpfResult>{
    "none", "neutral", "pass", "fail", "softfail", "policy", "temperror", "permerror"};
template <>
constexpr std::array<std::string_view, 2> words<SpfScope>{"mfrom", "helo"};
template <>
constexpr std::array<std::string_view, 2> words<DiscoveryMethod>{"psl", "treewalk"};

}  // namespace

template <class Enum>
std::optional<Enum> from_text(std::string_view text) {
  for (std::size_t i = 0; i < words<Enum>.size(); ++i)
    if (words<Enum>[i].size() == text.size() && words<Enum>[i][0] == text[0] &&
        words<Enum>[i] == text)
      return static_cast<Enum>(i);
  return std::nullopt;
}

template <class Enum>
std::string_view to_text(Enum value) noexcept {
  const auto i = static_cast<std::size_t>(value);
  return i < words<Enum>.size() ? words<Enum>[i] : std::string_view();
}

#define DMARCQ_VOCABULARY(Enum)                                   \
  template std::optional<Enum> from_text<Enum>(std::string_view); \
  template std::string_view to_text<Enum>(Enum) noexcept;
DMARCQ_VOCABULARY(Policy)
DMARCQ_VOCABULARY(Disposition)
DMARCQ_VOCABULARY(Alignment)
DMARCQ_VOCABULARY(DmarcResult)
DMARCQ_VOCABULARY(OverrideType)
DMARCQ_VOCABULARY(DkimResult)
DMARCQ_VOCABULARY(SpfResult)
DMARCQ_VOCABULARY(SpfScope)
DMARCQ_VOCABULARY(DiscoveryMethod)
#undef DMARCQ_VOCABULARY

}  // namespace dmarcq

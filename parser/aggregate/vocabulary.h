// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

// The closed vocabularies of RFC 7489 Appendix C and RFC 9990 section 3.1, in one set. from_text()
// knows canonical words only; leniency ("Pass", "hardfail") lives in report_mapper.cc alone.
enum class Policy { none, quarantine, reject };             ///< p, sp, np: what was asked
enum class Disposition { none, pass, quarantine, reject };  ///< what was done; pass: RFC 9990
enum class Alignment { relaxed, strict };                   ///< adkim, aspf: "r", "s"
enum class DmarcResult {
  pass,
  fail,
  unknown_pass,
  unknown_fail
};  ///< policy_evaluated dkim, spf; the last two are
    ///< dmarcq's (PolicyEvaluated)
enum class OverrideType {
  forwarded,
  sampled_out,
  trusted_forwarder,
  mailing_list,
  local_policy,
  other,
  policy_test_mode
};
enum class DkimResult { none, pass, fail, policy, neutral, temperror, permerror };
enum class SpfResult { none, neutral, pass, fail, softfail, policy, temperror, permerror };
enum class SpfScope { mfrom, helo };
enum class DiscoveryMethod { psl, treewalk };

template <class Enum>
std::optional<Enum> from_text(std::string_view);
template <class Enum>
std::string_view to_text(Enum) noexcept;

/// A vocabulary word as a reporter gave it. Exactly one of: known; unknown (kept raw in `other`);
/// absent (neither).
template <class Enum>
struct Reported {
  std::optional<Enum> known;
  std::string other;  ///< trimmed text that is not in the vocabulary; empty otherwise

  Reported() = default;
  Reported(Enum value) : known(value) {}
  bool absent() const { return !known && other.empty(); }
  bool is(Enum value) const { return known == value; }
  /// The canonical word, or the raw text; "" when absent.
  std::string_view text() const { return known ? to_text(*known) : std::string_view(other); }
  /// From stored text: the inverse of text().
  static Reported from(std::string_view stored) {
    Reported value;
    if (!stored.empty()) {
      value.known = from_text<Enum>(stored);
      if (!value.known) value.other = stored;
    }
    return value;
  }
  friend bool operator==(const Reported&, const Reported&) = default;
};

}  // namespace dmarcq

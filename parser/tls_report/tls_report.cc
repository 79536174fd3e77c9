// SPDX-License-Identifier: MIT
#include "parser/tls_report/tls_report.h"

#include <array>

#include "ingest/names.h"

namespace dmarcq {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, tls_policy_type_count> policy_types{
    "tlsa", "sts", "no-policy-found", "unknown"};
constexpr std::array<std::string_view, tls_result_type_count> result_types{
    "starttls-not-supported", "certificate-host-mismatch",
    "certificate-expired",    "certificate-not-trusted",
    "validation-failure",     "tlsa-invalid",
    "dnssec-invalid",         "dane-required",
    "sts-policy-fetch-error", "sts-policy-invalid",
    "sts-webpki-invalid",     "unknown"};

/// The last one is what all other words are.
template <class Enum, std::size_t size>
Enum word_in(const std::array<std::string_view, size>& words, std::string_view word) noexcept {
  std::size_t at = 0;
  while (at < size - 1 && !same_word(words[at], word)) ++at;
  return static_cast<Enum>(at);
}

}  // namespace

std::string_view to_text(TlsPolicyType type) noexcept {
  return policy_types[static_cast<std::size_t>(type)];
}

TlsPolicyType tls_policy_type(std::string_view word) noexcept {
  return word_in<TlsPolicyType>(policy_types, word);
}

std::string_view to_text(TlsResultType type) noexcept {
  return result_types[static_cast<std::size_t>(type)];
}

TlsResultType tls_result_type(std::string_view word) noexcept {
  return word_in<TlsResultType>(result_types, word);
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/tls/tls_groups.h"
#include "report/analysis/tls/tls_policy_now.h"
#include "report/analysis/tls/tls_readiness.h"

namespace dmarcq {

/// What a result (RFC 8460 section 4.3) means for who receives the mail.
struct TlsResultPhrases {
  std::string_view meaning;  ///< a clause: "an MX offered no STARTTLS"
  std::string_view who;      ///< who repairs it: "who runs the MX"
  std::string_view repair;   ///< a sentence
};
TlsResultPhrases phrases_of(TlsResultType) noexcept;

/// Whose trouble it is, in short: "one reporter alone", "every reporter".
std::string_view words_of(TlsScope) noexcept;
/// The same as a sentence.
std::string sentence_of_scope(const TlsGroup&);
/// "3 of 4"; with reporters that may not be who they say: "1 of 2 (+1)".
std::string seen_by_words(const TlsGroup&);

/// Why MTA-STS cannot be enforced yet, or why it cannot be said: a sentence.
std::string sentence_of(const TlsBlocker&);
/// The verdict with whose word it rests on, what was passed over, and what reports cannot tell.
std::vector<std::string> sentences_of(const TlsReadiness&);

/// "enforce for mx1.example.com, mx2.example.com, kept for 7 days".
std::string policy_words(const MtaStsPolicy&);
/// Policy seen against policy now: a sentence.
std::string sentence_of(const TlsPolicyNow::Difference&);

/// Of a domain that the database has no aggregate reports of.
inline constexpr std::string_view tls_stranger_words =
    "not one of yours: anyone can send such reports";

}  // namespace dmarcq

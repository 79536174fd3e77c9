// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "report/analysis/finding/catalogue.h"
#include "report/analysis/finding/flow.h"
#include "report/analysis/finding/selector_health.h"

namespace dmarcq {

/// Temporary errors below this share of the messages of a route are noise.
inline constexpr double noise_share = 0.05;

/// One row with its flow, and what rows together show.
struct CodeContext : RowContext {
  Flow flow = Flow::unknown;
  const PolicyPublished* policy = nullptr;  ///< null: unknown
  std::uint32_t sender_position = 0;
  const SelectorCodes& selectors;
  bool noise = false;        ///< a temporary error, of which its route has few
  bool strict_dkim = false;  ///< an own signature passes, and fails to align for adkim=s
  bool strict_spf = false;   ///< SPF passes for an own name, and fails to align for aspf=s
};
CodeContext code_context(const RowContext&, Flow, const PolicyPublished*,
                         std::uint32_t sender_position, const SelectorCodes&, bool noise);

/// What is the matter with a row; nothing for healthy mail.
CodeSet codes_of(const CodeContext&);

// The rules by kind of sender, for its mail from its own addresses (Place::home).
CodeSet salesforce_codes(const CodeContext&);  // findings_salesforce.cc
CodeSet mailbox_codes(const CodeContext&);     // findings_mailbox.cc: direct, without a signature
CodeSet esp_codes(const CodeContext&);         // findings_esp.cc: failing, without a signature

// Conditions and codes that several of these share.
/// The codes of own signatures that do not pass.
CodeSet selector_codes(const CodeContext&);
/// Own signatures are there, and none of them passes.
bool own_signatures_fail(const IdentityNames&);
/// SPF has a result, and it is neither a pass nor an error.
bool spf_refuses(const IdentityNames&);
/// Would a result that could align have come, but for a temporary error?
bool is_temporary(const IdentityNames&);
/// An envelope such as em1234.example.com, which SendGrid makes below a customer's domain.
bool looks_like_sendgrid(const IdentityNames&);
/// Does the mail belong to the direct mail of its sender, by which selectors are judged?
bool counts_for_selectors(const RowContext&, Flow);

}  // namespace dmarcq

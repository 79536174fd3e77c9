// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dmarcq {

/// A cause of what reports show. The words (to_text) appear in output that scripts read, so they do
/// not change.
/// Not here, because stored rows cannot show them: `not-visible` (mail sent as gmail.com and the
/// like is reported to gmail.com), `mce-silent-subdomain` (its own record has no rua: look up
/// _dmarc.<subdomain>), `ae-spf-include-useless` (look up the SPF record).
enum class FindingCode : std::uint8_t {
  core_no_dkim,
  core_dkim_other_domain,
  dkim_strict_subdomain,
  dkim_key_missing,
  dkim_alternate_selector,
  dkim_fails_at_one_reporter,
  dkim_fails_in_part,
  core_spf_include_missing,
  spf_permerror,
  spf_only,
  spf_strict_subdomain,
  core_second_org,
  core_vanished,
  core_verified_unsigned,
  relay_bounce_managed,
  relay_unsigned,
  relay_spf_missing,
  google_default_dkim,
  m365_default_dkim,
  google_alias_envelope,
  mce_no_sap,
  mce_shared_bounce,
  mce_strict_subdomain,
  mce_bounce_spf_broken,
  ae_no_dkim,
  mcn_record_changed,
  ses_default_identity,
  sendgrid_default_identity,
  sendgrid_strict_spf,
  esp_default_identity,
  forwarded,
  forwarded_srs,
  gateway_modified,
  mailing_list,
  receiver_override,
  policy_held_back,
  core_other_tenant,
  mce_other_tenant,
  unauthenticated,
  unlisted_own_sender,
  reporter_temperror,
};
inline constexpr std::size_t finding_code_count =
    static_cast<std::size_t>(FindingCode::reporter_temperror) + 1;
std::string_view to_text(FindingCode) noexcept;  ///< "core-no-dkim"
std::optional<FindingCode> finding_code_from_text(std::string_view);

enum class Severity {
  note,    ///< nothing to do
  advice,  ///< works, but could break
  fault,   ///< mail fails DMARC because of it
};
enum class Confidence { low, medium, high };
std::string_view to_text(Severity) noexcept;
std::string_view to_text(Confidence) noexcept;

/// Who does a step of a repair.
enum class Role {
  salesforce,  ///< the Salesforce administrator
  dns,         ///< who keeps the zone
  mail,        ///< who runs another mail service
  nobody,      ///< whoever reads the report
};
std::string_view to_text(Role) noexcept;

/// What rules need to know of a code. Its sentences are in report/render/phrases/finding_phrases.h.
struct FindingTraits {
  FindingCode code;
  std::string_view word;  ///< "core-no-dkim"
  Severity severity;
  Confidence confidence;    ///< at best; rows may give less
  bool salesforce;          ///< a product of Salesforce is set up wrongly, or is used by a stranger
  std::vector<Role> roles;  ///< who repairs it: one for each step, in the order of the steps
};
const FindingTraits& traits_of(FindingCode) noexcept;

}  // namespace dmarcq

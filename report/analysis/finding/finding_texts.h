// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// What can be the matter: a code marks a cause. The words (to_text) are a promise to users.
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
  note,
  advice,
  fault
};  ///< nothing to do · works, but could break · mail fails for it
enum class Confidence { low, medium, high };
std::string_view to_text(Severity) noexcept;
std::string_view to_text(Confidence) noexcept;

/// Whose hands a step is for.
enum class Role {
  salesforce,
  dns,
  mail,
  nobody
};  ///< the Salesforce administrator · who keeps the zone · who runs another mail service · whoever
    ///< reads
std::string_view to_text(Role) noexcept;

struct FixStep {
  Role role;
  std::string_view text;
};

/// What is said of a code. Texts hold {placeholders}, filled by fill().
struct FindingText {
  FindingCode code;
  Severity severity;
  Confidence confidence;  ///< at best; rows may give less
  std::string_view cause;
  std::vector<FixStep> fix;    ///< in the order in which to do them
  std::string_view verify;     ///< how later reports will show the cure
  std::string_view reference;  ///< where the advice is from
};
const FindingText& text_of(FindingCode);

/// What placeholders stand for. Empty ones, and names that are not what they claim to be
/// (copyable.h), are filled with a general word ("your domain").
struct FindingNames {
  std::string from = {};            ///< {from} From domain with most messages
  std::string own = {};             ///< {own} its organisational domain
  std::string policy_domain = {};   ///< {policy_domain}
  std::string selector = {};        ///< {selector}
  std::string signing_domain = {};  ///< {d}
  std::string spf_domain = {};      ///< {spf}
  std::string orgs = {};            ///< {orgs} "00D… (na63, 120 messages)"
  std::string org = {};             ///< {org} the one with most messages
  std::string org_question = {};    ///< {org_question} "Is 00D… yours? "
  std::string reporter = {};        ///< {reporter}
  std::string since = {};           ///< {since} "2026-10-01"
  std::string service = {};         ///< {service}
  std::string gateway = {};         ///< {gateway} who changed mail on its way: "Mimecast",
                                    ///< "forwarder.example", "an unknown gateway"
  std::string unsigned_words = {};  ///< {unsigned} "without a DKIM signature", or for whom else it
                                    ///< is signed
  std::string new_selector = {}, new_alternate = {};  ///< {new1}, {new2}: for a key to be made; not
                                                      ///< in use yet
};
std::string fill(std::string_view text, const FindingNames&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/analysis/finding/catalogue.h"

#include <algorithm>
#include <array>

namespace dmarcq {
namespace {

using C = FindingCode;
using S = Severity;
using F = Confidence;
using R = Role;

/// In the order of FindingCode.
const std::array<FindingTraits, finding_code_count>& catalogue() {
  static const std::array<FindingTraits, finding_code_count> list{{
      {C::core_no_dkim,
       "core-no-dkim",
       S::fault,
       F::high,
       true,
       {R::salesforce, R::dns, R::salesforce}},
      {C::core_dkim_other_domain,
       "core-dkim-other-domain",
       S::fault,
       F::high,
       true,
       {R::salesforce, R::dns, R::salesforce}},
      {C::dkim_strict_subdomain,
       "dkim-strict-subdomain",
       S::fault,
       F::high,
       false,
       {R::dns, R::salesforce}},
      {C::dkim_key_missing,
       "dkim-key-missing",
       S::fault,
       F::medium,
       false,
       {R::dns, R::dns, R::salesforce}},
      {C::dkim_alternate_selector,
       "dkim-alternate-selector",
       S::fault,
       F::medium,
       false,
       {R::dns, R::salesforce}},
      {C::dkim_fails_at_one_reporter,
       "dkim-fails-at-one-reporter",
       S::note,
       F::medium,
       false,
       {R::nobody}},
      {C::dkim_fails_in_part, "dkim-fails-in-part", S::advice, F::low, false, {R::nobody}},
      {C::core_spf_include_missing,
       "core-spf-include-missing",
       S::fault,
       F::medium,
       true,
       {R::salesforce, R::dns}},
      {C::spf_permerror, "spf-permerror", S::fault, F::medium, false, {R::dns, R::nobody}},
      {C::spf_only, "spf-only", S::advice, F::high, false, {R::salesforce}},
      {C::spf_strict_subdomain, "spf-strict-subdomain", S::advice, F::high, false, {R::dns}},
      {C::core_second_org,
       "core-second-org",
       S::fault,
       F::medium,
       true,
       {R::salesforce, R::salesforce, R::dns}},
      {C::core_vanished,
       "core-vanished",
       S::fault,
       F::medium,
       true,
       {R::salesforce, R::salesforce, R::salesforce}},
      {C::core_verified_unsigned,
       "core-verified-unsigned",
       S::fault,
       F::medium,
       true,
       {R::salesforce, R::dns, R::salesforce}},
      {C::relay_bounce_managed,
       "relay-bounce-managed",
       S::note,
       F::medium,
       true,
       {R::nobody, R::salesforce}},
      {C::relay_unsigned,
       "relay-unsigned",
       S::fault,
       F::medium,
       true,
       {R::salesforce, R::mail, R::salesforce}},
      {C::relay_spf_missing, "relay-spf-missing", S::fault, F::medium, true, {R::dns}},
      {C::google_default_dkim, "google-default-dkim", S::fault, F::high, false, {R::mail, R::dns}},
      {C::m365_default_dkim, "m365-default-dkim", S::fault, F::high, false, {R::mail, R::dns}},
      {C::google_alias_envelope, "google-alias-envelope", S::advice, F::medium, false, {R::mail}},
      {C::mce_no_sap, "mce-no-sap", S::fault, F::high, true, {R::salesforce, R::dns}},
      {C::mce_shared_bounce,
       "mce-shared-bounce",
       S::note,
       F::high,
       true,
       {R::nobody, R::salesforce}},
      {C::mce_strict_subdomain,
       "mce-strict-subdomain",
       S::fault,
       F::high,
       true,
       {R::dns, R::salesforce}},
      {C::mce_bounce_spf_broken,
       "mce-bounce-spf-broken",
       S::advice,
       F::medium,
       true,
       {R::dns, R::dns}},
      {C::ae_no_dkim,
       "ae-no-dkim",
       S::fault,
       F::high,
       true,
       {R::salesforce, R::dns, R::salesforce}},
      {C::mcn_record_changed,
       "mcn-record-changed",
       S::fault,
       F::low,
       true,
       {R::salesforce, R::dns}},
      {C::ses_default_identity,
       "ses-default-identity",
       S::fault,
       F::medium,
       false,
       {R::mail, R::dns, R::mail}},
      {C::sendgrid_default_identity,
       "sendgrid-default-identity",
       S::fault,
       F::medium,
       false,
       {R::mail, R::dns}},
      {C::sendgrid_strict_spf, "sendgrid-strict-spf", S::advice, F::high, false, {R::dns, R::mail}},
      {C::esp_default_identity,
       "esp-default-identity",
       S::fault,
       F::medium,
       false,
       {R::mail, R::dns}},
      {C::forwarded, "forwarded", S::note, F::high, false, {R::nobody}},
      {C::forwarded_srs, "forwarded-srs", S::note, F::high, false, {R::nobody}},
      {C::gateway_modified, "gateway-modified", S::note, F::medium, false, {R::nobody, R::nobody}},
      {C::mailing_list, "mailing-list", S::note, F::medium, false, {R::nobody}},
      {C::receiver_override, "receiver-override", S::note, F::high, false, {R::nobody}},
      {C::policy_held_back, "policy-held-back", S::note, F::high, false, {R::nobody}},
      {C::core_other_tenant,
       "core-other-tenant",
       S::fault,
       F::medium,
       true,
       {R::salesforce, R::nobody}},
      {C::mce_other_tenant,
       "mce-other-tenant",
       S::fault,
       F::medium,
       true,
       {R::salesforce, R::nobody}},
      {C::unauthenticated, "unauthenticated", S::fault, F::low, false, {R::nobody, R::nobody}},
      {C::unlisted_own_sender,
       "unlisted-own-sender",
       S::advice,
       F::medium,
       false,
       {R::dns, R::mail}},
      {C::reporter_temperror, "reporter-temperror", S::note, F::high, false, {R::nobody}},
  }};
  return list;
}

constexpr std::array<std::string_view, 3> severity_words{"note", "advice", "fault"};
constexpr std::array<std::string_view, 3> confidence_words{"low", "medium", "high"};
constexpr std::array<std::string_view, 4> role_words{"salesforce", "dns", "mail", "nobody"};

}  // namespace

std::string_view to_text(FindingCode code) noexcept { return traits_of(code).word; }
std::string_view to_text(Severity value) noexcept {
  return severity_words[static_cast<std::size_t>(value)];
}
std::string_view to_text(Confidence value) noexcept {
  return confidence_words[static_cast<std::size_t>(value)];
}
std::string_view to_text(Role value) noexcept {
  return role_words[static_cast<std::size_t>(value)];
}

std::optional<FindingCode> finding_code_from_text(std::string_view text) {
  const auto found = std::ranges::find(catalogue(), text, &FindingTraits::word);
  if (found == catalogue().end()) return std::nullopt;
  return found->code;
}

const FindingTraits& traits_of(FindingCode code) noexcept {
  return catalogue()[static_cast<std::size_t>(code)];
}

}  // namespace dmarcq

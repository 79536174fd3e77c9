// SPDX-License-Identifier: MIT
#include "report/analysis/dns/domain_fault.h"

#include <algorithm>
#include <array>

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;

struct KindFacts {
  Kind kind;
  std::string_view word;
  DnsArea area;
  Severity severity;
};

using enum Severity;
using enum DnsArea;

constexpr std::array kinds{
    KindFacts{Kind::unanswered, "unanswered", dmarc, advice},
    KindFacts{Kind::dangling_alias, "dangling-alias", dmarc, fault},
    KindFacts{Kind::no_dmarc, "no-dmarc", dmarc, fault},
    KindFacts{Kind::dmarc_several, "dmarc-several", dmarc, fault},
    KindFacts{Kind::dmarc_unreadable, "dmarc-unreadable", dmarc, fault},
    KindFacts{Kind::dmarc_near_miss, "dmarc-near-miss", dmarc, fault},
    KindFacts{Kind::dmarc_at_apex, "dmarc-at-apex", dmarc, advice},
    KindFacts{Kind::dmarc_doubled_origin, "dmarc-doubled-origin", dmarc, fault},
    KindFacts{Kind::dmarc_is_spf, "dmarc-is-spf", dmarc, fault},
    KindFacts{Kind::dmarc_foreign_quotes, "dmarc-foreign-quotes", dmarc, fault},
    KindFacts{Kind::dmarc_escapes, "dmarc-escapes", dmarc, fault},
    KindFacts{Kind::dmarc_leading_blank, "dmarc-leading-blank", dmarc, fault},
    KindFacts{Kind::dmarc_version_wrong, "dmarc-version-wrong", dmarc, fault},
    KindFacts{Kind::dmarc_version_not_first, "dmarc-version-not-first", dmarc, fault},
    KindFacts{Kind::dmarc_missing_semicolon, "dmarc-missing-semicolon", dmarc, fault},
    KindFacts{Kind::dmarc_split, "dmarc-split", dmarc, fault},
    KindFacts{Kind::dmarc_stray_text, "dmarc-stray-text", dmarc, advice},
    KindFacts{Kind::dmarc_wildcard, "dmarc-wildcard", dmarc, advice},
    KindFacts{Kind::dmarc_remark, "dmarc-remark", dmarc, advice},
    KindFacts{Kind::dmarc_discarded, "dmarc-discarded", dmarc, fault},
    KindFacts{Kind::dmarc_readings_differ, "dmarc-readings-differ", dmarc, advice},
    KindFacts{Kind::dmarc_test_mode, "dmarc-test-mode", dmarc, advice},
    KindFacts{Kind::dmarc_np_applies, "dmarc-np-applies", dmarc, note},
    KindFacts{Kind::dmarc_organization_differs, "dmarc-organization-differs", dmarc, note},
    KindFacts{Kind::dmarc_no_enforcement, "dmarc-no-enforcement", dmarc, note},
    KindFacts{Kind::rua_not_mailto, "rua-not-mailto", reports, fault},
    KindFacts{Kind::rua_blanks, "rua-blanks", reports, fault},
    KindFacts{Kind::rua_size_limit, "rua-size-limit", reports, note},
    KindFacts{Kind::rua_too_many, "rua-too-many", reports, note},
    KindFacts{Kind::rua_no_mail_host, "rua-no-mail-host", reports, fault},
    KindFacts{Kind::rua_not_authorised, "rua-not-authorised", reports, fault},
    KindFacts{Kind::rua_override_ignored, "rua-override-ignored", reports, fault},
    KindFacts{Kind::no_spf, "no-spf", spf, advice},
    KindFacts{Kind::spf_several, "spf-several", spf, fault},
    KindFacts{Kind::spf_syntax, "spf-syntax", spf, fault},
    KindFacts{Kind::spf_mistaken_modifier, "spf-mistaken-modifier", spf, fault},
    KindFacts{Kind::spf_permerror, "spf-permerror", spf, fault},
    KindFacts{Kind::spf_lookups, "spf-lookups", spf, fault},
    KindFacts{Kind::spf_lookups_close, "spf-lookups-close", spf, advice},
    KindFacts{Kind::spf_void, "spf-void", spf, fault},
    KindFacts{Kind::spf_void_term, "spf-void-term", spf, advice},
    KindFacts{Kind::spf_missing_target, "spf-missing-target", spf, fault},
    KindFacts{Kind::spf_repeated, "spf-repeated", spf, advice},
    KindFacts{Kind::spf_pass_all, "spf-pass-all", spf, fault},
    KindFacts{Kind::spf_neutral_all, "spf-neutral-all", spf, advice},
    KindFacts{Kind::spf_after_all, "spf-after-all", spf, advice},
    KindFacts{Kind::spf_ptr, "spf-ptr", spf, advice},
    KindFacts{Kind::spf_large, "spf-large", spf, advice},
    KindFacts{Kind::spf_hard_fail, "spf-hard-fail", spf, note},
    KindFacts{Kind::spf_include_unused, "spf-include-unused", spf, advice},
    KindFacts{Kind::spf_salesforce_unused, "spf-salesforce-unused", spf, note},
    KindFacts{Kind::spf_sender_uncovered, "spf-sender-uncovered", spf, advice},
    KindFacts{Kind::dkim_missing, "dkim-missing", dkim, fault},
    KindFacts{Kind::dkim_several, "dkim-several", dkim, fault},
    KindFacts{Kind::dkim_bad_key, "dkim-bad-key", dkim, fault},
    KindFacts{Kind::dkim_revoked, "dkim-revoked", dkim, note},
    KindFacts{Kind::dkim_short_key, "dkim-short-key", dkim, advice},
    KindFacts{Kind::dkim_long_key, "dkim-long-key", dkim, advice},
    KindFacts{Kind::dkim_testing, "dkim-testing", dkim, advice},
    KindFacts{Kind::dkim_exact_domain, "dkim-exact-domain", dkim, note},
    KindFacts{Kind::dkim_salesforce_pair_broken, "dkim-salesforce-pair-broken", dkim, fault},
    KindFacts{Kind::dkim_salesforce_pair_unknown, "dkim-salesforce-pair-unknown", dkim, note},
    KindFacts{Kind::dkim_unseen, "dkim-unseen", dkim, note},
    KindFacts{Kind::dkim_no_selectors, "dkim-no-selectors", dkim, note},
    KindFacts{Kind::no_mx, "no-mx", mx, note},
    KindFacts{Kind::null_mx_mixed, "null-mx-mixed", mx, fault},
    KindFacts{Kind::mx_missing, "mx-missing", mx, fault},
    KindFacts{Kind::mx_alias, "mx-alias", mx, advice},
    KindFacts{Kind::parked_policy, "parked-policy", mx, advice},
    KindFacts{Kind::parked_no_null_mx, "parked-no-null-mx", mx, note},
    KindFacts{Kind::sts_several, "mta-sts-several", mta_sts, fault},
    KindFacts{Kind::sts_bad_record, "mta-sts-bad-record", mta_sts, fault},
    KindFacts{Kind::sts_bad_policy, "mta-sts-bad-policy", mta_sts, fault},
    KindFacts{Kind::sts_not_enforced, "mta-sts-not-enforced", mta_sts, note},
    KindFacts{Kind::sts_mx_uncovered, "mta-sts-mx-uncovered", mta_sts, fault},
    KindFacts{Kind::sts_short_age, "mta-sts-short-age", mta_sts, advice},
    KindFacts{Kind::sts_not_fetched, "mta-sts-not-fetched", mta_sts, note},
    KindFacts{Kind::sts_unavailable, "mta-sts-unavailable", mta_sts, fault},
    KindFacts{Kind::tls_rpt_several, "tls-rpt-several", tls_rpt, fault},
    KindFacts{Kind::tls_rpt_bad, "tls-rpt-bad", tls_rpt, fault},
    KindFacts{Kind::bimi_several, "bimi-several", bimi, fault},
    KindFacts{Kind::bimi_bad, "bimi-bad", bimi, fault},
    KindFacts{Kind::bimi_no_policy, "bimi-no-policy", bimi, advice},
};

const KindFacts& facts_of(Kind kind) { return *std::ranges::find(kinds, kind, &KindFacts::kind); }

static_assert(kinds.size() == static_cast<std::size_t>(Kind::bimi_no_policy) + 1);

Severity severity_of_remark(const RecordRemark& remark) {
  using Remark = RecordRemark::Kind;
  switch (remark.kind) {
    case Remark::not_a_policy:
    case Remark::public_suffix:
    case Remark::rua_without_address: return fault;
    case Remark::no_rua:
    case Remark::not_a_mode:
    case Remark::not_a_switch:
    case Remark::fo_unknown:
    case Remark::fo_contradicts_itself:
    case Remark::no_effect_in_subdomain:
    case Remark::pct_ignored: return advice;
    case Remark::no_policy: return remark.reports_come ? note : fault;
    case Remark::fo_without_ruf:
    case Remark::removed_tag: return note;
  }
  return note;
}

}  // namespace

std::string_view to_text(DnsArea area) noexcept {
  switch (area) {
    case dmarc: return "dmarc";
    case reports: return "reports";
    case spf: return "spf";
    case dkim: return "dkim";
    case mx: return "mx";
    case mta_sts: return "mta-sts";
    case tls_rpt: return "tls-rpt";
    case bimi: return "bimi";
  }
  return {};
}

DnsArea area_of(const DomainFault& fault) {
  if (fault.kind != Kind::unanswered && fault.kind != Kind::dangling_alias)
    return facts_of(fault.kind).area;
  const std::string_view name = fault.subject;
  if (name.contains("._report._dmarc.")) return reports;
  if (name.starts_with("_dmarc.")) return dmarc;
  if (name.contains("._domainkey.")) return dkim;
  if (name.starts_with("_mta-sts.")) return mta_sts;
  if (name.starts_with("_smtp._tls.")) return tls_rpt;
  if (name.contains("._bimi.")) return bimi;
  return fault.other == "MX" ? mx : spf;
}

Severity severity_of(const DomainFault& fault) {
  return fault.remark ? severity_of_remark(*fault.remark) : facts_of(fault.kind).severity;
}

std::string_view to_text(Kind kind) noexcept { return facts_of(kind).word; }

std::optional<DomainFault> fault_of_answer(const std::string& name, const DnsAnswer& answer) {
  if (answer.status == DnsAnswer::Status::unknown)
    return DomainFault{.kind = Kind::unanswered,
                       .subject = name,
                       .value = answer.aliases.empty()
                                    ? answer.why
                                    : "CNAME to " + answer.aliases.back() + ": " + answer.why};
  if (answer.status == DnsAnswer::Status::no_name && !answer.aliases.empty())
    return DomainFault{
        .kind = Kind::dangling_alias, .subject = name, .value = answer.aliases.back()};
  return std::nullopt;
}

}  // namespace dmarcq

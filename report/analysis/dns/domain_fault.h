// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/dns/resolver.h"
#include "report/analysis/finding/catalogue.h"
#include "report/analysis/readiness/policy_record.h"

namespace dmarcq {

/// What a fault in a domain's DNS is about: answers show faults under these.
enum class DnsArea { dmarc, reports, spf, dkim, mx, mta_sts, tls_rpt, bimi };
std::string_view to_text(DnsArea) noexcept;  ///< "dmarc", "mta-sts"

/// Something in DNS that is wrong, fragile, or worth knowing about a domain. The sentence is in
/// dns_phrases.h.
struct DomainFault {
  enum class Kind {
    unanswered,      ///< value: why; a fault of no record, nothing is known of the name
    dangling_alias,  ///< value: the CNAME target that does not exist
    // DMARC
    no_dmarc,
    dmarc_several,         ///< number: records at the name
    dmarc_unreadable,      ///< value: why
    dmarc_near_miss,       ///< value: the text, which looks like a record and is none
    dmarc_at_apex,         ///< the record is at the domain itself, without _dmarc
    dmarc_doubled_origin,  ///< subject: _dmarc.example.com.example.com
    dmarc_is_spf,          ///< there is an SPF record at _dmarc
    dmarc_foreign_quotes,  ///< value: the mark that does not belong there
    dmarc_escapes,         ///< value: the backslash with what it is before
    dmarc_leading_blank,
    dmarc_version_wrong,  ///< value: what stands in place of v=DMARC1; "" for nothing
    dmarc_version_not_first,
    dmarc_missing_semicolon,  ///< value: the tag that swallowed the next one
    dmarc_split,              ///< number: TXT records that are one record together
    dmarc_stray_text,         ///< value: a text that was meant as a record, beside one
    dmarc_wildcard,           ///< a wildcard answers for the name
    dmarc_remark,             ///< remark
    dmarc_discarded,          ///< no usable p and no usable rua: receivers ignore the record
    dmarc_readings_differ,  ///< RFC 7489 and RFC 9989 use different records; value, other: the two
                            ///< policies
    dmarc_test_mode,        ///< t=y of the one record; value, other: the policy without and with it
    dmarc_np_applies,       ///< the domain does not exist; value, other: the policies of sp and np
    dmarc_organization_differs,  ///< and so may alignment; value, other: the two domains
    dmarc_no_enforcement,        ///< the policy is none
    // reports
    rua_not_mailto,        ///< value: the URI
    rua_blanks,            ///< value: addresses with a blank or a semicolon between
    rua_size_limit,        ///< value: the URI
    rua_too_many,          ///< value: rua or ruf; number
    rua_no_mail_host,      ///< value: a domain that receives no mail
    rua_not_authorised,    ///< value: the domain; other: the name of the missing record
    rua_override_ignored,  ///< value: the domain; other: the rua of its record, at another host
    // SPF
    no_spf,
    spf_several,            ///< number
    spf_syntax,             ///< value: the term; other: why
    spf_mistaken_modifier,  ///< value: the term; other: the mechanism that it was meant as
    spf_permerror,          ///< value: why
    spf_lookups,            ///< number: look-ups of the worst case
    spf_lookups_close,      ///< number: 8 to 10
    spf_void,       ///< number: void look-ups; value: "IPv4" or "IPv6" where only such senders have
                    ///< more than are allowed
    spf_void_term,  ///< value: a term whose name has no such record
    spf_missing_target,  ///< value: the include or redirect target without a record
    spf_repeated,        ///< value: included more than once; number: how often
    spf_pass_all,        ///< +all
    spf_neutral_all,     ///< ?all, or no all and no redirect
    spf_after_all,       ///< value: a term behind all
    spf_ptr,
    spf_large,              ///< number: bytes
    spf_hard_fail,          ///< -all: such mail may never appear in reports (RFC 9989 section 7.1)
    spf_include_unused,     ///< value: include; number: messages with this envelope domain
    spf_salesforce_unused,  ///< value: include; number: Core messages with Salesforce's envelope
    spf_sender_uncovered,   ///< value: the sender; number: messages
    // DKIM
    dkim_missing,  ///< value: selector; no record at the name
    dkim_several,  ///< number
    dkim_bad_key,  ///< value: why
    dkim_revoked,
    dkim_short_key,  ///< number: bits
    dkim_long_key,   ///< number: bits
    dkim_testing,
    dkim_exact_domain,             ///< t=s
    dkim_salesforce_pair_broken,   ///< value: the selector that is there; other: the missing one
    dkim_salesforce_pair_unknown,  ///< value: the selector that is there
    dkim_unseen,                   ///< value: selector; published, and in no report
    dkim_no_selectors,             ///< none to check
    // MX
    no_mx,          ///< no MX, but an address: mail goes there (RFC 5321 section 5.1)
    null_mx_mixed,  ///< a null MX beside others (RFC 7505 section 3)
    mx_missing,     ///< value: a host without address
    mx_alias,       ///< value: a host that is a CNAME (RFC 2181 section 10.3)
    parked_policy,  ///< of a domain without mail; value: the policy
    parked_no_null_mx,
    // MTA-STS, TLS-RPT, BIMI
    sts_several,       ///< number
    sts_bad_record,    ///< value: why
    sts_bad_policy,    ///< value: why
    sts_not_enforced,  ///< value: the mode
    sts_mx_uncovered,  ///< value: the host
    sts_short_age,     ///< number: seconds
    sts_not_fetched,
    sts_unavailable,  ///< value: why the policy cannot be fetched
    tls_rpt_several,  ///< number
    tls_rpt_bad,      ///< value: why
    bimi_several,     ///< number
    bimi_bad,         ///< value: why
    bimi_no_policy,   ///< value: the policy that keeps the logo away
  };
  Kind kind{};
  std::string subject;  ///< the DNS name that it is about
  std::string value = {}, other = {};
  std::uint64_t number = 0;
  std::optional<RecordRemark> remark = {};  ///< of dmarc_remark
  std::string repaired = {};  ///< the record to publish instead; "" where that is not clear
};

DnsArea area_of(const DomainFault&);  ///< of unanswered and dangling_alias by the subject
Severity severity_of(const DomainFault&);
/// A stable word for programs: "spf-lookups".
std::string_view to_text(DomainFault::Kind) noexcept;

/// The faults that an answer has whatever was asked for: not answered, or an alias to nothing.
/// Nothing where there is none.
std::optional<DomainFault> fault_of_answer(const std::string& name, const DnsAnswer&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/dns_phrases.h"

#include <fmt/format.h>

#include "ingest/base/text.h"
#include "report/render/phrases/record_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;

/// Of a text in DNS, as much as a sentence can hold.
std::string quoted(const std::string& text) {
  constexpr std::size_t most = 160;
  return text.size() <= most ? "'" + text + "'" : "'" + text.substr(0, most) + "…'";
}

std::string policy_words(const std::string& policy) {
  return policy.empty() ? "no DMARC policy" : "p=" + policy;
}

/// Remarks are clauses about "it", the record.
std::string remark_text(const DomainFault& fault) {
  return fmt::format("{}: {}", fault.subject, with_full_stop(clause_of(*fault.remark)));
}

std::string readings_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::dmarc_test_mode:
      return fmt::format(
          "t=y puts the record in test mode: receivers that follow RFC 9989 apply {}, those that do not know t apply {} in full. Remove t when the test is over.",
          policy_words(fault.other), policy_words(fault.value));
    case Kind::dmarc_np_applies:
      return fmt::format(
          "The domain does not exist in DNS: by RFC 9989 np applies to it ({}), by RFC 7489, which has no np, sp ({}).",
          policy_words(fault.other), policy_words(fault.value));
    default: break;
  }
  if (fault.value == fault.other)
    return fmt::format(
        "RFC 7489 and RFC 9989 find the policy in different records; both come to {}.",
        policy_words(fault.value));
  return fmt::format(
      "Receivers disagree: {} by RFC 7489, {} by RFC 9989. Publish one valid record at {}.",
      policy_words(fault.value), policy_words(fault.other), fault.subject);
}

/// How a text at _dmarc is written.
std::string writing_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::dmarc_foreign_quotes:
      return fmt::format(
          "The record at {} contains the quotation mark {} as a part of its value. Enter it without quotation marks.",
          fault.subject, fault.value);
    case Kind::dmarc_escapes:
      return fmt::format(
          "The record at {} contains {}: an escape of zone files that became a part of its value. Enter it without backslashes.",
          fault.subject, fault.value);
    case Kind::dmarc_leading_blank:
      return fmt::format(
          "The record at {} begins with a blank, so receivers do not take it for a DMARC record.",
          fault.subject);
    case Kind::dmarc_version_wrong:
      return fmt::format(
          "The record at {} {}, so receivers do not take it for a DMARC record. It has to begin with v=DMARC1, in capitals.",
          fault.subject, fault.value.empty() ? "has no v=DMARC1" : "has " + quoted(fault.value));
    case Kind::dmarc_version_not_first:
      return fmt::format(
          "v=DMARC1 does not come first in the record at {}, so receivers do not take it for a DMARC record.",
          fault.subject);
    case Kind::dmarc_missing_semicolon:
      return fmt::format("A semicolon is missing at {}: receivers read {} as one tag.",
                         fault.subject, quoted(fault.value));
    case Kind::dmarc_split:
      return fmt::format(
          "{} TXT records at {} are parts of one DMARC record, and receivers see the first part only. Publish it as one TXT record.",
          fault.number, fault.subject);
    case Kind::dmarc_stray_text:
      return fmt::format("{} at {} is no DMARC record, and stands beside one. Remove it.",
                         quoted(fault.value), fault.subject);
    case Kind::dmarc_near_miss:
      return fmt::format(
          "{} at {} is not a DMARC record: tags are separated by semicolons, and v=DMARC1 comes first.",
          quoted(fault.value), fault.subject);
    default: return {};
  }
}

std::string dmarc_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::no_dmarc:
      return fmt::format(
          "There is no DMARC record. Start with v=DMARC1; p=none and a rua address at {}.",
          fault.subject);
    case Kind::dmarc_several:
      return fmt::format(
          "There are {} DMARC records at {}. By RFC 7489 that means no DMARC; by RFC 9989 they are discarded and the record of a parent domain may apply. Leave one.",
          fault.number, fault.subject);
    case Kind::dmarc_unreadable:
      return fmt::format(
          "The record at {} cannot be read: {}. Receivers differ in what they use of it.",
          fault.subject, fault.value);
    case Kind::dmarc_at_apex:
      return fmt::format(
          "There is a DMARC record at {} itself. It has no effect there: move it to _dmarc.{}.",
          fault.subject, fault.subject);
    case Kind::dmarc_doubled_origin:
      return fmt::format(
          "There is a DMARC record at {}: the zone's name was appended twice. Enter the name without the domain, or with a final dot.",
          fault.subject);
    case Kind::dmarc_is_spf:
      return fmt::format("There is an SPF record at {}. It belongs at the domain itself.",
                         fault.subject);
    case Kind::dmarc_wildcard:
      return fmt::format(
          "A wildcard record answers for {}: every name without a record of its own has the same text.",
          fault.subject);
    case Kind::dmarc_remark: return remark_text(fault);
    case Kind::dmarc_discarded:
      return "The record has neither a usable policy nor a usable rua, so receivers ignore it as a whole (RFC 9989 section 4.10.1).";
    case Kind::dmarc_readings_differ:
    case Kind::dmarc_test_mode:
    case Kind::dmarc_np_applies: return readings_text(fault);
    case Kind::dmarc_organization_differs:
      return fmt::format(
          "The organizational domain is {} by the public suffix list and {} by the tree walk of RFC 9989. Relaxed alignment depends on it.",
          fault.value, fault.other);
    case Kind::dmarc_no_enforcement:
      return "The policy is none: mail that fails DMARC is reported, not held back. 'dmarcq readiness DOMAIN' says when it can move.";
    default: return writing_text(fault);
  }
}

std::string reports_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::rua_not_mailto:
      return fmt::format("{} is not a mailto: address, so no reports are sent to it.",
                         quoted(fault.value));
    case Kind::rua_blanks:
      return fmt::format("Addresses are separated by commas, not by blanks or semicolons: {}.",
                         quoted(fault.value));
    case Kind::rua_size_limit:
      return fmt::format(
          "The size limit in {} is obsolete (RFC 9989 appendix C.4); a comma or ! in an address has to be written as %2C or %21.",
          quoted(fault.value));
    case Kind::rua_too_many:
      return fmt::format(
          "There are {} addresses in {}; receivers need to serve only the first two.", fault.number,
          fault.value);
    case Kind::rua_no_mail_host:
      return fmt::format(
          "{} does not receive mail (no MX, no address, or a null MX), so reports to it are lost.",
          fault.value);
    case Kind::rua_not_authorised:
      return fmt::format(
          "{} belongs to another organization and has not agreed to receive these reports: no TXT record v=DMARC1 at {} (RFC 9990 section 4). Receivers send it nothing.",
          fault.value, fault.other);
    case Kind::rua_override_ignored:
      return fmt::format(
          "{} agrees to receive the reports, but redirects them to {} at another host. Then neither address gets any (RFC 9990 section 4).",
          fault.value, fault.other);
    default: return {};
  }
}

std::string spf_evidence_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::spf_include_unused:
      return fmt::format(
          "{} was not needed for any of the {} in reports whose envelope domain is {}. Remove it if nothing else depends on it.",
          fault.value, counted(fault.number, "message"), fault.subject);
    case Kind::spf_salesforce_unused:
      return fmt::format(
          "{} costs 2 look-ups and is never consulted: with bounce management on, Salesforce sends with its own envelope domain (bnc.salesforce.com; {} in reports).",
          fault.value, counted(fault.number, "message"));
    case Kind::spf_sender_uncovered:
      return fmt::format(
          "The record does not permit {}, which sent {} with the envelope domain {}.", fault.value,
          counted(fault.number, "message"), fault.subject);
    default: return {};
  }
}

std::string spf_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::no_spf:
      return fmt::format("There is no SPF record at {}. If it sends no mail, publish v=spf1 -all.",
                         fault.subject);
    case Kind::spf_several:
      return fmt::format(
          "There are {} SPF records at {}: a permanent error (RFC 7208 section 4.5). Merge them.",
          fault.number, fault.subject);
    case Kind::spf_syntax:
      return fmt::format("{} in the record of {} is a permanent error for all mail: {}.",
                         quoted(fault.value), fault.subject, fault.other);
    case Kind::spf_mistaken_modifier:
      return fmt::format(
          "{} in the record of {} has no effect: '=' stands where ':' belongs, so receivers ignore it as an unknown modifier. Write {}.",
          quoted(fault.value), fault.subject, quoted(fault.other));
    case Kind::spf_permerror: return fmt::format("A permanent error: {}.", fault.value);
    case Kind::spf_lookups:
      return fmt::format(
          "In the worst case the record needs {} DNS look-ups; more than 10 are a permanent error for every sender reached after them (RFC 7208 section 4.6.4). Drop includes that are not used, or see 'dmarcq dns flatten'.",
          fault.number);
    case Kind::spf_lookups_close:
      return fmt::format(
          "The record needs {} of at most 10 DNS look-ups in the worst case. Another include may break it.",
          fault.number);
    case Kind::spf_void:
      return fmt::format(
          "{} look-ups find nothing{}; more than 2 are a permanent error (RFC 7208 section 4.6.4).",
          fault.number, fault.value.empty() ? "" : " for senders with " + fault.value);
    case Kind::spf_void_term:
      return fmt::format("{} in the record of {} finds no such record: a void look-up.",
                         fault.value, fault.subject);
    case Kind::spf_missing_target:
      return fmt::format(
          "{} has no SPF record: the include is a permanent error for every sender reached by it. If that domain has lapsed, anyone can register it and send as you.",
          fault.value);
    case Kind::spf_repeated:
      return fmt::format("{} is reached {} times, and its look-ups count each time.", fault.value,
                         fault.number);
    case Kind::spf_pass_all: return "+all lets anyone send as this domain.";
    case Kind::spf_neutral_all:
      return fmt::format(
          "The record of {} ends without ~all or -all, so unknown senders are neutral.",
          fault.subject);
    case Kind::spf_after_all:
      return fmt::format("{} has no effect: it comes after all.", fault.value);
    case Kind::spf_ptr:
      return fmt::format(
          "The record of {} uses ptr, which is slow and must not be used (RFC 7208 section 5.5).",
          fault.subject);
    case Kind::spf_large:
      return fmt::format(
          "The record of {} has {} bytes; beyond 450 the answer may not fit into a UDP packet (RFC 7208 section 3.4).",
          fault.subject, fault.number);
    case Kind::spf_hard_fail:
      return "With -all, receivers may refuse mail before they see its DKIM signature, and such mail is in no aggregate report (RFC 9989 section 7.1). With aligned DKIM, ~all is the better choice.";
    default: return spf_evidence_text(fault);
  }
}

std::string dkim_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::dkim_missing:
      return fmt::format("There is no key at {}: signatures with selector {} fail.", fault.subject,
                         fault.value);
    case Kind::dkim_several:
      return fmt::format(
          "There are {} TXT records at {}; which one is used is undefined (RFC 6376 section 3.6.2.2). Leave one.",
          fault.number, fault.subject);
    case Kind::dkim_bad_key:
      return fmt::format("The key at {} is not usable: {}.", fault.subject, fault.value);
    case Kind::dkim_revoked:
      return fmt::format("The key at {} is revoked (empty p=).", fault.subject);
    case Kind::dkim_short_key:
      return fmt::format("The key at {} has {} bits; RFC 8301 recommends at least 2048.",
                         fault.subject, fault.number);
    case Kind::dkim_long_key:
      return fmt::format("The key at {} has {} bits; receivers need not support more than 4096.",
                         fault.subject, fault.number);
    case Kind::dkim_testing:
      return fmt::format(
          "The key at {} is in test mode (t=y): receivers may treat its signatures as if there were none.",
          fault.subject);
    case Kind::dkim_exact_domain:
      return fmt::format(
          "The key at {} has t=s: the i= of signatures must name exactly this domain.",
          fault.subject);
    case Kind::dkim_salesforce_pair_broken:
      return fmt::format(
          "Salesforce rotates between two selectors. {} exists and {} does not: mail is signed today, and fails after the next rotation. Publish the CNAME of the alternate selector as shown in Salesforce Setup.",
          fault.value, fault.other);
    case Kind::dkim_salesforce_pair_unknown:
      return fmt::format(
          "Selector {} belongs to Salesforce, which rotates between it and an alternate selector; none that was seen is known to be that. Name it with --selector to have it checked.",
          fault.value);
    case Kind::dkim_unseen:
      return fmt::format("Selector {} is published, but no report of the last 30 days shows it.",
                         fault.value);
    case Kind::dkim_no_selectors:
      return "DKIM was not checked: no report shows a selector. Name one with --selector.";
    default: return {};
  }
}

std::string mx_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::no_mx:
      return fmt::format(
          "{} has no MX record but an address, so mail is delivered to that address. If it receives no mail, publish a null MX.",
          fault.subject);
    case Kind::null_mx_mixed:
      return fmt::format(
          "{} has a null MX beside others (RFC 7505 section 3). Remove one or the other.",
          fault.subject);
    case Kind::mx_missing: return fmt::format("MX host {} has no address.", fault.value);
    case Kind::mx_alias:
      return fmt::format("MX host {} is a CNAME, which is not allowed (RFC 2181 section 10.3).",
                         fault.value);
    case Kind::parked_policy:
      return fmt::format("The domain has no mail, but its DMARC policy is {}. Publish p=reject.",
                         fault.value.empty() ? "missing" : fault.value);
    case Kind::parked_no_null_mx:
      return "The domain has no mail: a null MX (0 .) tells senders so at once (RFC 7505).";
    default: return {};
  }
}

std::string transport_text(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::sts_several:
    case Kind::tls_rpt_several:
    case Kind::bimi_several:
      return fmt::format("There are {} records at {}, so senders use none. Leave one.",
                         fault.number, fault.subject);
    case Kind::sts_bad_record:
    case Kind::tls_rpt_bad:
    case Kind::bimi_bad:
      return fmt::format("The record at {} is not valid: {}.", fault.subject, fault.value);
    case Kind::sts_bad_policy:
      return fmt::format("The policy of {} is not valid: {}.", fault.subject, fault.value);
    case Kind::sts_not_enforced:
      return fmt::format("The policy's mode is {}: senders do not enforce TLS.", fault.value);
    case Kind::sts_mx_uncovered:
      return fmt::format(
          "The policy does not cover MX host {}: senders that enforce it deliver nothing there.",
          fault.value);
    case Kind::sts_short_age:
      return fmt::format("The policy's max_age is {}; less than a day gives little protection.",
                         counted(fault.number, "second"));
    case Kind::sts_not_fetched:
      return fmt::format(
          "The policy at https://{}/.well-known/mta-sts.txt was not fetched: --fetch-policy does so, --mta-sts-policy FILE checks a copy.",
          fault.subject);
    case Kind::sts_unavailable:
      return fmt::format(
          "The policy at https://{}/.well-known/mta-sts.txt cannot be fetched, so senders ignore the record: {}.",
          fault.subject, fault.value);
    case Kind::bimi_no_policy:
      return fmt::format(
          "The logo is not shown: BIMI needs quarantine or reject for all mail of the domain and below it; there is {}.",
          fault.value);
    default: return {};
  }
}

}  // namespace

std::string fault_text(const DomainFault& fault) {
  if (fault.kind == Kind::unanswered)
    return fmt::format("{} could not be checked: {}.", fault.subject,
                       fault.value.empty() ? "no answer" : fault.value);
  if (fault.kind == Kind::dangling_alias)
    return fmt::format(
        "{} is a CNAME to {}, which does not exist. Remove it: whoever can create that name speaks for you.",
        fault.subject, fault.value);
  switch (area_of(fault)) {
    case DnsArea::dmarc: return dmarc_text(fault);
    case DnsArea::reports: return reports_text(fault);
    case DnsArea::spf: return spf_text(fault);
    case DnsArea::dkim: return dkim_text(fault);
    case DnsArea::mx: return mx_text(fault);
    case DnsArea::mta_sts:
    case DnsArea::tls_rpt:
    case DnsArea::bimi: return transport_text(fault);
  }
  return {};
}

std::string blocklist_text(const BlocklistResult& result) {
  using Verdict = BlocklistResult::Verdict;
  switch (result.verdict) {
    case Verdict::listed: {
      std::string text;
      for (const std::string& code : result.codes) {
        const std::string_view meaning = blocklist_meaning(result.list, code);
        text += text.empty() ? "" : "; ";
        text += meaning.empty() ? code : fmt::format("{} ({})", meaning, code);
      }
      return result.reason.empty() ? text : fmt::format("{}; {}", text, result.reason);
    }
    case Verdict::not_listed: return {};
    case Verdict::refused:
      return "the list refuses this resolver (127.255.255.x): use your own resolver or an access key";
    case Verdict::not_checkable:
      return "the list's test points do not answer as they should (RFC 5782 section 5)";
    case Verdict::other_kind: return "the list is not for this kind of subject";
    case Verdict::unknown: return result.why.empty() ? "no answer" : result.why;
  }
  return {};
}

}  // namespace dmarcq

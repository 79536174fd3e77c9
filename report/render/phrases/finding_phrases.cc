// SPDX-License-Identifier: MIT
#include "report/render/phrases/finding_phrases.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ingest/base/text.h"
#include "report/analysis/finding/copyable.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

using C = FindingCode;

/// Sentences with {placeholders}, which fill() replaces by names. One step of `fix` for each role
/// of the catalogue.
struct Template {
  FindingCode code;
  std::string_view cause;
  std::vector<std::string_view> fix;
  std::string_view verify, reference;
};

#define HELP(number) "https://help.salesforce.com/s/articleView?id=" number "&type=1"

/// Long because it is the table of all sentences. In the order of FindingCode. The wording of
/// causes and cures follows the sources named.
const std::array<Template, finding_code_count>& templates() {
  static const std::array<Template, finding_code_count>
      list{
          {
              {C::core_no_dkim,
               "Salesforce Core sends as {from} {unsigned}: no DKIM key for {from} is active in the org. SPF passes only for bnc.salesforce.com, the bounce domain of Salesforce, which never aligns. {org_question}",
               {"Salesforce Setup → Quick Find: DKIM Keys → Create New Key: 2048 bit, Selector {new1}, Alternate Selector {new2}, Domain {from}, Domain Match Pattern {from}; Save",
                "publish the two CNAME records shown on the page of the new key: {new1}._domainkey.{from} → {new1}.<6 characters>.custdkim.salesforce.com and {new2}._domainkey.{from} → {new2}.<6 characters>.custdkim.salesforce.com",
                "once both resolve (dig +short CNAME {new1}._domainkey.{from}): Setup → DKIM Keys → the key → Activate"},
               "a DKIM result pass for d={from} with your selector, and policy_evaluated dkim=pass. SPF stays unaligned, which is normal for Core",
               HELP("000381292") " ; " HELP("000391930")},
              {C::core_dkim_other_domain,
               "Salesforce Core signs mail from {from} with d={d}, a different domain: the key's Domain or Domain Match Pattern does not match {from}.",
               {"Salesforce Setup → Quick Find: DKIM Keys → Create New Key: 2048 bit, Selector {new1}, Alternate Selector {new2}, Domain {from}, Domain Match Pattern {from}; Save",
                "publish the two CNAME records shown on the page of the new key: {new1}._domainkey.{from} and {new2}._domainkey.{from}",
                "once both resolve: Setup → DKIM Keys → the key → Activate"},
               "the DKIM result's d= is {from}, policy_evaluated dkim=pass",
               HELP("000381292")},
              {C::dkim_strict_subdomain,
               "Mail from {from} is signed with d={d}, which aligns only in relaxed mode; adkim=s in the record at _dmarc.{policy_domain} requires an exact match.",
               {"in the TXT record _dmarc.{policy_domain} change adkim=s to adkim=r, or remove adkim",
                "or have {service} sign with a key of {from} itself; since 2026 Salesforce requires a key for each subdomain anyway"},
               "policy_evaluated dkim=pass for {from}",
               HELP("005316911") " ; RFC 9989 section 4.4"},
              {C::dkim_key_missing,
               "Signatures with selector {selector} for {d} do not pass because the key is not found: the record {selector}._domainkey.{d} is missing, wrong, or was published with the domain appended twice.",
               {"look it up: dig +short CNAME {selector}._domainkey.{d}; for Salesforce Core it must end in custdkim.salesforce.com, and other services show the expected value",
                "publish {selector}._domainkey.{d} again as {service} shows it; some DNS hosts append the domain, which results in {selector}._domainkey.{d}.{d}",
                "compare it with what {service} shows for this key{where_keys}"},
               "DKIM result pass for selector {selector}",
               HELP("000391930")},
              {C::dkim_alternate_selector,
               "Since {since} mail has been signed with selector {selector} for {d}, which never passes, while another selector of the same domain does: the key rotated to the alternate selector, whose record is missing.",
               {"publish the CNAME record {selector}._domainkey.{d} as Salesforce Setup → DKIM Keys shows it, and keep both CNAMEs permanently: the keys keep rotating between them",
                "Salesforce Setup → Quick Find: DKIM Keys: give the DNS administrator the record of selector {selector}"},
               "both selectors pass over the next 60 days",
               HELP("000391930")},
              {C::dkim_fails_at_one_reporter,
               "Signatures with selector {selector} for {d} fail only at {reporter} and pass everywhere else: that receiver or its gateway modifies or re-checks messages before it evaluates them.",
               {"nothing to do at {service}; inform {reporter}, and check that the mail keeps passing at the other reporters"},
               "all other reporters keep reporting pass",
               "https://www.suped.com/learn/dmarc/why-am-i-receiving-dmarc-failure-reports-when-my-email-authentication-seems-correct"},
              {C::dkim_fails_in_part,
               "Signatures with selector {selector} for {d} pass for some of the mail and fail for the rest: the key is valid, so the failing messages were modified in transit (a footer, a virus scanner, a rewriting gateway).",
               {"find out which receivers report it (dmarcq sources --by reporter); if one of your own tools modifies mail after {service} signed it, sign it after that step"},
               "the share stays small and does not grow",
               "derived: the same selector passes elsewhere"},
              {C::core_spf_include_missing,
               "Salesforce Core sends with envelope_from {spf}: bounce management and email security compliance are both off, and the SPF record of {spf} does not include Salesforce.",
               {"better: create and activate a DKIM key for {from} (Salesforce Setup → Quick Find: DKIM Keys); it survives forwarding",
                "or add include:_spf.salesforce.com to the one SPF record (TXT, v=spf1) of {spf}; it costs 2 of the 10 DNS lookups"},
               "an SPF result {spf} pass, policy_evaluated spf=pass; with DKIM: dkim=pass",
               HELP("000315520") " ; " HELP("000381292")},
              {C::spf_permerror,
               "SPF for {spf} results in permerror: more than 10 DNS lookups, or two v=spf1 records.",
               {"keep exactly one TXT record with v=spf1 at {spf}, and remove the includes of services that you no longer use (include:_spf.salesforce.com costs 2 of the 10 DNS lookups)",
                "do not rely on SPF: have every sender sign with DKIM"},
               "SPF result pass",
               "RFC 7208 section 4.6.4"},
              {C::spf_only,
               "Mail from {from} passes DMARC by SPF only: it carries no DKIM signature of yours, so any forwarding breaks it.",
               {"set up DKIM for {from} at {service} before the policy moves to reject: a domain must not rely on SPF alone"},
               "policy_evaluated dkim=pass and spf=pass",
               "RFC 9989 section 7.4"},
              {C::spf_strict_subdomain,
               "SPF passes for {spf}, but aspf=s in the record at _dmarc.{policy_domain} requires the From domain {from} itself.",
               {"in the TXT record _dmarc.{policy_domain} change aspf=s to aspf=r, or remove aspf"},
               "policy_evaluated spf=pass",
               "RFC 9989 section 4.4"},
              {C::core_second_org,
               "A second Salesforce org of yours sends as {from} without DKIM: {orgs}. This is often a sandbox after a refresh: keys are not copied to sandboxes and are lost on refresh.",
               {"for a sandbox: Salesforce Setup of that org → Quick Find: Deliverability → Access level: System email only; or let it send from a substitute address",
                "for an org that should send: Setup of that org → Quick Find: DKIM Keys → Create New Key: Selector {new1}, Alternate Selector {new2}, Domain {from}, Domain Match Pattern {from}; Activate once both records resolve",
                "for such a key, publish the two CNAME records shown on its page: {new1}._domainkey.{from} and {new2}._domainkey.{from}"},
               "rows of that org stop or pass",
               "https://help.salesforce.com/HTViewHelpDoc?id=emailadmin_deliverability.htm ; https://salesforcetime.com/2026/04/18/dkim-challenge-in-salesforce-sandboxes-a-practical-workaround/"},
              {C::core_vanished,
               "Salesforce Core mail for {policy_domain} stopped after {since}, while other mail continues. Since 2026 Salesforce rejects mail from unverified domains (550 5.7.1 Delivery not authorized) or sends it as email@….sfcustomeremail.com, which is reported to a different domain.",
               {"Salesforce Setup → Quick Find: Email Log Files: look for 550 5.7.1",
                "Salesforce Setup → Quick Find: Deliverability: check the substitute address for unverified domains",
                "verify {policy_domain} with a DKIM key: Setup → DKIM Keys. If you stopped sending on purpose, there is nothing to do"},
               "Core rows return, with DKIM pass",
               HELP("005316090")},
              {C::core_verified_unsigned,
               "{from} is verified in Salesforce, but Core mail is still unsigned: an Authorized Email Domain satisfies verification but adds no signature.",
               {"Salesforce Setup → Quick Find: DKIM Keys → Create New Key: 2048 bit, Selector {new1}, Alternate Selector {new2}, Domain {from}, Domain Match Pattern {from}; Save",
                "publish the two CNAME records shown on the page of the new key: {new1}._domainkey.{from} and {new2}._domainkey.{from}",
                "once both resolve: Setup → DKIM Keys → the key → Activate"},
               "DKIM result pass with d={from}",
               HELP("005316911")},
              {C::relay_bounce_managed,
               "Salesforce mail goes out through your relay with its bounce envelope (*.bnc.salesforce.com): SPF fails there, but your DKIM signature survives and DMARC passes.",
               {"nothing to do: this mail passes DMARC",
                "to align SPF too: Salesforce Setup → Quick Find: Deliverability: turn off Activate bounce management and Enable compliance with standard email security mechanisms"},
               "the SPF domain becomes your own and passes",
               "https://help.salesforce.com/s/articleView?id=sales.emailadmin_email_relay_considerations.htm&type=5 ; " HELP(
                   "000382778")},
              {C::relay_unsigned,
               "Salesforce mail goes out through your relay with its bounce envelope and without a valid signature: no key is active in Salesforce, or the relay modifies mail (footer, disclaimer) after it was signed.",
               {"Salesforce Setup → Quick Find: DKIM Keys: create and activate a key for {from} (Selector {new1}, Alternate Selector {new2})",
                "or have the relay sign for {from} after all its modifications",
                "to let the relay's SPF align as well: Setup → Quick Find: Deliverability: turn off Activate bounce management and Enable compliance with standard email security mechanisms"},
               "DKIM result pass with d={from}",
               "https://help.salesforce.com/s/articleView?id=sales.emailadmin_email_relay_considerations.htm&type=5"},
              {C::relay_spf_missing,
               "Your own server sends with envelope_from {spf}, but the SPF record of {spf} does not authorize its address.",
               {"add the server's address (ip4:… or ip6:…), or its include, to the SPF record (TXT, v=spf1) of {spf}"},
               "SPF result {spf} pass",
               "derived"},
              {C::google_default_dkim,
               "Google signs mail from {from} only with its default domain ({d}): no DKIM key of your own is set up. This is ordinary Workspace mail, or Salesforce's Send through Gmail.",
               {"Google Admin console → Apps → Google Workspace → Gmail → Authenticate email: generate a record for {from}; once it is published, choose Start authentication",
                "publish the TXT record google._domainkey.{from} that the console shows"},
               "DKIM result d={from} s=google pass",
               "https://dmarc.wiki/google-workspace"},
              {C::m365_default_dkim,
               "Microsoft 365 signs mail from {from} only with its default domain ({d}): DKIM is not enabled for {from}. This is ordinary mail, or Salesforce's Send through Office 365.",
               {"Microsoft Defender portal → Email & collaboration → Policies & rules → Threat policies → Email authentication settings → DKIM: choose {from}; once both records are published, enable it",
                "publish the two CNAME records selector1._domainkey.{from} and selector2._domainkey.{from} that the portal shows"},
               "DKIM result d={from} s=selector1 or selector2 pass",
               "https://dmarc.wiki/microsoft-365"},
              {C::google_alias_envelope,
               "Mail from {from} leaves Google Workspace with your primary domain {spf} as envelope_from: SPF passes for it and cannot align.",
               {"this cannot be fixed through SPF; set up DKIM for {from}: Google Admin console → Apps → Google Workspace → Gmail → Authenticate email"},
               "DKIM result d={from} pass",
               "https://dmarc.wiki/google-workspace"},
              {C::mce_no_sap,
               "Marketing Cloud sends as {from} without a signature that aligns: {from} has neither a Sender Authentication Package nor a private domain.",
               {"order a Sender Authentication Package or a Private Domain for {from}: Marketing Cloud Setup → Sender Authentication, or your Salesforce account executive",
                "publish the records that it requests, or delegate the subdomain to ns1.exacttarget.com to ns4.exacttarget.com"},
               "a second DKIM result with d={from} (selector <stack>dkim1 or 200608) passes",
               HELP("000384894")},
              {C::mce_shared_bounce,
               "Marketing Cloud uses one bounce domain ({spf}) for several From domains, so SPF cannot align for {from}. Your DKIM signature passes, which is enough for DMARC.",
               {"nothing to do: your signature is enough for DMARC",
                "to align SPF too: ask Salesforce support for Multi-Bounce Domain"},
               "SPF domain bounce.{from} pass",
               HELP("000384894")},
              {C::mce_strict_subdomain,
               "Marketing Cloud sends as {from} but signs with d={d}; adkim=s in the record at _dmarc.{policy_domain} requires an exact match.",
               {"in the TXT record _dmarc.{policy_domain} change adkim=s to adkim=r, or remove adkim", "or order a Private Domain for {from}: Marketing Cloud Setup → Sender Authentication"},
               "DKIM result d={from} pass",
               "https://www.spamresource.com/2024/05/sfmc-tip-sending-as-top-level-domain-in.html"},
              {C::mce_bounce_spf_broken,
               "SPF for Marketing Cloud's bounce name {spf} does not pass at Marketing Cloud's own addresses: the delegation or the SPF record is broken.",
               {"for a delegated subdomain: restore the NS records ns1.exacttarget.com to ns4.exacttarget.com",
                "for one that you host yourself: publish the TXT record {spf} \"v=spf1 include:cust-spf.exacttarget.com -all\""},
               "SPF result {spf} pass",
               "https://senderauth.marketingcloud.com/quickstart.php ; https://mxtoolbox.com/t/outbound-email-provider/?name=exacttarget"},
              {C::ae_no_dkim,
               "Account Engagement sends as {from} without a valid signature of yours: the sending domain is not verified, or the record 200608._domainkey.{from} is missing or truncated. Its SPF never aligns by design.",
               {"Account Engagement Settings → Domain Management → Add New Domain: {from}; it shows the record to publish",
                "publish the TXT record 200608._domainkey.{from} as shown there, complete and as one value",
                "Account Engagement Settings → Domain Management → {from} → Check DNS"},
               "DKIM result d={from} s=200608 pass",
               HELP("000381338")},
              {C::mcn_record_changed,
               "Marketing Cloud Next: the bounce name or the DKIM key of the authenticated domain no longer passes because one of its CNAME records changed.",
               {"Salesforce Setup → Quick Find: Authenticated Domain → {from}: it shows which record is missing",
                "publish all CNAME records of {from} again as shown there"},
               "SPF and DKIM both pass",
               HELP("004576430")},
              {C::ses_default_identity,
               "Amazon SES sends as {from} with its own identity (amazonses.com) in SPF and DKIM: {from} is not verified as a domain with Easy DKIM.",
               {"Amazon SES console → Identities → Create identity: domain {from}, Easy DKIM; it shows three records",
                "publish the three CNAME records <token>._domainkey.{from}",
                "for SPF too: set a custom MAIL FROM domain below {from}"},
               "DKIM result d={from} pass",
               "https://dmarc.wiki/ses"},
              {C::sendgrid_default_identity,
               "SendGrid sends as {from} with its own envelope_from (sendgrid.net) and no signature of yours: Domain Authentication is not set up.",
               {"SendGrid → Settings → Sender Authentication → Authenticate Your Domain: {from}",
                "publish the three CNAME records em<digits>.{from}, s1._domainkey.{from} and s2._domainkey.{from} that it shows"},
               "SPF em<digits>.{from} and DKIM d={from} pass",
               "https://dmarc.wiki/sendgrid"},
              {C::sendgrid_strict_spf,
               "SendGrid's envelope_from is the subdomain {spf}, but aspf=s in the record at _dmarc.{policy_domain} requires {from} itself.",
               {"in the TXT record _dmarc.{policy_domain} change aspf=s to aspf=r, or remove aspf",
                "or set a Custom Return Path in SendGrid"},
               "policy_evaluated spf=pass",
               "https://support.sendgrid.com/hc/en-us/articles/13925777447451"},
              {C::esp_default_identity,
               "{service} sends as {from} without an identity of yours: SPF passes for {spf}, and there is no signature of yours. If nobody in your organization uses {service}, another customer is using your name.",
               {"in {service}: authenticate the domain {from}; if available, set a custom return path below {from}",
                "publish the DKIM records of {from} that {service} shows"},
               "DKIM result d={from} pass",
               "the provider's page on domain authentication; https://dmarc.wiki"},
              {C::forwarded,
               "Your mail, forwarded by others: SPF fails at the last hop, as expected, but your DKIM signature passes.",
               {"nothing to do: this mail passes DMARC"},
               "DMARC keeps passing",
               "https://support.dmarcdigests.com/article/1234-how-forwarding-can-break-dmarc"},
              {C::forwarded_srs,
               "Your mail, forwarded by others who rewrite the envelope (SRS): SPF passes for the forwarder ({spf}), and your DKIM signature passes.",
               {"nothing to do: this mail passes DMARC"},
               "DMARC keeps passing",
               "https://support.dmarcdigests.com/article/1234-how-forwarding-can-break-dmarc"},
              {C::gateway_modified,
               "Your mail was modified in transit by {gateway} and forwarded: SPF fails at the last hop, and the DKIM signature no longer matches the content.",
               {"nothing to do at the sender: this is indirect mail",
                "if you know the recipient, ask them to check DMARC before the gateway modifies mail"},
               "the share stays small",
               "https://www.dmarctrust.com/troubleshooting/forwarding-and-arc"},
              {C::mailing_list,
               "A mailing list ({gateway}) redistributed your mail and modified the subject or body: your DKIM signature breaks, and SPF passes only for the list. This is a cost of the policy, not a configuration error.",
               {"ask the list to rewrite From or to leave mail unmodified"},
               "rows of the list decrease once it rewrites From",
               "RFC 9989 section 7.4"},
              {C::receiver_override,
               "The receiver delivered mail that fails DMARC because of ARC or its own trust in the forwarder.",
               {"nothing to do; do not count it as lost mail"},
               "disposition none with the same reason",
               "https://github.com/GSA/data.gov/issues/4245"},
              {C::policy_held_back,
               "The policy was not applied to these messages because the record says so: pct below 100, or t=y (test mode).",
               {"nothing to do during a roll-out; treat them as mail that the policy would have affected"},
               "none once pct or t is removed from _dmarc.{policy_domain}",
               "RFC 9989 Appendix A.6; RFC 9990 section 3.1.6"},
              {C::core_other_tenant,
               "A Salesforce org that never signed for your domains uses {from} in From: {orgs}. SPF proves that Salesforce sent this mail for that org. {is_org_yours}",
               {"find out whose org it is: your own sandboxes (Setup → Quick Find: Sandboxes), subsidiaries, agencies. If it is yours, say so (dmarcq senders add org {org} --ours), and create a DKIM key for {from} in it, or stop it from sending",
                "if it is not: report it to abuse@salesforce.com, and record it here (dmarcq senders add org {org} --foreign); an enforced policy makes receivers reject it"},
               "these rows keep failing, with disposition quarantine or reject once the policy is enforced",
               "derived from the bounce name; RFC 9989"},
              {C::mce_other_tenant,
               "Another Marketing Cloud account uses {from} in From (envelope {spf}), signed by the platform only.",
               {"ask agencies and subsidiaries first: the account may send on your behalf, and then needs your private domain",
                "if it does not: report it to abuse@salesforce.com; an enforced policy makes receivers reject it"},
               "these rows keep failing, with disposition quarantine or reject once the policy is enforced",
               "derived from the envelope; RFC 9989"},
              {C::unauthenticated,
               "Unauthenticated mail as {from}: spoofed, or a sender that you have not registered.",
               {"look for an owner before you call it spoofed: steady volume, working days, one network",
                "if it is yours: set up DKIM for {from} there and register it (dmarcq senders add); if not: an enforced policy makes receivers reject it"},
               "after enforcement: disposition reject",
               "https://dmarcify.dev/blog/forwarded-vs-spoofed"},
              {C::unlisted_own_sender,
               "An unregistered server of yours sends as {from} without an aligned DKIM signature: the SPF record of {spf} authorizes it, or it signs other mail with one of your keys.",
               {"find out which include or address in the SPF record (TXT, v=spf1) of {spf} covers it, and register it (dmarcq senders add network …)",
                "have it sign with DKIM for {from}"},
               "policy_evaluated dkim=pass",
               "derived"},
              {C::reporter_temperror,
               "Isolated temporary DNS errors at reporters.",
               {"ignore them while the share is small; if it grows, check the name servers of {own}"},
               "the errors are gone the next day",
               "RFC 8601 section 2.7"},
          }};
  return list;
}

#undef HELP

const Template& template_of(FindingCode code) {
  return templates()[static_cast<std::size_t>(code)];
}

std::string_view or_else(std::string_view value, std::string_view general) {
  return value.empty() ? general : value;
}

/// "00D… (na63, 120 messages), 00D… (cs12, apparently a sandbox, 1 message) and 2 more"
std::string list_of_orgs(const FindingNames& names) {
  std::string list;
  for (const NamedOrg& org : names.orgs)
    list += (list.empty() ? "" : ", ") + org.org_id + " (" + org.instance +
            (looks_like_sandbox(org.instance) ? ", apparently a sandbox" : "") + ", " +
            counted(org.messages, "message") + ")";
  if (names.more_orgs > 0) list += " and " + std::to_string(names.more_orgs) + " more";
  return list;
}

/// "Is 00D… or 00D… yours?" of the orgs whose owner is not known.
std::string question_of_orgs(const FindingNames& names) {
  std::string open;
  for (const NamedOrg& org : names.orgs)
    if (org.unproven) open += (open.empty() ? "" : " or ") + org.org_id;
  return open.empty() ? open : "Is " + open + " yours?";
}

/// Whether mail without an own signature has one of another domain. That domain may belong to the
/// owner, who did not tell.
std::string signature_words(const FindingNames& names) {
  if (names.signing_domain.empty()) return "without a DKIM signature";
  std::string words = "signed only for " + names.signing_domain +
                      ", which is not known to be a domain of yours";
  return is_plain_name(words) ? words : "without a signature of yours";
}

bool is_of_another_service(const FindingNames& names) {
  return !names.service.empty() && !names.service.starts_with(salesforce_service);
}

}  // namespace

FindingSentences sentences_of(FindingCode code, const FindingNames& names) {
  const Template& sentences = template_of(code);
  FindingSentences filled{.cause = fill(sentences.cause, names),
                          .verify = fill(sentences.verify, names),
                          .reference = sentences.reference};
  if (code == FindingCode::dkim_key_missing && is_of_another_service(names))
    filled.reference = "RFC 6376 section 3.6.2";
  if (names.sends_no_mail)
    filled.cause += " You declared that this domain sends no mail, so all of it is spoofed.";
  for (const std::string_view step : sentences.fix) filled.fix.push_back(fill(step, names));
  return filled;
}
FindingSentences sentences_of(const Finding& finding) {
  return sentences_of(finding.code, finding.names);
}

std::vector<std::string_view> references_of(FindingCode code) {
  std::vector<std::string_view> list;
  std::string_view references = template_of(code).reference;
  while (!references.empty()) {
    const std::size_t end = std::min(references.find(" ; "), references.size());
    list.push_back(references.substr(0, end));
    references.remove_prefix(std::min(end + 3, references.size()));
  }
  return list;
}

std::string fill(std::string_view text, const FindingNames& names) {
  // People copy steps into shells and zone files, so a name from a report is used only if it is a
  // valid name of its kind.
  const auto checked = [](bool (*is_one)(std::string_view), std::string_view value,
                          std::string_view general) { return is_one(value) ? value : general; };
  const std::string orgs = list_of_orgs(names), is_org_yours = question_of_orgs(names),
                    signature = signature_words(names);
  const std::string org_question =
      is_org_yours.empty()
          ? std::string()
          : is_org_yours + " If not, another Salesforce customer is using your name.";
  const std::string since = names.since ? iso_date(*names.since) : "then";
  const std::array<std::pair<std::string_view, std::string_view>, 18> values{
      {{"{from}", host_name_or(names.header_from, "your domain")},
       {"{own}", host_name_or(names.own_domain, "your domain")},
       {"{policy_domain}", host_name_or(names.policy_domain, "your domain")},
       {"{selector}", checked(is_selector, names.selector, "<selector>")},
       {"{d}", host_name_or(names.signing_domain, "the signing domain")},
       {"{spf}", host_name_or(names.spf_domain, "the envelope domain")},
       {"{org}",
        checked(is_org_id, names.orgs.empty() ? std::string_view() : names.orgs.front().org_id,
                "ID")},
       {"{orgs}", or_else(orgs, "org unknown")},
       {"{org_question}", org_question},
       {"{is_org_yours}", is_org_yours},
       {"{reporter}", checked(is_plain_name, names.reporter, "one reporter")},
       {"{since}", since},
       {"{service}", or_else(names.service, "the sender")},
       {"{where_keys}",
        is_of_another_service(names) ? "" : " (Salesforce Setup → Quick Find: DKIM Keys)"},
       {"{gateway}", checked(is_plain_name, names.gateway, "an unknown gateway")},
       {"{unsigned}", signature},
       {"{new1}", or_else(names.new_selector, "sf1")},
       {"{new2}", or_else(names.new_alternate, "sf2")}}};
  std::string out;
  while (!text.empty()) {
    const auto brace = text.find('{');
    out += text.substr(0, brace);
    if (brace == std::string_view::npos) break;
    text.remove_prefix(brace);
    const auto value = std::find_if(values.begin(), values.end(),
                                    [&](const auto& v) { return text.starts_with(v.first); });
    if (value == values.end()) {
      out += '{';
      text.remove_prefix(1);
    } else {
      out += value->second;
      text.remove_prefix(value->first.size());
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/message_phrases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/letter.h"

namespace dmarcq {
namespace {

struct Feature {
  std::string_view category, words;
};
constexpr std::array<Feature, 8> features = {{
    {"apiSingleMail",
     "a single email sent by code or automation (Apex, Flow, API): look for it in Setup → Flows and in Apex classes"},
    {"apiMassMail", "a mass email sent by code (Apex): look for it in Apex classes"},
    {"quickActionEmail", "the email action on a record (a case's or contact's feed)"},
    {"workflowActionAlert", "an email alert of a flow, workflow or approval: Setup → Email Alerts"},
    {"listEmail", "a list email"},
    {"massMail", "a mass email"},
    {"caseComment", "a case notification: Setup → Support Settings"},
    {"networks", "an Experience Cloud email: Administration → Emails"},
}};

/// By whatever decided: the receiver's word, but for one that leaves it open.
std::string fails_words(const SpfColumn& spf) {
  if (spf.recomputed && (spf.said.empty() || spf.said == "temperror"))
    return std::string(to_text(*spf.recomputed));
  return spf.said.empty() ? "unknown" : spf.said;
}

/// Nobody found a record, and none is known from elsewhere.
bool has_no_record(const DmarcColumn& dmarc) {
  if (dmarc.policy.several) return false;
  return dmarc.policy.none_published ||
         (dmarc.policy.policy.empty() && (dmarc.said == "none" || dmarc.said == "bestguesspass"));
}

/// An aligned signature was broken by a change of the mail, and not by its key.
bool was_changed_on_the_way(const MessageAuthentication& all) {
  return std::ranges::any_of(all.dkim, [](const DkimColumn& column) {
    const DkimCheck& check = column.check;
    return column.aligned.relaxed &&
           (check.result == SignatureResult::body_changed || !check.subject_tag.empty() ||
            (check.result == SignatureResult::header_changed &&
             check.made_with_key.value_or(false)));
  });
}

std::string sender_step(const MessageAnswer& answer) {
  const MessageRoute& route = answer.route;
  if (route.service_id != ServiceId::salesforce) return "";
  // Fields that anyone can write are no ground for advice, but for the relay's: no more can be had.
  if (route.weight == ProofWeight::claimed && route.route != salesforce_route::email_relay)
    return "";
  if (route.route == salesforce_route::core)
    return "Stay on Salesforce Core: with a DKIM key for the From domain its mail passes DMARC by DKIM alone. SPF is not aligned while bounce management is on, and need not be.";
  if (route.route == salesforce_route::email_relay)
    return fmt::format(
        "The mail goes out through your relay{}: it has to sign with DKIM for the From domain, or be in its SPF record under an envelope sender of that domain.",
        route.relay_host.empty() ? "" : " " + route.relay_host);
  if (route.route == salesforce_route::marketing_cloud)
    return "In Marketing Cloud, DKIM and an aligned bounce domain come with a Sender Authentication Package or a private domain for the From domain.";
  if (route.route == salesforce_route::account_engagement)
    return "In Account Engagement, verify the From domain under Domain Management and publish its DKIM key.";
  return "";
}

}  // namespace

std::string_view title_of(SenderRule rule) noexcept {
  switch (rule) {
    case SenderRule::spf: return "SPF passes";
    case SenderRule::dkim: return "DKIM passes";
    case SenderRule::dmarc: return "DMARC passes";
    case SenderRule::reverse_dns: return "PTR and forward DNS";
    case SenderRule::tls: return "TLS";
    case SenderRule::one_from: return "One From address";
    case SenderRule::well_formed: return "Valid header";
    case SenderRule::one_click: return "One-click unsubscribe";
    case SenderRule::unsubscribe_link: return "Visible unsubscribe link";
    case SenderRule::spam_rate: break;
  }
  return "Spam rate below 0.3 %";
}

std::string sentence_of(const ChecklistLine& line) {
  const std::string& value = line.value;
  switch (line.reason) {
    case RuleReason::passes: return value.empty() ? "Yes." : fmt::format("Yes, for {}.", value);
    case RuleReason::fails:
      return value.empty() ? "It does not pass." : fmt::format("It does not pass for {}.", value);
    case RuleReason::missing:
      if (line.rule == SenderRule::dkim) return "The mail has no DKIM signature.";
      if (line.rule == SenderRule::dmarc)
        return fmt::format("{} has no DMARC record.", value.empty() ? "The From domain" : value);
      return "The mail has no From field.";
    case RuleReason::not_known:
      if (line.rule == SenderRule::one_click)
        return "A signature covers both fields; whether it passes was not checked (--dns).";
      if (line.rule == SenderRule::tls || line.rule == SenderRule::reverse_dns)
        return "No Received field of the receiver tells.";
      return "Not told by the receiver, and not checked again here (--dns).";
    case RuleReason::not_in_the_mail:
      return "No mail shows it: see Google Postmaster Tools and Yahoo Sender Hub.";
    case RuleReason::kept_by_service: return fmt::format("{} keeps these records.", value);
    case RuleReason::name_found: return fmt::format("The receiver found {}.", value);
    case RuleReason::no_name: return "The receiver wrote no host name for the address.";
    case RuleReason::encrypted: return fmt::format("Handed over with {}.", value);
    case RuleReason::clear_text: return fmt::format("Handed over with {}: not encrypted.", value);
    case RuleReason::several:
      return fmt::format("{} From fields or addresses: many receivers refuse such mail.", value);
    case RuleReason::not_an_address: return "The From field has no usable domain.";
    case RuleReason::twice: return fmt::format("{} is there more than once.", value);
    case RuleReason::lacks_field: return fmt::format("{} is missing or invalid.", value);
    case RuleReason::not_bulk:
      return "Nothing says whether this is marketing mail; if it is, this is required.";
    case RuleReason::transactional:
      return fmt::format("{} marks the mail as transactional or automatic.", value);
    case RuleReason::only_mailto:
      return "List-Unsubscribe has no https address; mailto alone does not count.";
    case RuleReason::no_post_field:
      return "List-Unsubscribe-Post: List-Unsubscribe=One-Click is missing.";
    case RuleReason::not_signed:
      return "No passing signature covers both List-Unsubscribe and List-Unsubscribe-Post (RFC 8058 section 4).";
    case RuleReason::link_found: return "The text has a word for it.";
    case RuleReason::no_link: break;
  }
  return "No word for it was found in the text; look yourself.";
}

// Long because it is the list of all sentences.
std::string sentence_of(const MessageNote& note) {
  using Kind = MessageNote::Kind;
  const std::string &value = note.value, &other = note.other;
  switch (note.kind) {
    case Kind::no_trace:
      return "The file has no Received field: it comes from a Sent folder, or they were taken out. Only a mail saved at the recipient shows how it was delivered.";
    case Kind::receiver_not_named:
      return fmt::format(
          "The results of {} are taken as the receiver's: they stand above the Received line by which the mail came in, and their name fits the host there. To be sure, name your receiver with --authserv-id.",
          value);
    case Kind::results_below:
      return fmt::format(
          "The results of {} stand below the Received line by which it took the mail in. They count because you named it; if it leaves such fields of incoming mail in place, anyone can have written them (RFC 8601 section 5).",
          value);
    case Kind::results_unproven: {
      const std::string more =
          other == "provider" ? "It writes its own above that line."
          : other == "named"
              ? "If its hosts have names of another domain, name that one as well."
              : fmt::format(
                    "If {} takes such fields out of incoming mail, name it: --authserv-id {}.",
                    value, value);
      return fmt::format(
          "Results under the name of {} stand below the Received line by which the mail came in: they may have come with it, and are not believed. {}",
          value, more);
    }
    case Kind::claims_only:
      return fmt::format(
          "{} not from the receiver: shown as claims and not believed, since anyone can write them.",
          value == "1" ? "One Authentication-Results field is"
                       : value + " Authentication-Results fields are");
    case Kind::results_broken:
      return fmt::format(
          "The Authentication-Results of {} have an open quote or comment: they are not believed.",
          value);
    case Kind::bare_line_ends:
      return "The file's lines end in LF alone; signatures were checked as if they ended in CRLF.";
    case Kind::body_changed:
      return fmt::format(
          "The body was changed after {} signed it (s={}): a footer, rewritten links, or a re-encoding by a gateway or list.",
          value, other);
    case Kind::subject_tagged:
      return fmt::format(
          "The signature of {} holds without \"{}\" in front of the subject: a gateway or list put it there after signing.",
          other, value);
    case Kind::header_changed:
      return fmt::format(
          "The body is as {} signed it (s={}), but a signed header field was changed afterwards.",
          value, other);
    case Kind::other_key:
      return fmt::format(
          "The signature was made with another key than DNS has for {} of {}: the key was changed since, or the record is wrong.",
          value, other);
    case Kind::key_missing:
      return fmt::format("DNS has no usable key for selector {} of {}.", value, other);
    case Kind::key_testing:
      return fmt::format(
          "The key {} of {} says t=y (testing): receivers treat its signatures as none.", value,
          other);
    case Kind::expired:
      return fmt::format("The signature of {} (s={}) had expired when the mail was received.",
                         value, other);
    case Kind::unsigned_tail:
      return fmt::format("The signature of {} leaves the last {} of the body unsigned (l=).", other,
                         counted(std::stoull(value), "byte"));
    case Kind::weak_key:
      return fmt::format("The key of {} has {} bits; 2,048 are recommended.", other, value);
    case Kind::not_signed_as_from:
      return fmt::format(
          "No signature is by {} or its organizational domain: DKIM cannot align, whatever passes.",
          value);
    case Kind::said_otherwise:
      return fmt::format(
          "The receiver said dkim={} for {}, and the file here verifies otherwise: the receiver saw another version of the mail, or the key has changed since.",
          other, value);
    case Kind::dmarc_disputed:
      return value == "pass"
                 ? "By the receiver's words DMARC passes; checked again, it fails. The file, a key or a record was changed since, or the receiver saw what is not in the file."
                 : "By the receiver's words DMARC fails; checked again, it passes. A key or a record was repaired since, or the receiver saw another version of the mail.";
    case Kind::null_sender:
      return "The envelope sender is empty: a bounce or an automatic reply. SPF is checked for the HELO name.";
    case Kind::forwarded:
      return fmt::format("The mail was forwarded or sent through a list ({}).", value);
    case Kind::several_from:
      return fmt::format("{} From fields or addresses: {}, and many receivers refuse such mail.",
                         value,
                         other.empty() ? "DMARC looks at none of them" : "DMARC looks at " + other);
    case Kind::name_holds_address:
      return fmt::format("The display name shows an address of another domain: {}.", value);
    case Kind::reply_elsewhere:
      return fmt::format("Replies go to {}{}. DMARC does not look at that.", value,
                         at_or_below(value, "case.salesforce.com") ? " (Email-to-Case)" : "");
    case Kind::self_to_self:
      return fmt::format(
          "Microsoft 365 judged this as mail from its own tenant's domain that came from outside (compauth reason={}): make an inbound connector for the sender, or let DKIM align.",
          other);
    case Kind::junked:
      return fmt::format(
          "Microsoft marked it as junk ({}{}). That is no refusal and is in no report.", value,
          other.empty() ? "" : " CAT:" + other);
    case Kind::other_org:
      return fmt::format("A field names another org, {}. Anyone can write one; {} counts.", value,
                         other);
    case Kind::sandbox: return "It comes from a Salesforce sandbox.";
    case Kind::developer_org: return "It comes from a Salesforce developer or trial org.";
    case Kind::arc_broken:
      return fmt::format("The ARC chain is not whole or not in order ({}).",
                         counted(std::stoull(value), "set"));
    case Kind::arc: break;
  }
  return fmt::format("ARC: {} sealed first{}. ARC is on its way to Historic; do not build on it.",
                     value.empty() ? "somebody" : value,
                     other.empty() ? "" : " and says dmarc=" + other);
}

std::string sentence_of(const RouteProof& proof) {
  using Kind = RouteProof::Kind;
  switch (proof.kind) {
    case Kind::signature: return fmt::format("DKIM passes for {} (s={})", proof.value, proof.name);
    case Kind::spf: return fmt::format("SPF passes for {}", proof.value);
    case Kind::host_name: return fmt::format("handed over by {}", proof.value);
    case Kind::network: {
      const bool alone = proof.name == proof.value + "/32" || proof.name == proof.value + "/128";
      return fmt::format("{} is an address of {}{}", proof.value, proof.service,
                         alone ? "" : " (" + proof.name + ")");
    }
    case Kind::signed_field:
      return fmt::format("{}: {} (covered by a passing signature)", proof.name, proof.value);
    case Kind::return_path: return fmt::format("MAIL FROM is at {}", proof.value);
    case Kind::hop: return fmt::format("a Received names {}", proof.value);
    case Kind::field:
    case Kind::message_id: break;
  }
  return fmt::format("{}: {}", proof.name, proof.value);
}

std::string feature_words(std::string_view category) {
  for (const Feature& feature : features)
    if (lower(category) == lower(feature.category)) return std::string(feature.words);
  return "";
}

std::string signature_words(const DkimColumn& column) {
  switch (column.check.result) {
    case SignatureResult::pass:
      if (column.expired) return "expired";
      return column.check.testing ? "testing key" : "pass";
    case SignatureResult::body_changed: return "body changed";
    case SignatureResult::header_changed:
      if (column.check.made_with_key && !*column.check.made_with_key) return "other key";
      return "header changed";
    case SignatureResult::malformed: return "malformed";
    case SignatureResult::key_missing: return "no key";
    case SignatureResult::key_unusable: return "unusable key";
    case SignatureResult::key_unknown: break;
  }
  return "body intact";
}

std::string dmarc_sentence(const MessageAnswer& answer) {
  const DmarcColumn& dmarc = answer.authentication.dmarc;
  const std::string& from = answer.mail.from_domain;
  if (from.empty())
    return "DMARC has no From domain to look at: the From field is missing, invalid, or names several domains.";
  if (dmarc.policy.several)
    return fmt::format(
        "{} has several DMARC records at one name: receivers drop them all, or go on to a record above it. {}.",
        from,
        !dmarc.passes   ? "Whether the mail would pass is open"
        : *dmarc.passes ? "The mail passes where DMARC is applied"
                        : "The mail fails where DMARC is applied");
  if (has_no_record(dmarc))
    return fmt::format("{} has no DMARC record, so DMARC does not apply{}.", from,
                       !dmarc.passes   ? ""
                       : *dmarc.passes ? "; with a record, the mail would pass"
                                       : "; with a record, the mail would fail");
  if (!dmarc.passes)
    return fmt::format("Whether DMARC passes for {} is open: the results above do not tell.", from);
  if (*dmarc.passes) {
    std::string by;
    for (const DkimColumn& column : answer.authentication.dkim)
      if (column.passes.value_or(false) && column.aligned.in(dmarc.policy.adkim) && by.empty())
        by = fmt::format("DKIM of {}", column.check.domain);
    const SpfColumn& spf = answer.authentication.spf;
    if (answer.authentication.passes_by_spf())
      by += fmt::format("{}SPF of {}", by.empty() ? "" : " and ", spf.domain);
    return fmt::format(
        "DMARC passes for {}{}.", from,
        by.empty() ? ", the receiver says; no result above shows by what" : ", by " + by);
  }
  std::string why;
  const SpfColumn& spf = answer.authentication.spf;
  if (!answer.authentication.signed_as_from())
    why = "it is not signed as that domain";
  else
    why = "its signature does not pass";
  if (!spf.aligned.in(dmarc.policy.aspf))
    why += spf.domain.empty()
               ? ""
               : fmt::format(", and SPF is checked for {}, which is not aligned", spf.domain);
  else
    why += fmt::format(", and SPF gives {}", fails_words(spf));
  return fmt::format("DMARC fails for {}: {}.", from, why);
}

std::string_view aligned_words(const AlignedModes& modes) noexcept {
  if (modes.strict) return "strict";
  return modes.relaxed ? "relaxed" : "no";
}

std::vector<std::string> next_steps(const MessageAnswer& answer) {
  std::vector<std::string> steps;
  const DmarcColumn& dmarc = answer.authentication.dmarc;
  const auto add = [&](std::string step) {
    if (!step.empty()) steps.push_back(std::move(step));
  };
  if (dmarc.is_disputed()) {
    add("Before you change anything, settle why the receiver's word and the check differ: take a mail of today, saved at the recipient (\"show original\"), and look at it again.");
  } else if (dmarc.passes && *dmarc.passes) {
    const bool some_rule_failed = std::ranges::any_of(
        answer.checklist,
        [](const ChecklistLine& line) { return line.status == ChecklistLine::Status::failed; });
    if (answer.authentication.passes_by_dkim())
      add(some_rule_failed
              ? "For DMARC, nothing has to be repaired; see the rules above that failed."
              : "Nothing has to be repaired for this mail.");
    else if (answer.authentication.passes_by_spf())
      add("It passes by SPF alone, which forwarding breaks: sign with DKIM for the From domain as well.");
    else if (!answer.dns_asked)
      add("Nothing in the file shows by what it passes: check again with --dns, or --snapshot FILE.");
  } else if (dmarc.passes && was_changed_on_the_way(answer.authentication)) {
    add("The mail was changed on its way, after it was signed, so no key has to be changed: the gateway or list that did so has to leave signed parts as they are, or DMARC has to be checked before it.");
  } else if (dmarc.passes) {
    for (const Finding& finding : answer.findings) {
      if (finding.severity != Severity::fault) continue;
      for (const std::string& step : sentences_of(finding).fix) add(step);
      break;
    }
    add(sender_step(answer));
  }
  if (answer.is_open()) {
    if (!answer.dns_asked)
      add("To settle it, look up the keys and records: add --dns, or --snapshot FILE.");
    if (!answer.mail.receiver)
      add("Name your receiver, as it calls itself in Authentication-Results: --authserv-id ID.");
    if (answer.mail.hops.empty())
      add("Use a mail as the recipient received it (\"show original\").");
  }
  if (!answer.reports_asked)
    add("With reports in the database, this command also shows what receivers say of the same stream: dmarcq ingest.");
  return steps;
}

}  // namespace dmarcq

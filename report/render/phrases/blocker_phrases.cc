// SPDX-License-Identifier: MIT
#include "report/render/phrases/blocker_phrases.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ingest/base/text.h"
#include "report/analysis/finding/copyable.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/percent.h"
#include "report/render/phrases/record_phrases.h"
#include "report/render/phrases/stream_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

std::string pass_percent(std::uint64_t passed, std::uint64_t judged) {
  return judged == 0 ? "100 %" : percent(passed, judged);
}

// ---- what is the matter

std::string say(const Blocker& b, const FailsDmarc& r) {
  return fmt::format("{} of {} from {} fail DMARC and would be held by p={}.",
                     with_thousands(b.failing), counted(r.judged, "message"), b.label, r.target);
}

std::string say(const Blocker& b, const RefusedByPolicy& r) {
  return fmt::format(
      "{} of {} refused by its own policy at {}, the last on {}: delivery logs say so, and the reports of the same days prove it.",
      counted(r.refused.mails, "mail"), b.from,
      r.refused.receivers.size() == 1 ? *r.refused.receivers.begin()
                                      : counted(r.refused.receivers.size(), "operator"),
      iso_date(r.refused.last_day));
}

std::string say(const Blocker& b, const UnprovenRoute&) {
  return fmt::format("{} came through {}, and nothing proves that the sender is yours.",
                     counted(b.messages, "message"), b.label);
}

std::string say(const Blocker& b, const UnclaimedOrg& r) {
  return fmt::format(
      "Salesforce org {} sent {} as {}. Is it yours? If so, claim it and set up DKIM; if not, disown it.{}",
      r.org_id, counted(b.messages, "message"), b.from,
      r.handed_over
          ? " It started when your own org stopped, with the same From and similar volume: it is probably your new org, not abuse."
          : "");
}

std::string say(const Blocker& b, const UnclaimedOrgs& r) {
  return fmt::format(
      "{} more Salesforce orgs sent {} as {}, and their owners are unknown. Such a number usually means other customers abusing the name.",
      r.org_ids.size(), counted(b.messages, "message"), r.domain);
}

std::string say(const Blocker& b, const PassesBySpfOnly& r) {
  return fmt::format(
      "{} of {} from {} pass by SPF only: they fail once forwarded, and p=reject must not rely on SPF only (RFC 9989 section 7.4).",
      with_thousands(r.spf_only), counted(r.judged, "message"), b.label);
}

std::string say(const Blocker& b, const UnknownSource& r) {
  const std::string why = reason_words(r.why, r.org_id);
  return b.standing == Standing::possible
             ? fmt::format("{} came from {}: {}.", counted(b.messages, "message"), b.label, why)
             : fmt::format("{} from {} fail, and their owner is unknown: {}.",
                           counted(b.failing, "message"), b.sender, why);
}

std::string say(const Blocker& b, const BeganRecently& r) {
  return fmt::format("{} is new: first seen on {}. Watch it for {}.", b.label,
                     iso_date(r.first_day), days_words(r.watch_days));
}

std::string say(const Blocker& b, const PassRateFell& r) {
  return fmt::format("The pass rate of {} fell from {} to {} compared with the previous window.",
                     b.label, pass_percent(r.passed_before, r.judged_before),
                     pass_percent(r.passed, r.judged));
}

std::string say(const Blocker& b, const LostIndirectly&) {
  return fmt::format("{} of your mail to forwarders and lists would be held.",
                     counted(b.failing, "message"));
}

std::string say(const Blocker& b, const FellSilent& r) {
  return fmt::format(
      "{} has been silent since {}, after {} in the days before. If you retired it, exclude it with --exclude.",
      b.label, iso_date(r.silence.last_seen), counted(r.silence.messages, "message"));
}

std::string say(const Blocker& b, const ExpectedUnseen&) {
  return fmt::format(
      "{} is expected, but none of its mail is seen. A subdomain with its own DMARC record without rua produces no reports.",
      b.sender);
}

std::string say(const Blocker&, const DnsFault& fault) {
  return capitalized(clause_of(fault)) + ".";
}

// ---- the same in a few words

std::string brief(const Blocker& b, const FailsDmarc& r) {
  return fmt::format("{}: {} of {} fail", b.label, with_thousands(b.failing),
                     with_thousands(r.judged));
}
std::string brief(const Blocker& b, const RefusedByPolicy& r) {
  return fmt::format("{} of {} refused by its own policy", counted(r.refused.mails, "mail"),
                     b.from);
}
std::string brief(const Blocker& b, const UnprovenRoute&) {
  return fmt::format("{}: nothing proves it yours", b.label);
}
std::string brief(const Blocker&, const UnclaimedOrg& r) {
  return fmt::format("Salesforce org {}: yours or not?", r.org_id);
}
std::string brief(const Blocker&, const UnclaimedOrgs& r) {
  return fmt::format("{} Salesforce orgs: yours or not?", r.org_ids.size());
}
std::string brief(const Blocker& b, const PassesBySpfOnly&) {
  return fmt::format("{}: passes by SPF only", b.label);
}
std::string brief(const Blocker& b, const UnknownSource&) {
  return fmt::format("{}: yours or not?", b.standing == Standing::possible ? b.label : b.sender);
}
std::string brief(const Blocker& b, const BeganRecently& r) {
  return fmt::format("{}: new since {}", b.label, iso_date(r.first_day));
}
std::string brief(const Blocker& b, const PassRateFell& r) {
  return fmt::format("{}: pass rate fell to {}", b.label, pass_percent(r.passed, r.judged));
}
std::string brief(const Blocker& b, const LostIndirectly&) {
  return fmt::format("forwarders and lists: {} fail", with_thousands(b.failing));
}
std::string brief(const Blocker& b, const FellSilent& r) {
  return fmt::format("{}: silent since {}", b.label, iso_date(r.silence.last_seen));
}
std::string brief(const Blocker& b, const ExpectedUnseen&) {
  return fmt::format("{}: expected, not seen", b.sender);
}
std::string brief(const Blocker&, const DnsFault& fault) { return clause_of(fault); }

// ---- what cures it

/// What to find out about mail that nobody explained, and how to answer.
std::vector<std::string> steps_of(const OwnerQuestion& q) {
  std::vector<std::string> steps;
  if (q.kind == "network")
    steps.push_back(fmt::format(
        "Find out who runs {}: its host name (PTR) and network owner (whois), web servers, printers, monitoring, office sites, suppliers.",
        q.value));
  else if (q.kind == "org")
    steps.push_back(
        "Find out whose Salesforce org it is: production, sandboxes, subsidiaries, agencies (Setup → Company Information shows the id).");
  else
    steps.push_back(fmt::format(
        "Find out who uses {}: ask marketing, HR, finance and agencies for tools that send as {}.",
        q.value, q.from));
  const std::string command = fmt::format("dmarcq senders add {} {}", q.kind, q.value);
  steps.push_back(
      fmt::format("If it is yours: set up DKIM for your domain there, and register it: {} {}",
                  command, q.kind == "org" ? "--ours" : "--name NAME"));
  steps.push_back(fmt::format("If it is not: {} --foreign", command));
  return steps;
}

/// One command answers for all orgs. A report may call anything an org: what is none is left out.
std::vector<std::string> steps_of(const UnclaimedOrgs& orgs) {
  std::string list;
  for (const std::string& org : orgs.org_ids)
    if (is_org_id(org)) list += " " + org;
  return {
      "Look for your own orgs among them: production, sandboxes, subsidiaries, agencies (Setup → Company Information shows the id).",
      "If none is yours: dmarcq senders add org" + list + " --foreign"};
}

std::string sender_of(const Blocker& blocker) {
  if (const auto* orgs = std::get_if<UnclaimedOrgs>(&blocker.reason))
    return fmt::format("{} more Salesforce orgs", orgs->org_ids.size());
  if (std::holds_alternative<LostIndirectly>(blocker.reason)) return "forwarders and lists";
  if (std::holds_alternative<DnsFault>(blocker.reason)) return "DNS";
  if (std::holds_alternative<RefusedByPolicy>(blocker.reason)) return "refused mail";
  return blocker.sender;
}

}  // namespace

BlockerPhrases phrases_of(const Blocker& blocker) {
  BlockerPhrases phrases{
      .sender = sender_of(blocker),
      .text = std::visit([&](const auto& reason) { return say(blocker, reason); }, blocker.reason),
      .fix = {},
      .verify = {}};
  if (blocker.repaired)
    phrases.text += fmt::format(
        " No failure since {} in {}: this appears to be fixed. Wait until the window has passed; there is nothing to do.",
        iso_date(blocker.repaired->since), counted(blocker.repaired->messages, "message"));
  if (const auto* orgs = std::get_if<UnclaimedOrgs>(&blocker.reason)) phrases.fix = steps_of(*orgs);
  if (blocker.question) phrases.fix = steps_of(*blocker.question);
  if (std::holds_alternative<RefusedByPolicy>(blocker.reason))
    phrases.fix = {
        fmt::format("See the causes and their repair: dmarcq refusals --domain {}", blocker.from)};
  if (blocker.code && blocker.names) {
    FindingSentences finding = sentences_of(*blocker.code, *blocker.names);
    std::ranges::move(finding.fix, std::back_inserter(phrases.fix));
    phrases.verify = std::move(finding.verify);
  }
  return phrases;
}

std::string brief_of(const Blocker& blocker) {
  return std::visit([&](const auto& reason) { return brief(blocker, reason); }, blocker.reason);
}

}  // namespace dmarcq

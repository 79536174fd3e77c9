// SPDX-License-Identifier: MIT
#include "report/render/phrases/alert_phrases.h"

#include <fmt/format.h>

#include "ingest/base/text.h"
#include "report/analysis/finding/copyable.h"
#include "report/render/phrases/evidence/tls_phrases.h"
#include "report/render/phrases/stream_phrases.h"

namespace dmarcq {
namespace {

std::string text_of(const Alert& alert, const NewSenderFacts& f) {
  const std::string failures = f.failing == 0   ? "none of which fail"
                               : f.passing == 0 ? "all of which fail"
                                                : fmt::format("{} of which {}", f.failing,
                                                              f.failing == 1 ? "fails" : "fail");
  std::string advice;
  if (f.handed_over)
    advice =
        " It started when a sender of yours stopped, with the same From and similar volume: it is probably your new org, not abuse. Claim it (dmarcq senders add).";
  else if (f.standing != Standing::own)
    advice = fmt::format(" Find out whose it is: {}.", reason_words(f.why, f.org_id));
  return fmt::format("{} has been sending as {} since {}: {}, {}.{}", f.sender, f.from,
                     iso_date(alert.since), counted(f.messages, "message"), failures, advice);
}

std::string text_of(const Alert& alert, const FailingSenderFacts& f) {
  return fmt::format("{} has been failing since {}: {} of {}.{}", alert.source,
                     iso_date(alert.since), f.failing, counted(f.judged, "message"),
                     f.code ? fmt::format(" The pattern is {}: dmarcq readiness {} has the fix.",
                                          to_text(*f.code), host_name_or(f.policy_domain, "DOMAIN"))
                            : "");
}

std::string text_of(const Alert& alert, const VanishedSenderFacts& f) {
  return fmt::format("{} has not been seen since {}; before, it was never silent for more than {}.",
                     alert.source, iso_date(f.last_seen),
                     f.longest_silence <= 1 ? "a day" : fmt::format("{} days", f.longest_silence));
}

std::string text_of(const Alert& alert, const EnforcementFacts& f) {
  return fmt::format(
      "{}: of {} since {}, it quarantined {} and rejected {}. Step back or fix it: dmarcq readiness {}.",
      f.proven
          ? "Your policy is affecting legitimate mail"
          : "Your policy is affecting mail that is probably yours, although the sender is not claimed",
      alert.source, iso_date(alert.since), f.quarantined, f.rejected,
      host_name_or(alert.domain, "DOMAIN"));
}

std::string text_of(const Alert& alert, const UnprovenHitFacts& f) {
  return fmt::format(
      "The policy, {} since {}, is affecting a sender that nobody claimed and that came before: of {}, it quarantined {} and rejected {}. Find out whose it is: {}.",
      f.policy, iso_date(f.stricter_on), alert.source, f.quarantined, f.rejected,
      reason_words(f.why, f.org_id));
}

std::string text_of(const Alert& alert, const SpoofingFacts& f) {
  return fmt::format("{} like spoofing since {}; the usual number was {} a day.",
                     counted(f.messages, "message has looked", "messages have looked"),
                     iso_date(alert.since), f.usual_a_day);
}

std::string text_of(const Alert& alert, const PolicyChangeFacts& f) {
  return fmt::format("Reporters have seen a different policy since {}: {} instead of {}.",
                     iso_date(alert.since), f.now, f.before);
}

std::string text_of(const Alert& alert, const SilentReportsFacts& f) {
  const std::string last = iso_date(f.last_report);
  const std::string part = fmt::format("{} of {}", f.domains, counted(f.of, "domain"));
  if (!alert.source.empty())
    return fmt::format("{} reported{} nearly every day, and has been silent since {}.",
                       alert.source,
                       !alert.domain.empty() ? " on " + alert.domain
                       : f.domains < f.of    ? " on " + part
                                             : "",
                       last);
  if (alert.domain.empty() && f.domains < f.of)
    return fmt::format(
        "No reports on {} since {}: is their rua address still correct, and is its mailbox being read?",
        part, last);
  if (alert.domain.empty())
    return fmt::format(
        "No reports at all since {}: is the rua address still correct, and is its mailbox being read?",
        last);
  return fmt::format(
      "No reports on {} since {}: is its rua still published, is the mailbox being read, or has the domain stopped sending?",
      alert.domain, last);
}

std::string text_of(const Alert&, const NewProblemsFacts& f) {
  std::string reasons;
  for (const auto& [reason, number] : f.reasons)
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", number, reason);
  return fmt::format("{} could not be read ({}): dmarcq problems list.",
                     f.problems == 1 ? "One document" : fmt::format("{} documents", f.problems),
                     reasons);
}

std::string why_broken(const RecordFacts& f) {
  switch (f.broken) {
    case RecordFacts::Broken::several: return counted(f.records, "record") + " at one name";
    case RecordFacts::Broken::disarmed: return f.disarmed_by + " makes it act as p=none";
    case RecordFacts::Broken::unreadable: return "it cannot be read";
    case RecordFacts::Broken::missing:
    case RecordFacts::Broken::no: break;
  }
  return "there is none";
}

std::string text_of(const Alert& alert, const RecordFacts& f) {
  if (alert.code == AlertCode::record_broken)
    return fmt::format(
        "DNS has no usable DMARC record for {}: {}. Reporters last saw {}: dmarcq dns check {}.",
        alert.domain, why_broken(f), f.reported, host_name_or(alert.domain, "DOMAIN"));
  return fmt::format(
      "DNS now says {} for {}; reporters last saw {}. Reports will follow within a day or two.",
      f.in_dns, alert.domain, f.reported);
}

std::string text_of(const Alert& alert, const TlsFailureFacts& f) {
  const TlsResultPhrases phrases = phrases_of(f.result);
  const std::string who =
      f.failing == 1 ? f.reporter + " alone sees it"
                     : fmt::format("{} of {} see it", f.failing, counted(f.reporters, "reporter"));
  return fmt::format(
      "TLS to the hosts that receive mail for {} fails more often since {}: {} of {}{}; {}. {}: {}. dmarcq tls {}.",
      alert.domain, iso_date(alert.since), with_thousands(f.failed), counted(f.sessions, "session"),
      f.host.empty() ? "" : ", most at " + f.host, who, f.word.empty() ? "No reason told" : f.word,
      phrases.meaning, host_name_or(alert.domain, "DOMAIN"));
}

std::string text_of(const Alert&, const std::monostate&) { return ""; }

}  // namespace

std::string alert_text(const Alert& alert) {
  return std::visit([&](const auto& facts) { return text_of(alert, facts); }, alert.facts);
}

}  // namespace dmarcq

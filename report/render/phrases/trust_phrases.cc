// SPDX-License-Identifier: MIT
#include "report/render/phrases/trust_phrases.h"

#include <fmt/format.h>

#include "ingest/base/text.h"
#include "store/document/report_sender.h"

namespace dmarcq {
namespace {

using Verdict = MailSender::Verdict;

/// Of a mail whose From names a domain: what a receiver, or a signature, says of it.
std::string verdict_text(const ReportInfo& report, const std::string& claim,
                         const std::string& foreign) {
  const ReportSender& sender = report.sender;
  if (!foreign.empty() && sender.trust == Trust::unverified)
    return claim +
           ", so it came through a list or group of the domain itself, which hides the sender";
  const bool is_anybodys = foreign.empty() && sender.trust == Trust::plausible;
  const std::string_view anybodys = ", where anyone can have an address";
  if (sender.verdict == Verdict::signature)
    return fmt::format(
        "a DKIM signature, checked with the key at {}, says that it comes from {}{}{}",
        sender.receiver, sender.from_domain, foreign, is_anybodys ? anybodys : "");
  const std::string_view end = !sender.named_receiver ? "; authserv_id does not name that receiver"
                               : is_anybodys          ? anybodys
                                                      : std::string_view();
  return fmt::format("{} says that it comes from {}{}{}", sender.receiver, sender.from_domain,
                     foreign, end);
}

}  // namespace

std::string trust_text(const ReportInfo& report) {
  const ReportSender& sender = report.sender;
  if (!sender.mail) return "it came as a file, which does not tell who sent it";
  if (sender.from_domain.empty()) return "its From does not name a single domain";
  const std::string foreign =
      mails_from(sender.from_domain, report.org_name, report.email)
          ? ""
          : fmt::format(", which is not known as a domain of {}", report.org_name);
  const std::string claim = fmt::format("it claims to come from {}", sender.from_domain);
  switch (sender.verdict) {
    case Verdict::fail:
      return fmt::format("{} says that DMARC failed for {}", sender.receiver, sender.from_domain);
    case Verdict::pass:
    case Verdict::signature: return verdict_text(report, claim, foreign);
    case Verdict::unknown: break;
  }
  if (!foreign.empty()) return claim + foreign;
  if (sender.trust == Trust::plausible) return claim + ", but no receiver confirms it";
  if (sender.named_receiver) return claim + ", but no receiver named in authserv_id confirms it";
  return fmt::format("{}, but names {} as its submitter", claim, sender.submitter);
}

std::string suspicion_text(const Suspicion& suspicion, const ReportInfo& report) {
  switch (suspicion.kind) {
    case Suspicion::Kind::contradictory: return trust_text(report);
    case Suspicion::Kind::unproven_sender:
      return fmt::format("{}; other reports of {} come from {}", trust_text(report),
                         report.org_name, suspicion.usual_sender);
    case Suspicion::Kind::unusual_sender:
      return fmt::format("it comes from {}; most other reports of {} come from {}",
                         report.sender.from_domain, report.org_name, suspicion.usual_sender);
    case Suspicion::Kind::many_messages:
      return fmt::format("{}; the reporter's other reports on this domain have at most {}",
                         counted(report.messages, "message"),
                         with_thousands(suspicion.most_of_others));
    case Suspicion::Kind::longer_window:
      return fmt::format(
          "its window covers {}; those of the reporter's other reports on this domain at most {}",
          counted(suspicion.days, "day"), with_thousands(suspicion.most_of_others));
    case Suspicion::Kind::long_window:
      return fmt::format("its window covers {}", counted(suspicion.days, "day"));
    case Suspicion::Kind::from_the_future:
      return "it begins after today: the reporter's clock is wrong, or the report is forged";
  }
  return "";
}

}  // namespace dmarcq

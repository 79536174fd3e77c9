// SPDX-License-Identifier: MIT
#include "report/render/phrases/readiness_phrases.h"

#include <fmt/format.h>

#include "ingest/base/text.h"
#include "report/render/phrases/record_phrases.h"

namespace dmarcq {
namespace {

std::string say(const ReporterOverruled& note) {
  const std::string_view what = note.spf_only ? "passes by SPF only" : "fails";
  return note.hid_failures
             ? fmt::format("Only {}'s figures make {} look better; the others agree that it {}.",
                           note.reporter, note.sender, what)
             : fmt::format(
                   "Only {} reports that {} {}; the others find it within the limit. A single reporter does not decide.",
                   note.reporter, note.sender, what);
}

std::string say(const TemporaryErrors& note) {
  return fmt::format(
      "{} had a temporary error, which is neither pass nor fail and is not counted (RFC 9989 section 5.3.6).",
      counted(note.messages, "message"));
}

std::string say(const LeftOpen& note) {
  return fmt::format(
      "{} may or may not be yours: too few, too rare or reported by too few reporters to delay the policy.",
      counted(note.messages, "message"));
}

std::string say(const MailingListUse& note) {
  return fmt::format(
      "Your users post to mailing lists ({}): RFC 9989 section 7.4 says that such domains should not publish reject. Tell them that list posting may suffer.",
      counted(note.messages, "message"));
}

std::string say(const RecordDiffers& note) {
  return fmt::format(
      "The record given says p={}, reporters saw p={} on {}: it is new, or it is not the published one.",
      note.given_p, note.seen_p, iso_date(note.seen_on));
}

std::string say(const RecordRemark& note) { return "The DMARC record: " + clause_of(note) + "."; }

std::string say(const SpfCostsMore& note) {
  const auto& unseen = note.spf.unseen;
  return fmt::format(
      "The SPF record needs at least {} DNS lookups; what {} needs beyond one is not known.",
      note.spf.lookups,
      unseen.size() == 1 ? unseen.front() : fmt::format("{} includes", unseen.size()));
}

std::string say(const SpfIsBroken& note) {
  return fmt::format(
      "The SPF record of {0} is a permanent error. Your mail passes by DKIM without it; dmarcq dns check {0} names what is wrong.",
      note.domain);
}

std::string say(const HardFailHidesMail& note) {
  return fmt::format(
      "The SPF record of {} ends in -all: a receiver may refuse mail with this envelope domain before it sees the DKIM signature, and such mail is in no aggregate report (RFC 9989 section 7.1). The pass rate cannot show it: delivery logs do (dmarcq refusals), and ~all avoids it.",
      note.domain);
}

std::string say(const SingleSelector& note) {
  return fmt::format(
      "{} signs with only one selector, {}: check that the alternate selector's CNAME is also published, or its mail will fail when keys rotate.",
      note.sender, note.selector);
}

std::string say(const Replay& note) {
  return fmt::format(
      "{} with a valid signature of yours came from many unknown addresses between {} and {}, more than your own senders sent. This is probably DKIM replay: one signed message "
      "sent again in bulk. No policy stops it, because it passes. Find the message, rotate the key that signed it, and have the service sign with an expiry (x=).",
      counted(note.messages, "message"), iso_date(note.first), iso_date(note.last));
}

}  // namespace

std::string_view words_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ready: return "ready";
    case Verdict::not_ready: return "not ready";
    case Verdict::too_little_data: break;
  }
  return "too little data";
}

std::string sentence_of(const ReadinessNote& note) {
  return std::visit([](const auto& one) { return say(one); }, note);
}

std::string sentence_of(const TrustDoubt& doubt) {
  if (doubt.doubtful == doubt.reports)
    return doubt.files == doubt.reports
               ? fmt::format(
                     "{} came as files, and nothing shows who sent them.",
                     counted(doubt.reports, "report in this window", "reports in this window"))
               : fmt::format(
                     "Nothing shows that any of the {} in this window comes from the reporter that it names. dmarcq reports says why for each.",
                     counted(doubt.reports, "report"));
  std::string text =
      fmt::format("{} of {} in this window {} not shown to come from the reporter named",
                  with_thousands(doubt.doubtful), counted(doubt.reports, "report"),
                  doubt.doubtful == 1 ? "is" : "are");
  if (doubt.contradictory > 0)
    text +=
        fmt::format(", {} of them clearly by somebody else", with_thousands(doubt.contradictory));
  if (!doubt.other)
    text += "; without them the answer is the same.";
  else if (doubt.other->trusted_only)
    text += fmt::format(". Without them the answer would be: {}.", words_of(doubt.other->verdict));
  else
    text += fmt::format(" and left out. With them the answer would be: {}.",
                        words_of(doubt.other->verdict));
  return text;
}

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/tls_phrases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ingest/base/text.h"
#include "parser/calendar.h"
#include "report/render/phrases/percent.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

using Kind = TlsBlocker::Kind;
using Differs = TlsPolicyNow::Difference::Kind;

constexpr std::size_t most_named = 4;

constexpr std::array<TlsResultPhrases, tls_result_type_count> results{{
    {"an MX offered no STARTTLS, or something on the way took it out", "who runs the MX",
     "Turn TLS on at the MX, and see that no firewall rewrites SMTP before it."},
    {"the certificate of an MX does not name the host", "who runs the MX",
     "Give the MX a certificate with its name, as MX and policy have it."},
    {"the certificate of an MX has expired", "who runs the MX",
     "Renew the certificate, and let it be renewed by itself."},
    {"the certificate of an MX is of no authority that senders trust", "who runs the MX",
     "Install the whole chain, of a public authority; MTA-STS takes no other."},
    {"the connection failed a check for another reason, such as an MX that the policy does not name",
     "who runs MX and policy",
     "Compare the MX records with the lines mx: of the policy, and look at the reporter's words."},
    {"the TLSA records of an MX do not match, or cannot be read", "who runs DNS of the MX",
     "Publish the TLSA record of the new key before the certificate changes, and remove the old one after."},
    {"DNSSEC of the domain or of the MX does not validate", "who runs DNS",
     "Repair the signatures or the DS record; then TLSA counts again."},
    {"the sender demands DANE, and the MX has no usable TLSA record", "who runs DNS of the MX",
     "Publish TLSA records under DNSSEC, or ask the sender why it demands them."},
    {"senders could not fetch the policy from https://mta-sts.DOMAIN/",
     "who runs the web host mta-sts.DOMAIN",
     "Serve /.well-known/mta-sts.txt with status 200, without redirection, or remove the record _mta-sts."},
    {"senders fetched the policy and could not read it", "who writes the policy",
     "Correct the text: version, mode, mx, max_age (RFC 8461 section 3.2)."},
    {"the certificate of the policy's web host is not valid",
     "who runs the web host mta-sts.DOMAIN",
     "Give the host mta-sts.DOMAIN a valid certificate with that name."},
    {"the reporter gives no known result", "first find out what it is",
     "Look at the reporter's words, and ask its contact."},
}};

/// "A", "A and B", "A, B, C, D and 3 more"
std::string joined(const std::vector<std::string>& names) {
  std::string words;
  for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i)
    words += (i == 0                                                ? ""
              : i + 1 == names.size() && names.size() <= most_named ? " and "
                                                                    : ", ") +
             names[i];
  if (names.size() > most_named) words += fmt::format(" and {} more", names.size() - most_named);
  return words;
}

std::string word_of(const std::string& result) {
  return result.empty() ? "failures without a reason" : result;
}

std::string at_host(const std::string& host) { return host.empty() ? "" : " at " + host; }

/// Sentences about what has a "certain" of its own.
std::string doubt_of(const TlsBlocker& blocker) {
  return blocker.certain
             ? ""
             : " This is the word of one reporter that may be anybody: alone it decides nothing.";
}

}  // namespace

TlsResultPhrases phrases_of(TlsResultType result) noexcept {
  return results[static_cast<std::size_t>(result)];
}

std::string_view words_of(TlsScope scope) noexcept {
  switch (scope) {
    case TlsScope::nobody: return "nobody";
    case TlsScope::unknown: return "unverified reporters only";
    case TlsScope::lone: return "the only reporter";
    case TlsScope::one: return "one reporter alone";
    case TlsScope::some: return "several reporters";
    case TlsScope::all: break;
  }
  return "every reporter";
}

std::string sentence_of_scope(const TlsGroup& group) {
  switch (group.scope()) {
    case TlsScope::nobody: return "Nobody saw a failure.";
    case TlsScope::unknown:
      return "Only reports of which it is not known who sent them tell it: they may be invented.";
    case TlsScope::lone:
      return fmt::format("Only {} reported: nothing tells whether others see it.",
                         *group.reporters.begin());
    case TlsScope::one:
      return fmt::format("Only {} of {} saw it: its problem, or the way to it.",
                         *group.failing.begin(), counted(group.reporters.size(), "reporter"));
    case TlsScope::some:
      return fmt::format(
          "{} of {} reporters saw it: look at your side first, then at what these have in common.",
          group.failing.size(), group.reporters.size());
    case TlsScope::all: break;
  }
  return "Every reporter saw it: it is yours to repair.";
}

std::string seen_by_words(const TlsGroup& group) {
  std::string words = fmt::format("{} of {}", group.failing.size(), group.reporters.size());
  if (!group.failing_doubt.empty()) words += fmt::format(" (+{})", group.failing_doubt.size());
  return words;
}

std::string sentence_of(const TlsBlocker& b) {
  switch (b.kind) {
    case Kind::no_reports:
      return "No reporter with a say reported: one whose mail comes from its own domain, on three days or more.";
    case Kind::silent:
      return fmt::format("The last report is of {}: is the address in _smtp._tls still read?",
                         iso_date(b.day));
    case Kind::few_days:
      return fmt::format("{} of the last four weeks have reports; {} are needed.",
                         counted(b.number, "day"), b.of);
    case Kind::few_reporters:
      return fmt::format("{} with a say{}; {} are needed, so that none decides alone.",
                         counted(b.number, "reporter"),
                         b.names.empty() ? "" : " (" + joined(b.names) + ")", b.of);
    case Kind::few_sessions:
      return fmt::format("{} in four weeks; {} are needed.", counted(b.number, "session"), b.of);
    case Kind::no_policy:
      return "Reporters saw no MTA-STS policy: publish one in mode testing first." + doubt_of(b);
    case Kind::policy_none:
      return "The policy that reporters saw is in mode none: set it to testing first." +
             doubt_of(b);
    case Kind::failures:
      return fmt::format("{}{}: {} in two weeks, the last on {}, as {} say.", word_of(b.name),
                         at_host(b.host), counted(b.number, "failed session"), iso_date(b.day),
                         joined(b.names));
    case Kind::one_voice:
      return fmt::format(
          "{} alone saw {} of {} fail in two weeks: its problem or the way to it, and under enforce its mail would wait or return.{}",
          joined(b.names), with_thousands(b.number),
          counted(b.of, "of its sessions", "of its sessions"), doubt_of(b));
    case Kind::mx_uncovered:
      return fmt::format("{} receives mail, and the policy does not name it: add a line mx:.{}",
                         b.host, doubt_of(b));
    case Kind::mx_unproven:
      return fmt::format("{} failed on {}, and no session has succeeded on a later day.{}", b.host,
                         iso_date(b.day), doubt_of(b));
  }
  return {};
}

std::vector<std::string> sentences_of(const TlsReadiness& readiness) {
  std::vector<std::string> words;
  for (const TlsBlocker& blocker : readiness.blockers) words.push_back(sentence_of(blocker));
  if (!readiness.reporters.empty())
    words.push_back(fmt::format("This rests on the word of {}: {}, {}, {} to {}.",
                                joined(readiness.reporters),
                                counted(readiness.days, "day with reports", "days with reports"),
                                counted(readiness.sessions.all(), "session"),
                                iso_date(readiness.since), iso_date(readiness.until)));
  for (const TlsReadiness::Excused& excused : readiness.excused)
    words.push_back(fmt::format("Passed over: {} of {} of {} alone failed, less than 1 %.",
                                with_thousands(excused.failed),
                                counted(excused.sessions, "session"), excused.reporter));
  if (!readiness.without_say.empty())
    words.push_back(fmt::format(
        "Not counted: {}, not known to be who it says, or with reports on fewer than three days{}.",
        joined(readiness.without_say),
        readiness.failed_without_say == 0
            ? ""
            : fmt::format("; {} by these",
                          counted(readiness.failed_without_say, "failed session"))));
  if (readiness.verdict == TlsReadiness::Verdict::ready)
    words.push_back(
        "Reports count what succeeded by policy, not by host: of an MX that no sender used in these days they say nothing.");
  return words;
}

std::string policy_words(const MtaStsPolicy& policy) {
  if (policy.mode == MtaStsPolicy::Mode::none) return "none";
  const std::uint32_t days = policy.max_age / 86'400;
  return fmt::format("{} for {}, kept for {}", to_text(policy.mode), joined(policy.mx),
                     days == 0 ? "less than a day" : days_words(days));
}

std::string sentence_of(const TlsPolicyNow::Difference& d) {
  switch (d.kind) {
    case Differs::no_record:
      return fmt::format(
          "Reporters saw a policy in mode {}, and DNS has no record _mta-sts now: senders keep what they have until max_age is over.",
          d.seen);
    case Differs::not_found:
      return fmt::format(
          "DNS has a record _mta-sts, and {} last found no policy: it was published since, or cannot be fetched from there.",
          joined(d.names));
    case Differs::mode:
      return fmt::format(
          "Mode {} was seen last by {}; it is {} now. Senders fetch again when the id of the record changes.",
          d.seen, joined(d.names), d.now);
    case Differs::hosts:
      return fmt::format("The hosts seen are {}; now they are {}.", d.seen, d.now);
    case Differs::mx_uncovered: break;
  }
  return fmt::format(
      "{} is an MX, and the policy names only {}: under enforce, no mail goes there.", d.now,
      d.seen);
}

}  // namespace dmarcq

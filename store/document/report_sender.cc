// SPDX-License-Identifier: MIT
#include "store/document/report_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/domain_name.h"
#include "parser/message_auth/receiver_results.h"

namespace dmarcq {
namespace {

using Verdict = MailSender::Verdict;

/// Large reporters, whose org_name is not the domain that their mail comes from, or whose domain
/// gives addresses to everybody: then only the names below which their reports come. `voice`: what
/// all their names stand for.
struct KnownReporter {
  std::string_view org_folded, voice;
  std::array<std::string_view, 3> domains;
};
constexpr KnownReporter known_reporters[] = {
    {"google.com", "google.com", {"google.com"}},
    {"google", "google.com", {"google.com"}},
    {"google inc.", "google.com", {"google.com"}},
    {"outlook.com", "outlook.com", {"microsoft.com"}},
    {"enterprise outlook", "enterprise outlook", {"microsoft.com"}},
    {"microsoft corp.", "outlook.com", {"microsoft.com"}},
    {"microsoft corporation", "outlook.com", {"microsoft.com"}},
    {"yahoo", "yahoo", {"dmarc.yahoo.com", "yahooinc.com"}},
    {"yahoo! inc.", "yahoo", {"dmarc.yahoo.com", "yahooinc.com"}},
    {"yahoo inc.", "yahoo", {"dmarc.yahoo.com", "yahooinc.com"}},
    {"yahoo.com", "yahoo", {"dmarc.yahoo.com", "yahooinc.com"}},
    {"aol", "yahoo", {"dmarc.yahoo.com", "yahooinc.com"}},
    {"aol.com", "yahoo", {"dmarc.yahoo.com", "yahooinc.com"}},
    {"amazon-ses", "amazon-ses", {"amazonses.com"}},
    {"amazon ses", "amazon-ses", {"amazonses.com"}},
    {"godaddy.com", "godaddy.com", {"secureserver.net", "godaddy.com"}},
    {"mimecast", "mimecast", {"mimecast.org", "mimecast.com", "mimecastreport.com"}},
    {"fastmail pty ltd", "fastmail pty ltd", {"fastmaildmarc.com"}},
    {"mail.ru", "mail.ru", {"corp.mail.ru"}},
};

/// Domains under which everybody can have an address: mail that passes DMARC for one of these is by
/// some customer. Their own mail comes from a name below as a rule.
constexpr std::string_view mailbox_domains[] = {
    "126.com",        "163.com",        "abv.bg",         "alice.it",      "aol.com",
    "arcor.de",       "att.net",        "bell.net",       "bellsouth.net", "bk.ru",
    "bluewin.ch",     "bol.com.br",     "btinternet.com", "centrum.cz",    "charter.net",
    "comcast.net",    "cox.net",        "daum.net",       "email.cz",      "fastmail.com",
    "fastmail.fm",    "foxmail.com",    "free.fr",        "freemail.hu",   "freenet.de",
    "gmail.com",      "gmx.at",         "gmx.ch",         "gmx.com",       "gmx.de",
    "gmx.net",        "googlemail.com", "hanmail.net",    "hotmail.co.uk", "hotmail.com",
    "hotmail.de",     "hotmail.es",     "hotmail.fr",     "hotmail.it",    "hushmail.com",
    "icloud.com",     "inbox.lv",       "inbox.ru",       "interia.pl",    "kpnmail.nl",
    "laposte.net",    "libero.it",      "list.ru",        "live.com",      "live.nl",
    "mac.com",        "mail.com",       "mail.de",        "mail.ru",       "mailbox.org",
    "me.com",         "msn.com",        "naver.com",      "o2.pl",         "onet.pl",
    "orange.fr",      "outlook.com",    "outlook.de",     "outlook.fr",    "pm.me",
    "posteo.de",      "proton.me",      "protonmail.com", "qq.com",        "rambler.ru",
    "rediffmail.com", "riseup.net",     "rogers.com",     "sbcglobal.net", "seznam.cz",
    "sfr.fr",         "shaw.ca",        "sina.com",       "sohu.com",      "t-online.de",
    "telenet.be",     "terra.com.br",   "tiscali.it",     "tuta.com",      "tutanota.com",
    "ukr.net",        "uol.com.br",     "verizon.net",    "virgilio.it",   "wanadoo.fr",
    "web.de",         "wp.pl",          "yahoo.co.jp",    "yahoo.co.uk",   "yahoo.com",
    "yahoo.com.br",   "yahoo.de",       "yahoo.es",       "yahoo.fr",      "yahoo.it",
    "yandex.com",     "yandex.ru",      "ymail.com",      "ziggo.nl",      "zoho.com",
};
static_assert(std::ranges::is_sorted(mailbox_domains));

const KnownReporter* known_reporter(std::string_view org_name) {
  const std::string folded = folded_domain(trimmed(org_name));
  const auto found = std::ranges::find(known_reporters, folded, &KnownReporter::org_folded);
  return found == std::end(known_reporters) ? nullptr : found;
}

bool is_domain(std::string_view name) {
  return name.find('.') != name.npos && is_domain_name(name);
}

std::string organization_of_address(std::string_view email) {
  const std::size_t at = email.rfind('@');
  return at == email.npos ? ""
                          : organizational_domain(folded_domain(trimmed(email.substr(at + 1))));
}

std::string submitter_of(std::string_view file_name) {
  const std::size_t slash = file_name.rfind('/');
  if (slash != file_name.npos) file_name.remove_prefix(slash + 1);
  const std::size_t end = file_name.find('!');
  if (end == file_name.npos) return {};
  std::string domain = folded_domain(file_name.substr(0, end));
  return is_domain(domain) ? domain : "";
}

}  // namespace

std::string_view to_text(Trust trust) noexcept {
  switch (trust) {
    case Trust::contradictory: return "contradictory";
    case Trust::unverified: return "unverified";
    case Trust::plausible: return "plausible";
    case Trust::verified: return "verified";
  }
  return "";
}

bool is_known_reporter(std::string_view org_name) { return known_reporter(org_name) != nullptr; }

std::string claimant_of(std::string_view org_name, std::string_view email) {
  std::string folded = lower(org_name);
  if (is_known_reporter(org_name) || is_domain(folded_domain(trimmed(org_name)))) return folded;
  return folded + '\t' + organization_of_address(lower(email));
}

ReportSender report_sender(const MailTrace& trace, std::string_view file_name,
                           const ReportMetadata& metadata, std::string_view policy_domain,
                           std::span<const std::string> receivers, std::string_view key_name) {
  constexpr std::size_t most_signers = 5;
  MailSender mail = sender_of(trace, receivers);
  ReportSender sender{.mail = true, .verdict = mail.verdict, .named_receiver = !receivers.empty()};
  sender.from_domain = std::move(mail.from_domain);
  for (std::size_t i = 0; i < std::min(mail.signed_by.size(), most_signers); ++i)
    sender.signed_by += (i == 0 ? "" : " ") + mail.signed_by[i];
  sender.submitter = mail.submitter.empty() ? submitter_of(file_name) : std::move(mail.submitter);
  // Large receivers have hundreds of hosts.
  sender.receiver = mail.authserv_id.empty() ? "" : organizational_domain(mail.authserv_id);
  for (const std::string& named : receivers)
    if (is_receiver(mail.authserv_id, named)) sender.receiver = named;
  if (!key_name.empty()) {
    sender.verdict = Verdict::signature;
    sender.receiver = key_name;
  }

  const bool own = mails_from(sender.from_domain, metadata.org_name, metadata.email),
             of_everybody = std::ranges::binary_search(mailbox_domains, sender.from_domain);
  const bool passed = sender.verdict == Verdict::pass || sender.verdict == Verdict::signature,
             proved = sender.verdict == Verdict::signature || (passed && sender.named_receiver);
  const bool through_owner = !own && passed &&
                             organizational_domain(sender.from_domain) ==
                                 organizational_domain(policy_domain);
  const bool announced_by_other =
      !sender.submitter.empty() && !is_known_reporter(metadata.org_name) &&
      organizational_domain(sender.submitter) != organizational_domain(sender.from_domain) &&
      !mails_from(sender.submitter, metadata.org_name, metadata.email);
  // Forwarding breaks DMARC, and nothing says that a receiver who is not named was the last one.
  if (through_owner)
    sender.trust = Trust::unverified;
  else if ((sender.verdict == Verdict::fail && sender.named_receiver) || (passed && !own))
    sender.trust = Trust::contradictory;
  else if (proved)
    sender.trust = of_everybody ? Trust::plausible : Trust::verified;
  else if (!own || sender.verdict == Verdict::fail || announced_by_other || sender.named_receiver)
    sender.trust = Trust::unverified;
  else
    sender.trust = Trust::plausible;
  return sender;
}

bool mails_from(std::string_view domain, std::string_view org_name, std::string_view email) {
  if (domain.empty()) return false;
  if (const KnownReporter* known = known_reporter(org_name))
    return std::ranges::any_of(known->domains, [&](std::string_view own) {
      return !own.empty() && at_or_below(domain, own);
    });
  const std::string organization = organizational_domain(domain),
                    name = folded_domain(trimmed(org_name));
  return organization ==
         (is_domain(name) ? organizational_domain(name) : organization_of_address(email));
}

bool tells_more(const ReportSender& sender, const ReportSender& other) {
  const auto key = [](const ReportSender& s) {
    return std::tie(s.trust, s.mail, s.from_domain, s.verdict, s.named_receiver, s.receiver,
                    s.signed_by, s.submitter);
  };
  return key(sender) > key(other);
}

SenderChange sender_change(const ReportSender& known, const ReportSender& found, bool item_was_read,
                           bool same_place) {
  const auto of_mail = [](const ReportSender& sender) {
    return std::tie(sender.from_domain, sender.signed_by, sender.submitter);
  };
  const bool same_mail = item_was_read &&
                         (known.mail ? of_mail(known) == of_mail(found) : same_place);
  return {
      .replaces = tells_more(found, known) || (same_mail && found != known),
      .counts_anew = weight_of(found) != weight_of(known) || party_of(found) != party_of(known)};
}

Voice voice_of(const ReportSender& sender, std::string_view org_name) {
  const std::string sent_by =
      sender.from_domain.empty() ? "nobody" : organizational_domain(sender.from_domain);
  if (sender.trust == Trust::contradictory)
    return {sender.verdict == Verdict::fail ? "DMARC failed for " + sent_by : "sent by " + sent_by,
            false};
  const bool through_owner =
      (sender.verdict == Verdict::pass || sender.verdict == Verdict::signature) &&
      sender.trust == Trust::unverified;
  if (sender.mail && sender.named_receiver && sender.trust == Trust::unverified && !through_owner)
    return {"unverified, from " + sent_by, false};
  if (sender.trust != Trust::verified) return {lower(org_name), true};
  // Its own name, unless it has one of many below the domain that sent it.
  const KnownReporter* const known = known_reporter(org_name);
  return {known != nullptr ? std::string(known->voice) : sent_by, true};
}

std::int64_t weight_of(const ReportSender& sender) {
  switch (sender.trust) {
    case Trust::verified: return 2;
    case Trust::plausible:
    case Trust::unverified: return 1;
    case Trust::contradictory: break;
  }
  return 0;
}

std::string_view party_of(const ReportSender& sender) {
  if (!sender.mail) return {};
  switch (sender.trust) {
    case Trust::verified: return "verified";
    case Trust::plausible:
    case Trust::unverified: return "unknown";
    case Trust::contradictory: break;
  }
  return "contradictory";
}

}  // namespace dmarcq

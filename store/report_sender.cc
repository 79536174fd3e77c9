// SPDX-License-Identifier: MIT
#include "store/report_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

using Verdict = MailSender::Verdict;

/// Reporters whose org_name is not the domain that their mail comes from.
struct KnownReporter {
  std::string_view org_folded;
  std::array<std::string_view, 3> domains;
};
constexpr KnownReporter known_reporters[] = {
    {"google", {"google.com"}},
    {"google inc.", {"google.com"}},
    {"outlook.com", {"microsoft.com", "outlook.com"}},
    {"enterprise outlook", {"microsoft.com"}},
    {"microsoft corp.", {"microsoft.com"}},
    {"microsoft corporation", {"microsoft.com"}},
    {"yahoo", {"yahoo.com", "yahooinc.com", "aol.com"}},
    {"yahoo! inc.", {"yahoo.com", "yahooinc.com", "aol.com"}},
    {"yahoo inc.", {"yahoo.com", "yahooinc.com", "aol.com"}},
    {"yahoo.com", {"yahoo.com", "yahooinc.com", "aol.com"}},
    {"aol", {"aol.com", "yahoo.com", "yahooinc.com"}},
    {"aol.com", {"aol.com", "yahoo.com", "yahooinc.com"}},
    {"amazon-ses", {"amazonses.com"}},
    {"amazon ses", {"amazonses.com"}},
    {"godaddy.com", {"secureserver.net", "godaddy.com"}},
    {"mimecast", {"mimecast.org", "mimecast.com", "mimecastreport.com"}},
    {"fastmail pty ltd", {"fastmail.com", "fastmaildmarc.com"}},
    {"gmx", {"gmx.net", "gmx.com"}},
    {"mail.ru", {"mail.ru", "corp.mail.ru"}},
};

const KnownReporter* known_reporter(std::string_view org_folded) {
  const auto found = std::ranges::find(known_reporters, org_folded, &KnownReporter::org_folded);
  return found == std::end(known_reporters) ? nullptr : found;
}

bool is_domain(std::string_view name) { return name.find('.') != name.npos && is_domain_name(name); }

/// Is the domain one from which this reporter mails? One that is not known is taken at its word: a name that is a domain stands for that domain,
/// any other for that of its address.
bool mails_from(std::string_view domain, std::string_view org_name, std::string_view email) {
  if (domain.empty()) return false;
  const std::string organization = organizational_domain(domain), name = folded_domain(trimmed(org_name));
  if (const KnownReporter* known = known_reporter(name)) {
    return std::ranges::any_of(known->domains, [&](std::string_view own) { return !own.empty() && organizational_domain(own) == organization; });
  }
  if (is_domain(name)) return organizational_domain(name) == organization;
  const std::size_t at = email.rfind('@');
  return at != email.npos && organizational_domain(folded_domain(trimmed(email.substr(at + 1)))) == organization;
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

bool is_known_reporter(std::string_view org_name) { return known_reporter(folded_domain(trimmed(org_name))) != nullptr; }

ReportSender report_sender(const MailTrace& trace, std::string_view file_name, const ReportMetadata& metadata, std::span<const std::string> receivers) {
  constexpr std::size_t most_signers = 5;
  MailSender mail = sender_of(trace, receivers);
  ReportSender sender{.mail = true, .verdict = mail.verdict, .named_receiver = mail.named_receiver};
  sender.from_domain = std::move(mail.from_domain);
  for (std::size_t i = 0; i < std::min(mail.signed_by.size(), most_signers); ++i) sender.signed_by += (i == 0 ? "" : " ") + mail.signed_by[i];
  sender.submitter = mail.submitter.empty() ? submitter_of(file_name) : std::move(mail.submitter);
  // Large receivers have hundreds of hosts.
  sender.receiver = mail.authserv_id.empty() ? "" : organizational_domain(mail.authserv_id);
  for (const std::string& named : receivers)
    if (mail.named_receiver && at_or_below(mail.authserv_id, named)) sender.receiver = named;

  const bool own = mails_from(sender.from_domain, metadata.org_name, metadata.email);
  const bool announced_by_other = !sender.submitter.empty() && organizational_domain(sender.submitter) != organizational_domain(sender.from_domain) &&
                                  !mails_from(sender.submitter, metadata.org_name, metadata.email);
  // Forwarding breaks DMARC, and nothing says that a receiver who is not named was the last one.
  const bool failed = sender.verdict == Verdict::fail;
  if ((failed && sender.named_receiver) || (sender.verdict == Verdict::pass && !own)) sender.trust = Trust::contradictory;
  else if (sender.verdict == Verdict::pass && sender.named_receiver) sender.trust = Trust::verified;
  else if (!own || failed || announced_by_other || !receivers.empty()) sender.trust = Trust::unverified;
  else sender.trust = Trust::plausible;
  return sender;
}

std::string why(const ReportSender& sender, std::string_view org_name, std::string_view email) {
  if (!sender.mail) return "it came as a file, which does not tell who sent it";
  if (sender.from_domain.empty()) return "its From names no one domain";
  const std::string foreign = mails_from(sender.from_domain, org_name, email) ? "" : fmt::format(", which is not known as a domain of {}", org_name);
  switch (sender.verdict) {
    case Verdict::fail: return fmt::format("DMARC failed for {}, says {}", sender.from_domain, sender.receiver);
    case Verdict::pass:
      return fmt::format("{} says that it comes from {}{}{}", sender.receiver, sender.from_domain, foreign, sender.named_receiver ? "" : "; no authserv_id names that receiver");
    case Verdict::unknown: break;
  }
  const std::string from = fmt::format("it comes as from {}", sender.from_domain);
  if (!foreign.empty()) return from + foreign;
  if (sender.trust == Trust::plausible) return from + ", and no receiver's result vouches for that";
  if (!sender.submitter.empty() && organizational_domain(sender.submitter) != organizational_domain(sender.from_domain))
    return fmt::format("{}, but announces {} as its submitter", from, sender.submitter);
  return from + ", without the result of a receiver that authserv_id names";
}

bool tells_more(const ReportSender& sender, const ReportSender& other) {
  const auto key = [](const ReportSender& s) { return std::tie(s.trust, s.mail, s.from_domain, s.receiver, s.signed_by, s.submitter); };
  return key(sender) > key(other);
}

Voice voice_of(const ReportSender& sender, std::string_view org_name) {
  const std::string name = lower(org_name);
  const std::string sent_by = sender.from_domain.empty() ? "?" : organizational_domain(sender.from_domain);
  if (sender.trust == Trust::contradictory) return {sender.verdict == Verdict::fail ? "DMARC failed for " + sent_by : "sent by " + sent_by, false};
  // Its own name, unless it has one of many below the domain that sent it.
  if (sender.trust == Trust::verified && !is_known_reporter(name)) return {sent_by, true};
  return {name, true};
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

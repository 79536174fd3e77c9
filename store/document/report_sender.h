// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "parser/aggregate/aggregate_report.h"
#include "parser/message_auth/mail_sender.h"

namespace dmarcq {

/// How well it is known that a report is by the reporter it names. Anyone can mail a report (RFC
/// 9990 section 8); real ones pass DMARC (section 3.5.2).
///
///     verified       a receiver whom the owner named says that DMARC passed, or a DKIM signature
///     was checked, for a domain of the reporter plausible      the mail comes as from the
///     reporter's domain, and nothing speaks against it unverified     a file, a mail from a domain
///     that is not known as the reporter's, or one without the word of the receiver that the owner
///     named contradictory  DMARC passed, or a signature was checked, for somebody else's domain;
///     or DMARC failed, as a receiver says whom the owner named
enum class Trust : std::int64_t { contradictory = 0, unverified = 1, plausible = 2, verified = 3 };
std::string_view to_text(Trust) noexcept;
inline constexpr Trust trusted = Trust::plausible;  ///< this, or more

/// Who sent a report, kept with it: what its mail said and what came of that.
struct ReportSender {
  bool mail = false;  ///< else a file, which tells nothing; the members below but `trust` are empty
                      ///< then
  std::string from_domain;  ///< "" when From names none
  std::string signed_by;    ///< domains of DKIM signatures, separated by blanks; not checked here
  std::string submitter;    ///< as the subject or the file name announces
  MailSender::Verdict verdict = MailSender::Verdict::unknown;
  std::string receiver;  ///< whose verdict: a configured authserv_id, or the organizational domain
                         ///< of one that is not; the key's name of a signature
  bool named_receiver = false;  ///< the owner named receivers; one of them wrote `verdict`, or it
                                ///< is unknown
  Trust trust = Trust::unverified;

  friend bool operator==(const ReportSender&, const ReportSender&) = default;
};

/// `file_name`: of the attachment, which announces a submitter too
/// ("google.com!example.com!1700000000!1700086399.zip"). `policy_domain`: that the report is about;
/// a mail that passed for it went through a list or group of the owner's, which writes itself into
/// From. `receivers`: as for sender_of(). `key_name`: what signed_for_from() says, if DNS was
/// asked; it beats whatever receivers found.
ReportSender report_sender(const MailTrace&, std::string_view file_name, const ReportMetadata&,
                           std::string_view policy_domain, std::span<const std::string> receivers,
                           std::string_view key_name = {});

/// What documents have in common that may be one reporter's: the folded org_name and, unless this
/// is a domain or a known reporter's, the organizational domain of its address, since any other
/// name may be borne by several.
std::string claimant_of(std::string_view org_name, std::string_view email);

/// Is it one of the large reporters of whom it is known from which domains they mail?
bool is_known_reporter(std::string_view org_name);

/// Is the domain one from which this reporter mails? One that is not known is taken at its word: a
/// name that is a domain stands for that domain, any other for that of its address.
bool mails_from(std::string_view domain, std::string_view org_name, std::string_view email);

/// Which of two mails that brought the same document is kept with it, whatever the order in which
/// they come.
bool tells_more(const ReportSender&, const ReportSender& other);

/// What becomes of the sender of a document that comes again.
struct SenderChange {
  bool replaces = false;     ///< the one found is kept with it from now on
  bool counts_anew = false;  ///< documents that claim to be the same report stand otherwise then
};
/// `item_was_read`, `same_place`: the mail that it was found in was read before; it is the one that
/// the document is known from, under the same name. Read again, maybe with other receivers named,
/// what was made of it then is no longer so.
SenderChange sender_change(const ReportSender& known, const ReportSender& found, bool item_was_read,
                           bool same_place);

/// Whose word a report is. Reports of one voice count as one reporter's, whatever they call
/// themselves. `believed`: it may speak under its org_name. Where the owner named no receiver, a
/// mail goes by its org_name, but for one that DMARC passed for somebody else; so does a file.
/// Where he did, only what is verified is believed, all else goes by who sent it: a forger is not
/// the reporter that he names, and one sender under many names is one.
struct Voice {
  std::string name;  ///< folded org_name, or a domain; of one that is not believed "sent by
                     ///< evil.example", "DMARC failed for google.com", "unverified, from
                     ///< evil.example"
  bool believed = true;
  friend auto operator<=>(const Voice&, const Voice&) = default;
};
Voice voice_of(const ReportSender&, std::string_view org_name);

/// Of documents that claim to be one report those of more weight come first. Only what a receiver
/// found counts: anyone can write a From that fits.
std::int64_t weight_of(const ReportSender&);
/// Mails of different parties are never parts of one report, whatever they call it: the verified
/// ones are one, those of which no receiver told anything another, the contradictory ones a third.
/// "" for a file, which may be of anybody.
std::string_view party_of(const ReportSender&);

}  // namespace dmarcq

// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/mail/trace.h"
#include "parser/message_auth/authentication_results.h"

namespace dmarcq {

/// What the receiver of a mail found out about it, as its own Authentication-Results say.
struct ReceiverResults {
  std::string authserv_id;  ///< of the topmost field; Microsoft's bears "prod.outlook.com"
  bool named = false;  ///< a receiver that the owner named; else one that fits the host which
                       ///< received the mail last
  bool below_takeover = false;  ///< it counts only because the owner named the receiver: where it
                                ///< stands, it may as well have come with the mail
  std::vector<AuthenticationResult> results;
  bool well_formed = true;         ///< all fields are (AuthenticationResults::well_formed)
  std::vector<std::size_t> lines;  ///< their positions in MailTrace::lines
};

/// `receivers`: the authserv-ids by which the owner's mail is received. Those of large providers
/// stand for all that they write (receivers_of_imap_host); an empty id is Microsoft's, when the
/// topmost Received is by a host below prod.outlook.com. Where none is named, an id that shares the
/// organizational domain with the host of the topmost Received is taken as the receiver's. Of one
/// receiver the topmost field counts, and those of the same id right below it (Fastmail writes
/// four, iCloud five with an id each).
///
/// A field counts above the Received by which the mail came into the receiver's organization: what
/// is below may have come with it. Below it counts
/// - with a copy in an ARC-Authentication-Results above (Gmail writes both), or
/// - right below, as mail filters of Postfix and sendmail put it, if the owner named the receiver
///   and it is none of the large providers, which never leave it there alone.
std::optional<ReceiverResults> receiver_results(const MailTrace&,
                                                std::span<const std::string> receivers);

/// The id of a field that would be the receiver's own if it did not stand where it may have come
/// with the mail. Nothing where receiver_results() finds one, or there is none.
struct UnprovenResults {
  std::string authserv_id;
  std::vector<AuthenticationResult> results;  ///< of that field; empty where it is not well-formed
  bool of_provider = false;  ///< of a large one: naming it does not make the field count
};
std::optional<UnprovenResults> unproven_results(const MailTrace&,
                                                std::span<const std::string> receivers);

/// Is a host one of the receiver's: of its organization, or of a gateway that the owner named?
class ReceiverHosts {
 public:
  ReceiverHosts(const MailTrace&, std::span<const std::string> receivers);
  bool has(std::string_view host) const;
  bool known() const { return !organizations_.empty(); }

 private:
  std::vector<std::string> organizations_;
};

/// By whom the mail was received last: the host of the topmost Received that names one of the
/// Internet, as far as those above it took the mail from inside of the organization. Else a private
/// name, or "".
std::string last_receiving_host(const MailTrace&);

/// Authserv-ids of the provider whose IMAP server this is ("imap.gmail.com": "mx.google.com"):
/// those of the large ones are known. Empty for others.
std::vector<std::string> receivers_of_imap_host(std::string_view host);

/// Is this authserv-id the receiver that the owner named?
bool is_receiver(std::string_view authserv_id, std::string_view named);

/// Do both have one organizational domain? Never when either is empty.
bool in_one_organization(std::string_view a, std::string_view b);

}  // namespace dmarcq

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
  bool named = false;  ///< a receiver that the owner named. Else it may be forged: nothing proves
                       ///< that the field did not come with the mail (RFC 8601 section 1.6)
  std::vector<AuthenticationResult> results;
  bool well_formed = true;         ///< all fields are (AuthenticationResults::well_formed)
  std::vector<std::size_t> lines;  ///< their positions in MailTrace::lines
};

/// `receivers`: the authserv-ids by which the owner's mail is received. Those of large providers
/// stand for all that they write (receivers_of_imap_host); an empty id is Microsoft's, when the
/// topmost Received is by a host below prod.outlook.com. Of one receiver the topmost field counts,
/// and those of the same id right below it (Fastmail writes four, iCloud five with an id each):
/// receivers take fields of their own id out of mail that comes in (RFC 8601 section 5).
///
/// Where no receiver is named, an id that shares the organizational domain with the host of the
/// topmost Received is taken as the receiver's, unless the field lies below a Received of some
/// other organization's host, and so came with the mail.
std::optional<ReceiverResults> receiver_results(const MailTrace&,
                                                std::span<const std::string> receivers);

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

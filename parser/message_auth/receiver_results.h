// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/mail/trace.h"
#include "parser/message_auth/authentication_results.h"
#include "parser/message_auth/received.h"

namespace dmarcq {

/// What the receiver of a mail found out about it, as its own Authentication-Results say.
struct ReceiverResults {
  std::string authserv_id;  ///< of the topmost field; Microsoft's bears "prod.outlook.com"
  bool named = false;       ///< a receiver that the owner named; else one that fits the host which
                            ///< received the mail last
  bool below_takeover = false;  ///< it counts only because the owner named the receiver: as far as
                                ///< anybody can see, it may as well have come with the mail
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
/// - right below, as mail filters of Postfix and sendmail put it, if the owner named the receiver.
///   Of the large providers only iCloud leaves it there alone. So does one of a gateway that the
///   owner named in front of Microsoft 365, which shows no more of it than HELO.
std::optional<ReceiverResults> receiver_results(const MailTrace&,
                                                std::span<const std::string> receivers);

/// The id of a field that would be the receiver's own if it did not stand where it may have come
/// with the mail. Nothing where receiver_results() finds one, or there is none.
struct UnprovenResults {
  std::string authserv_id;
  std::vector<AuthenticationResult> results;  ///< of that field; empty where it is not well-formed
  bool named = false;        ///< the owner named it, and the field stands further below
  bool of_provider = false;  ///< of one that never writes there: naming it does not make it count
};
std::optional<UnprovenResults> unproven_results(const MailTrace&,
                                                std::span<const std::string> receivers);

/// Is a host one of the receiver's: of its organization, or of a gateway that the owner named?
class ReceiverHosts {
 public:
  ReceiverHosts(const MailTrace&, std::span<const std::string> receivers);
  bool has(std::string_view host) const;
  bool is_named(std::string_view host) const;  ///< of one that the owner named
  bool known() const { return !organizations_.empty(); }

 private:
  std::vector<std::string> organizations_;
  std::size_t named_from_ = 0;  ///< those that the owner named stand from here
};

/// Did the receiver take the mail from one of its own hosts, or from itself: by its reverse name,
/// by an address that no host on the Internet has, between hosts of private names, or between
/// Microsoft's? A name or address in
/// HELO is the sending host's own word.
bool is_inside(const ReceivedHop&, const ReceiverHosts&);

/// By whom the mail was received last: the host of the topmost Received that names one of the
/// Internet, as far as those above it took the mail from inside of the organization. Else a private
/// name, or "".
std::string last_receiving_host(const MailTrace&);

/// Authserv-ids of the provider whose IMAP server this is ("imap.gmail.com": "mx.google.com"):
/// those of the large ones are known. Empty for others.
std::vector<std::string> receivers_of_imap_host(std::string_view host);

/// Is this authserv-id the receiver that the owner named?
bool is_receiver(std::string_view authserv_id, std::string_view named);

/// Do both have one organizational domain, or are names of one provider (Microsoft, Apple)? Never
/// when either is empty.
bool in_one_organization(std::string_view a, std::string_view b);

}  // namespace dmarcq

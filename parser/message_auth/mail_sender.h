// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/dns/resolver.h"
#include "ingest/mail/trace.h"

namespace dmarcq {

/// Who a mail is from, and what its receiver found out about that.
struct MailSender {
  /// What the receiver's Authentication-Results say of DMARC (or, where they come to nothing there,
  /// of an aligned DKIM signature).
  enum class Verdict {
    unknown,
    pass,
    fail,
    signature,  ///< not the receiver's word: an aligned DKIM signature was checked with the
                ///< domain's key (signed_for_from)
  };
  std::string from_domain;  ///< of From, as it is compared; "" when there is none or more than one
  std::vector<std::string> signed_by;  ///< d= of the DKIM signatures there are, checked or not;
                                       ///< sorted
  std::string submitter;  ///< domain that the subject announces (RFC 9990 section 3.5.2); "" when
                          ///< it is none
  Verdict verdict = Verdict::unknown;
  std::string authserv_id;      ///< whose verdict it is; "" without one
  bool named_receiver = false;  ///< that is one whom the owner named as his: what it says is true.
                                ///< Else it may be forged
};

/// `receivers`: the authserv-ids by which the owner's mail is received. Those of large providers
/// stand for all that they write (receivers_of_imap_host); an empty id is Microsoft's, when the
/// topmost Received is by a host below prod.outlook.com, and then bears that name. Of one receiver
/// the topmost field counts, and those of the same id right below it (Fastmail writes four):
/// receivers take fields of their own id out of mail that comes in (RFC 8601 section 5).
///
/// Where no receiver is named, an id that shares the organizational domain with the host of the
/// topmost Received is taken as the receiver's; nothing proves that it did not come with the mail
/// (RFC 8601 section 1.6).
MailSender sender_of(const MailTrace&, std::span<const std::string> receivers);

/// Where DNS has the key of a DKIM signature that proves who sent the mail: it passes, is aligned
/// with From (relaxed, RFC 9989 section 4.4) and signs the whole body. "" when none does, which
/// proves nothing: keys are changed, and lists and gateways change mail. `mail`: the one that the
/// trace is of.
std::string signed_for_from(std::string_view mail, const MailTrace&, Resolver&);

/// Authserv-ids of the provider whose IMAP server this is ("imap.gmail.com": "mx.google.com"):
/// those of the large ones are known. Empty for others.
std::vector<std::string> receivers_of_imap_host(std::string_view host);

/// Is this authserv-id the receiver that the owner named?
bool is_receiver(std::string_view authserv_id, std::string_view named);

}  // namespace dmarcq
